use crate::diag::{Location, Severity::Info, Severity::Warning};
use crate::model::Kind;
use crate::model::attested::{Contradiction, Respelt};
use crate::model::text::quoted;
use crate::rules::{Facts, Findings, NOTHING_TO_DO, Phase::Configure, Side::Before, Source::Inferred, declare_rule};
use crate::text::apart;

declare_rule! {
    /// The site shows something else than a person attested.
    ///
    /// ## What it does
    /// Reports each fact on record (`plan record saw`) that is still valid but that this reading contradicts: a field with
    /// another value, an object that is not there, a list that has other objects. The reading counts, and every other rule
    /// judges it. A value that is the same but for spelling (`&` and `&amp;`, doubled spaces, letters composed or not) is
    /// information. Once a later reading contradicts an attestation, that attestation is void on this machine, and stays void
    /// even if the next reading lacks the fact. Only a captured reading does that, or one that a person finalized here with `--who`:
    /// what a file says that nobody answers for makes nothing void. Of a site that is on Managed Contacts nothing is said where
    /// the CRM's connection or maintenance mode was attested otherwise: the migration and what follows it move both.
    ///
    /// ## Why it matters
    /// Either the site was changed since somebody looked, or they looked at another screen or another site. Then what else they
    /// saw there may be wrong too, and no reading shows that.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: staging.small.example, "on": {kind: order-form, key: course-checkout}, fields: {price: 97.00 USD}, until: "2026-12-01"}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: staging.small.example, "on": {kind: order-form, key: old-checkout}, fields: {price: 97.00 USD}, until: "2026-12-01"}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {saw-all: {host: staging.small.example, kind: order-form, names: [], until: "2026-12-01"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: staging.small.example, "on": {kind: order-form, key: course-checkout}, fields: {price: 97.00 USD}, until: "2026-12-01"}
    ///   - version: 1
    ///     at: "2026-11-21T05:50:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: staging.small.example, "on": {kind: order-form, key: course-checkout}, fields: {price: 497.00 USD}, until: "2026-12-01"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: other.example, "on": {kind: order-form, key: course-checkout}, fields: {price: 97.00 USD}, until: "2026-12-01"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       saw: {host: staging.small.example, "on": {kind: maintenance, key: maintenance}, fields: {"on": true}, until: "2026-12-01"}
    /// ```
    ///
    /// ## Fix
    /// Look at the screen again, and at what else was seen there; then record what it shows now: `plan record saw OBJECT
    /// FIELD=VALUE --plan PLAN --who WHO`. The last line about a field counts.
    {
        id: "attestation-contradicted",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        evidence: Inferred,
        anchor: "",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for contradiction in facts.contradictions().iter().filter(|of| !was_moved(facts, of)) {
        let (mut said, saw) = in_words(contradiction);
        if contradiction.is_void {
            said.push_str("; from now on that attestation is void on this machine");
        }
        let screen = contradiction.on.kind.screen();
        out.push(
            RULE.at(Location::value(""), said)
                .label("this plan's record")
                .help(format!("look again at {screen}, and record what it shows: `{saw} --plan PLAN --who WHO`"))
                .on_site(contradiction.on.to_string()),
        );
    }
    for Respelt { on, field, who, at, texts: [said, read] } in facts.attested_otherwise_spelt() {
        let what = field.as_ref().map_or_else(|| format!("the list of `{on}`"), |field| format!("`{field}` of `{on}`"));
        let [said, read] = apart(said, read);
        let message = format!(
            "{what} is the same but for spelling: `{said}` as `{who}` attested at {at}, `{read}` in the reading"
        );
        let mut finding = RULE.at(Location::value(""), message).label("this plan's record").help(NOTHING_TO_DO);
        finding.severity = Info;
        out.push(finding.on_site(on.to_string()));
    }
    Some(())
}

/// Whether the migration, or what follows it, moved what was attested: the site is on Managed Contacts.
fn was_moved(facts: &Facts<'_>, of: &Contradiction) -> bool {
    let moves = matches!(of.on.kind, Kind::Crm | Kind::Maintenance);
    moves && facts.crm(Before).and_then(|crm| crm.managed()) == Some(true)
}

/// What is said, without either value, and the words that renew it.
fn in_words(contradiction: &Contradiction) -> (String, String) {
    let Contradiction { on, field, who, at, by_a_reading, .. } = contradiction;
    let attested = format!("`{who}` attested at {at}");
    let is_list = on.key == on.kind.name();
    match field {
        Some(field) => (
            format!("the reading shows another `{field}` of `{on}` than {attested}"),
            format!("plan record saw {} {field}=VALUE", quoted(&on.to_string())),
        ),
        None if is_list => (
            format!("the reading shows other objects of `{on}` than {attested}"),
            format!("plan record saw {on} --all NAME"),
        ),
        None => (
            match by_a_reading {
                true => format!("the reading shows that there is no `{on}`, although {attested} what it is"),
                false => format!(
                    "`{on}` is not in the list that somebody attested as all objects of its kind, although {attested} what it is"
                ),
            },
            format!("plan record saw {} --all NAME", on.kind),
        ),
    }
}
