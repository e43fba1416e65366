use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Fit, Side::Before, Source::Documented, declare_rule};

use super::CARTS;

declare_rule! {
    /// A cart that is not AccessAlly's is active on the site.
    ///
    /// ## What it does
    /// Reports active plugins that sell by themselves: WooCommerce, ThriveCart, SamCart, Easy Digital Downloads, SureCart, CartFlows and
    /// MemberPress. A plugin that is there and not active sells nothing.
    ///
    /// ## Why it matters
    /// The first question of the vendor's guide is whether all payments go through AccessAlly's order forms; carts such as SamCart,
    /// ThriveCart and WooCommerce are not compatible with Managed Contacts (documented; the other names are inferred). What such a cart
    /// sells opens nothing after the switch, and what it charges again and again is neither moved nor seen: members pay for
    /// what is closed to them, or keep what they do not pay for any more.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/woocommerce/woocommerce.php: {version: 9.4.2, active: true}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {plugin/thrivecart/thrivecart.php: {version: 1.0.6, active: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {plugin/woocommerce/woocommerce.php: {version: 9.4.2, active: false}}
    /// ```
    ///
    /// ## Fix
    /// Let an AccessAlly order form sell whatever opens an offering, and let members who pay through the cart decide to move. Where the
    /// cart sells nothing that has to do with the offerings, accept this risk with the name of whoever answers for it.
    {
        id: "foreign-cart-active",
        severity: Error,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "P4",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plugins = facts.plugins(Before)?;
    let mut known = Some(());
    for (name, plugin) in CARTS.iter().filter_map(|(name, file)| Some((name, plugins.get(file)?))) {
        match plugin.active() {
            None => known = None,
            Some(false) => {}
            Some(true) => {
                let message = format!("{name} is active, and only AccessAlly's own order forms sell after the switch");
                let help = "let an AccessAlly order form sell whatever opens an offering; where the cart sells nothing of that kind, accept \
                            this risk with the name of whoever answers for it";
                let finding = RULE.at(Location::key("/order_forms"), message).label("sold elsewhere too").help(help);
                out.push(plugin.excerpt(finding, "active:", "sells by itself"));
            }
        }
    }
    known
}
