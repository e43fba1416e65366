use crate::diag::{Location, Severity::Warning};
use crate::model::drip::Drip;
use crate::model::population::{Census, ContactField};
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

use super::{partly_left_out, was_read};

declare_rule! {
    /// No spot-check contact is of a sort of members that the site has.
    ///
    /// ## What it does
    /// Asks for one contact at least of each of these sorts, where the site has any: whom an affiliate referred, who waits for a module of an offering
    /// whose modules open one after the other, and who holds an order. Whether a listed contact is of a sort is what the site shows
    /// of it, and not the reason in the plan. Members who were revoked are not asked for.
    ///
    /// ## Why it matters
    /// The vendor's guide compares ten contacts with their tags, affiliates and orders. Ten of which none has an order show nothing of what
    /// becomes of orders (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {spot_check: {list: {"101": null, "104": free}}}
    /// members: 3
    /// referred: 1
    /// contacts: {"101": null, "104": {first_name: Di, last_name: Elm, email: di@member.example, tags: []}}
    /// values: {"101": null, "104": {first_name: Di, last_name: Elm, email: di@member.example, tags: []}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// between_modules: {course: 4}
    /// contacts: {"101": {tags: [Newsletter]}, "102": {tags: [Newsletter]}}
    /// values: {"101": {tags: [Newsletter]}, "102": {tags: [Newsletter]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// referred: 1
    /// ```
    ///
    /// ## Fix
    /// List a contact of that sort under `spot_check`, or let `plan init` choose them.
    {
        id: "sort-of-members-missing",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "P10",
        evidence: Inferred,
        anchor: "/spot_check/list",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (listed_ids, census) = (&facts.plan().spot_check.list, facts.census()?);
    // An empty list has a rule of its own.
    if listed_ids.is_empty() || partly_left_out(facts) {
        return Some(());
    }
    let mut missing = Vec::new();
    let mut known = Some(());
    let mut ask = |is_missing: Known<bool>, sort: &'static str| match is_missing {
        Some(true) => missing.push(sort),
        Some(false) => {}
        None => known = None,
    };
    ask(without_affiliates(facts, census), "whom an affiliate referred");
    ask(without_waiting(facts, census), "who waits for a module");
    ask(without_orders(facts, census), "who holds an order");
    if !missing.is_empty() {
        let message =
            format!("no spot-check contact is one {}, and the site has such members", missing.join(", or one "));
        let help = "list a contact of that sort under `spot_check`, each with the reason";
        out.push(RULE.at(Location::key("/spot_check/list"), message).label("of other sorts alone").help(help));
    }
    known
}

fn without_affiliates(facts: &Facts<'_>, census: &Census) -> Known<bool> {
    was_read(facts, ContactField::Affiliate)?;
    let is_referred = |affiliate: &Option<String>| affiliate.as_ref().is_some_and(|text| !text.trim().is_empty());
    Some(census.referred > 0 && !census.contacts.values().any(|(contact, _)| is_referred(&contact.affiliate)))
}

fn without_waiting(facts: &Facts<'_>, census: &Census) -> Known<bool> {
    was_read(facts, ContactField::Tags)?;
    let waiting = census.between_modules.iter().filter(|(_, count)| **count > 0).map(|(key, _)| key);
    let mut drips = Vec::new();
    for key in waiting {
        let Some(offering) = facts.offering(Before, key)? else { continue };
        offering.modules()?;
        offering.tags()?;
        drips.extend(Drip::of(offering.proposed()));
    }
    let waits = |tags: &[String]| drips.iter().any(|drip| drip.is_under_way(tags.iter().map(String::as_str)));
    Some(!drips.is_empty() && !census.contacts.values().any(|(contact, _)| waits(&contact.tags)))
}

fn without_orders(facts: &Facts<'_>, census: &Census) -> Known<bool> {
    facts.population_section("order")?;
    Some(census.orders > 0 && census.contacts.values().all(|(_, orders)| orders.is_empty()))
}
