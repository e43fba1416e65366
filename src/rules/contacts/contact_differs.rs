use crate::diag::{Finding, Location, Severity::Error, Severity::Info};
use crate::model::population::ContactField;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, NOTHING_TO_DO, Phase::Configure, Source::Documented, declare_rule};
use crate::text::apart;

use super::{Difference, differences, listed, recorded_at, was_read};

declare_rule! {
    /// A spot-check contact is not as it was recorded.
    ///
    /// ## What it does
    /// Compares the recorded values of each listed contact with the site: names, the e-mail address ignoring case, tags
    /// and orders in any order, the affiliate. A listed contact that the site does not have is reported too. Names,
    /// tags and affiliates that are the same but for spelling (`&` and `&amp;`, doubled spaces, letters composed or not)
    /// are information; of an address or an order's ID no other spelling is the same.
    ///
    /// ## Why it matters
    /// After the switch the guide compares the ten contacts with this list (documented). A list that is wrong before the
    /// switch raises false alarms or hides a real problem (inferred). With a CRM the site's tags are a cache that can be a day
    /// old (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// values: {"102": {email: bo@other.example, tags: [Course Base]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// contacts: {"101": {orders: ["9001", "9002"], affiliate: null}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// contacts: {"103": null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// values: {"101": {first_name: " Ada", email: ADA@member.example}, "102": {tags: [Course Goals, Course Base]}}
    /// ```
    ///
    /// ## Fix
    /// Press Resync under WordPress > Users > Edit > AccessAlly tab, then write down what it shows.
    {
        id: "contact-differs",
        severity: Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P10",
        evidence: Documented,
        anchor: "/spot_check/values",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let contacts = &facts.plan().spot_check;
    let list = &contacts.list;
    if list.is_empty() {
        return Some(());
    }
    let census = facts.census()?;
    for id in list.keys().filter(|id| !census.contacts.contains_key(*id)) {
        let place = Location::key(pointer(&["spot_check", "list", id]));
        let help = "look the contact up under AccessAlly > Members, and correct the ID or choose another contact";
        out.push(RULE.at(place, format!("the site has no contact `{id}`")).label("not on the site").help(help));
    }
    // Values that are nowhere are another rule's matter, and those that do not fit the shape check's.
    if contacts.values.is_none() || facts.plan().was_left_out(&["spot_check", "values"]) {
        return Some(());
    }
    let values = facts.contact_values()?;
    let orders_known = facts.population_section("order");
    let unknown = |field: &&ContactField| was_read(facts, **field).is_none();
    let unknown: Vec<&str> = ContactField::ALL.iter().filter(unknown).map(|field| field.key()).collect();
    for id in list.keys() {
        if let Some((record, (contact, orders))) = values.get(id).zip(census.contacts.get(id)) {
            let mut found = differences(record, contact, orders_known.map(|()| orders));
            // What did not fit is no record of anything.
            found.retain(|one| !unknown.contains(&one.key));
            found.retain(|one| !facts.contacts_file().left_out.contains(&pointer(&[id.as_str(), one.key])));
            let (respelt, differing) = found.into_iter().partition::<Vec<_>, _>(|one| one.is_spelling);
            out.extend(compared(facts, id, &differing, "differs from the site in"));
            out.extend(compared(facts, id, &respelt, "is as on the site, the same but for spelling, in").map(
                |finding| {
                    let mut finding = finding.label("spelled otherwise").help(NOTHING_TO_DO);
                    finding.severity = Info;
                    finding
                },
            ));
        }
    }
    orders_known.filter(|()| unknown.is_empty())
}

fn compared(facts: &Facts<'_>, id: &str, differences: &[Difference], how: &str) -> Option<Finding> {
    let field = match differences {
        [] => return None,
        [one] => Some(one.key),
        _ => None,
    };
    let names: Vec<&str> = differences.iter().map(|one| one.name).collect();
    let message = format!("contact `{id}` {how} {}", listed(&names));
    let finding = RULE
        .at(recorded_at(facts, id, field), message)
        .label("not as on the site")
        .help("press Resync under WordPress > Users > Edit > AccessAlly tab, then write down what it shows");
    Some(differences.iter().fold(finding, |finding, Difference { name, plan, site, .. }| {
        let [plan, site] = apart(plan, site);
        finding.personal(format!("{name}: plan `{plan}`, site `{site}`"))
    }))
}
