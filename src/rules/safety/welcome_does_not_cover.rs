use crate::diag::{Finding, Location, Severity::Error};
use crate::model::plan::{AccessThrough, OfferingIntent, Plan, Welcome};
use crate::model::text::pointer;
use crate::rules::forms::is_given_by_order_form;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// Some new members get no welcome e-mail.
    ///
    /// ## What it does
    /// Compares who gets a welcome e-mail after the plan's changes with how members come to the offerings: what is bought
    /// (by an order form of its own, along with another offering, for a team) needs `purchases`, also order forms at which
    /// nobody pays; opt-in forms need `purchases-and-opt-ins`.
    ///
    /// ## Why it matters
    /// AccessAlly has three modes: do not send, all initial purchases, all purchases and opt-ins (documented). The first is
    /// meant for sites whose CRM sends the mail, so a site that leaves its CRM is likely to be on it still (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {emails: {welcome: none}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {emails: {welcome: null}}
    /// site: {emails: {welcome: purchases}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {access_through: bundle}, mini-course: {access_through: invitation}}, emails: {welcome: none}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {mini-course: {access_through: invitation}}, emails: {welcome: purchases}}
    /// site: {emails: {welcome: none}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   opt_in_forms: null
    ///   order_forms: {free-checkout: {custom_operation: {release: [mini-course]}, expect: {price: 0.00 USD}}}
    ///   emails: {welcome: purchases}
    /// ```
    ///
    /// ## Fix
    /// Give `welcome` under `emails` the mode that covers every way in.
    {
        id: "welcome-does-not-cover",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P6",
        evidence: Documented,
        anchor: "/emails/welcome",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let Some((needed, sold)) = needed(plan) else { return Some(()) };
    if plan.was_left_out(&["emails"]) {
        return Some(());
    }
    let emails = facts.emails(After)?;
    // Where nothing is sent at all, the rule about that has the word.
    if emails.enabled()? && emails.welcome()?.copied().unwrap_or(Welcome::None) < needed {
        out.push(uncovered(plan, needed, sold));
    }
    Some(())
}

/// The mode that covers every offering, and the first offering that asks for it.
fn needed(plan: &Plan) -> Option<(Welcome, &str)> {
    let mode = |(key, offering): (&'_ String, &OfferingIntent)| match offering.access_through {
        // Where nobody pays at its order form, whoever comes in orders all the same.
        AccessThrough::OptIn if !is_given_by_order_form(plan, key) => Some(Welcome::PurchasesAndOptIns),
        through if through == AccessThrough::OptIn || through.is_bought() => Some(Welcome::Purchases),
        _ => None,
    };
    let first =
        |wanted: Welcome| plan.offerings.iter().find(|of| mode(*of) == Some(wanted)).map(|(key, _)| (wanted, &**key));
    first(Welcome::PurchasesAndOptIns).or_else(|| first(Welcome::Purchases))
}

fn uncovered(plan: &Plan, needed: Welcome, key: &str) -> Finding {
    let name = &plan.offerings[key].name;
    let (word, message) = match needed {
        Welcome::PurchasesAndOptIns => {
            ("purchases-and-opt-ins", format!("whoever opts in to `{name}` gets no welcome e-mail"))
        }
        Welcome::Purchases | Welcome::None => ("purchases", format!("whoever buys `{name}` gets no welcome e-mail")),
    };
    let finding = RULE
        .at(Location::value("/emails/welcome"), message)
        .label("does not cover them")
        .help(format!("set `welcome: {word}` under `emails`; the modes are under AccessAlly > Settings > Emails"))
        .related(Location::value(pointer(&["offerings", key, "access_through"])), "how they come in")
        .on_site("emails");
    match plan.emails {
        Some(_) => {
            let written = Correction::Value { at: "/emails/welcome".to_owned(), to: word.to_owned() };
            finding.perhaps_corrected_by(format!("write `{word}`"), [written])
        }
        None => finding.fix("add the section", format!("emails:\n  enabled: true\n  welcome: {word}\n")).to_add_to(""),
    }
}
