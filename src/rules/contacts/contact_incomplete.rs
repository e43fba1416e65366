use crate::diag::{Location, Severity::Error};
use crate::model::plan::ContactRecord;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::{listed, recorded_at};

declare_rule! {
    /// A spot-check contact is recorded incompletely.
    ///
    /// ## What it does
    /// Reports each listed contact whose first name, last name, e-mail address or tags are not recorded, and each of
    /// whom nothing is recorded. A value that is empty on the site is recorded as empty (`""`, or `[]` for tags); an
    /// e-mail address is never empty.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for first name, last name, contact ID, e-mail address and tags of each, and for the
    /// referring affiliate and the order IDs where there are any. What is not recorded cannot be compared after the switch.
    ///
    /// ## Bad
    /// ```yaml
    /// values: {"102": null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// values: {"101": {last_name: null, tags: null}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {spot_check: {values: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// contacts: {"103": {first_name: ""}}
    /// values: {"103": {first_name: ""}}
    /// ```
    ///
    /// ## Fix
    /// Open the contact under WordPress > Users > Edit > AccessAlly tab, and write down what it shows.
    {
        id: "contact-incomplete",
        severity: Error,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "P10",
        evidence: Documented,
        anchor: "/spot_check/values",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let contacts = &facts.plan().spot_check;
    let left_out = |place: &[&str]| facts.plan().was_left_out(place);
    if contacts.list.is_empty() || left_out(&["spot_check"]) || left_out(&["spot_check", "values"]) {
        return Some(());
    }
    if contacts.values.is_none() {
        out.push(
            RULE.at(
                Location::key("/spot_check"),
                "the plan does not say where the spot-check contacts' values are recorded",
            )
            .label("no `values`")
            .help("name a file that git ignores as `values`, and write down what the site shows of each contact")
            .fix("add to `spot_check`", "values: private/contacts.yaml\n"),
        );
        return Some(());
    }
    let values = facts.contact_values()?;
    for id in contacts.list.keys().filter(|id| !left_out(&["spot_check", "values", id])) {
        // Of what did not fit its misfit is said.
        let misfits = &facts.contacts_file().left_out;
        let (place, missing) = match values.get(id) {
            Some(record) => {
                (recorded_at(facts, id, None), missing(record, |key| misfits.contains(&pointer(&[id, key]))))
            }
            None if misfits.contains(&pointer(&[id])) => continue,
            None => (Location::key(pointer(&["spot_check", "list", id])), vec!["any values"]),
        };
        if !missing.is_empty() {
            let message = format!("contact `{id}` is recorded without {}", listed(&missing));
            let help = "open the contact under WordPress > Users > Edit > AccessAlly tab, and write down what it shows";
            out.push(RULE.at(place, message).label("not whole").help(help));
        }
    }
    Some(())
}

fn missing(record: &ContactRecord, is_left_out: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let address = record.email.as_ref().filter(|address| !address.trim().is_empty());
    let fields = [
        (record.first_name.is_none(), "first_name", "first name"),
        (record.last_name.is_none(), "last_name", "last name"),
        (address.is_none(), "email", "e-mail address"),
        (record.tags.is_none(), "tags", "tags"),
    ];
    let missing = fields.into_iter().filter(|(missing, key, _)| *missing && !is_left_out(key));
    missing.map(|(.., field)| field).collect()
}
