//! See the rule's own documentation.

use crate::diag::{Location, Severity::Error};
use crate::model::text::many;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// Members pay by an order form that the site is said not to have.
    ///
    /// ## What it does
    /// Reports an order form that subscriptions still charge through, and that is not among the site's order forms as they were read or
    /// as somebody named them all.
    ///
    /// ## Why it matters
    /// A subscription charges by the form that began it (inferred). A list of forms that lacks one of them is not the whole list, and
    /// whoever pays by that form is looked after by nobody.
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
        acceptable: true,
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
                let message = format!("the site's order forms lack `{form}`, by which it still charges {paid}");
                let help = "look under AccessAlly > Sales > Order Form Setup: name every form, or move these subscriptions to one that is there";
                let finding = RULE.at(Location::key("/order_forms"), message).label("not all forms").help(help);
                out.push(finding.on_site(format!("order-form/{form}")));
            }
        }
    }
    known
}
