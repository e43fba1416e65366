//! See the rule's own documentation.

use crate::diag::{Location, Severity::Error};
use crate::model::text::many;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Members pay through an order form that is missing from the site's order forms.
    ///
    /// ## What it does
    /// Reports an order form that subscriptions still charge through, but that is neither among the order forms that were read
    /// from the site nor in the complete list that a person attested. Where no subscription was captured there is nothing to compare, and nothing is found.
    ///
    /// ## Why it matters
    /// A subscription charges through the form that began it (inferred). A list of forms that lacks one of them is incomplete,
    /// and nobody takes care of the members who pay through that form.
    ///
    /// ## Bad
    /// ```yaml
    /// subscribed: {lost-checkout: 3}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// subscribed: {course-checkout: 3}
    /// ```
    ///
    /// ## Fix
    /// Look under AccessAlly > Sales > Order Form Setup, and name every form; where the form was deleted on the site, end its
    /// subscriptions or move them to another form.
    {
        id: "subscribed-form-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P7",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (form, count) in facts.subscribed_forms() {
        match facts.order_form(Before, form) {
            Some(Some(_)) => {}
            None => known = None,
            Some(None) => {
                let paid = many(usize::try_from(*count).unwrap_or(usize::MAX), "subscription");
                let message = format!("`{form}` is missing from the site's order forms, but still charges {paid}");
                let help = "look under AccessAlly > Sales > Order Form Setup: name every form, or move these subscriptions to one that is there";
                let finding = RULE.at(Location::key("/order_forms"), message).label("not all forms").help(help);
                out.push(finding.on_site(format!("order-form/{form}")));
            }
        }
    }
    known
}
