use serde_json::Value;

use crate::change::Apart;
use crate::diag::{
    Finding, Location,
    Severity::{Error, Warning},
};
use crate::model::keyed::webhook_key;
use crate::model::plan::Strategy;
use crate::model::saw::typed;
use crate::model::text::{many, pointer};
use crate::model::{Kind, ObjectRef};
use crate::rules::plan::is_left_alone;
use crate::rules::{
    Drift, Facts, Findings, Original,
    Phase::{Configure, GoLive},
    Side::Before,
    Source::Inferred,
    Stale,
    Target::Staging,
    declare_rule, stale,
};
use crate::text::{addresses, apart};

declare_rule! {
    /// The live site has changed since the staging copy was made of it.
    ///
    /// ## What it does
    /// Where a reading of live is named (`--live`, or `[site] live` in `plan.toml`), compares offerings, order forms, opt-in
    /// forms, AccessAlly Emails and the webhooks of the log with those of the copy, each with the plan's changes made. What
    /// the plan itself makes alike is no drift, and neither is what a copy has otherwise because it is one: its address,
    /// the charging guard, maintenance mode, how mail leaves, administrators, tags, the CRM's connection; once the migration
    /// ran on the copy alone, the system that an offering stores. Of webhooks it
    /// reports those that live's log shows alone and the plan neither has nor leaves alone. What only one of the two readings shows is
    /// unknown on the other. Reports a reading of live that is older than `max_age` as a warning; and at the gate
    /// `go-live`, where no reading of live is named, that nobody compared the two.
    ///
    /// ## Why it matters
    /// What was rehearsed on the copy is proven of live only as far as the two are alike: a form that was made or
    /// repriced on live since stops the replay in its window. A push puts the copy's configuration over live's, and what
    /// changed there since the copy was made is lost (documented by the hosts).
    ///
    /// ## Bad
    /// ```yaml
    /// live: {site: {order-form/course-checkout: {price: 597.00 USD}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// live: {site: {opt-in-form/winter-signup: {id: "9", name: Winter Signup, operations: []}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// live: {site: {webhook/aal_addtag?tag=9: {command: aal_addtag, target: tag=9}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// live: {header: {taken_at: "2026-11-19T06:12:00Z"}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// gate: go-live
    /// live: null
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// live:
    ///   site:
    ///     administrator/spare-admin: null
    ///     charging-guard: {enabled: false, production_url: //small.example/}
    ///     emails: {enabled: false}
    ///     environment: {url: https://small.example, type: production}
    ///     mail: {simulated: false}
    ///     maintenance: {"on": true}
    ///     webhook/aal_revokesubscription?productId=12: {calls: 9}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// gate: go-live
    /// site: {crm: {system: accessally-managed}, offering/course: {system: accessally-managed}}
    /// live: {site: {crm: {system: ontraport, managed: false}, offering/course: {system: ontraport}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {webhooks: {aal_batchsync: tags are local after the switch}}}
    /// site: {webhook/aal_batchsync: null}
    /// live: {site: {webhook/aal_batchsync: {command: aal_batchsync}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// gate: migrate
    /// live: null
    /// ```
    ///
    /// ## Fix
    /// Make the copy again from live as it is now, or set on the copy what live has. Where the copy is right, set it on live.
    {
        id: "copy-drifted",
        severity: Error,
        phase: Configure,
        target: Staging,
        acceptable: true,
        guide: "P1",
        evidence: Inferred,
        anchor: "/sites/live",
    }
}

/// What is compared, object by object; of the log's webhooks only what the plan lacks.
const COMPARED: [Kind; 5] = [Kind::Emails, Kind::Offering, Kind::OptInForm, Kind::OrderForm, Kind::Webhook];

/// Fields of an object that are named; the others are counted.
const NAMED: usize = 3;

/// Most characters of a value that are shown.
const SHOWN: usize = 80;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let live = Location::value("/sites/live");
    let Some(original) = facts.original() else {
        if facts.gate == GoLive && plan.strategy.is_some() {
            let message =
                "nobody compared the copy with live as it is now, so what changed there since it was copied is unknown";
            let mut finding = RULE
                .at(live, message)
                .label("not read beside its copy")
                .help("name a reading of live: `plan check PLAN --site STAGING --live LIVE`, or `live` under `[site]` in `plan.toml`");
            finding.severity = Warning;
            out.push(finding);
        }
        return Some(());
    };
    let original = original?;
    out.extend(out_of_date(facts, original));
    let mut known = Some(());
    for kind in COMPARED {
        let Some(drifted) = facts.drifted(original, kind) else {
            known = None;
            continue;
        };
        let matters = |(on, drift): &&(ObjectRef, Drift)| match kind {
            // A copy's log is cut and counts on its own, and what the plan names is decided.
            Kind::Webhook => {
                let is_planned = || plan.webhooks.values().any(|webhook| webhook_key(&webhook.calls) == on.key);
                *drift == Drift::OnLiveAlone && !is_planned() && !is_left_alone(plan, "webhooks", &on.key)
            }
            _ => true,
        };
        let drifted: Vec<_> = drifted.into_iter().filter_map(|of| without_system(facts, original, of)).collect();
        out.extend(drifted.iter().filter(matters).map(|(on, drift)| finding(plan.strategy, on, drift)));
    }
    known
}

/// What drifted, without the system of an offering where the migration ran on the copy alone: the tool may change what each stores.
fn without_system(
    facts: &Facts<'_>,
    original: &Original,
    (on, drift): (ObjectRef, Drift),
) -> Option<(ObjectRef, Drift)> {
    let Drift::Fields(mut fields) = drift else { return Some((on, drift)) };
    let is_system = |of: &Apart| on.kind == Kind::Offering && of.field == "system";
    if fields.iter().any(is_system) && switched_alone(facts, original) {
        fields.retain(|of| !is_system(of));
    }
    (!fields.is_empty()).then_some((on, Drift::Fields(fields)))
}

/// Whether the copy is on Managed Contacts, and live is not.
fn switched_alone(facts: &Facts<'_>, original: &Original) -> bool {
    let is_live = original.snapshot.state.is_managed();
    !is_live && facts.crm(Before).and_then(|crm| crm.managed()) == Some(true)
}

/// That live was read too long ago to be taken for what it is now.
fn out_of_date(facts: &Facts<'_>, original: &Original) -> Option<Finding> {
    let fresh = facts.freshness();
    let read_at = original.snapshot.header.taken_at.parse().ok()?;
    let how = match stale(read_at, fresh.clock, fresh.max_age.as_ref()?)? {
        Stale::Old => "longer ago than `max_age` allows",
        Stale::Ahead => "which by this machine's clock is in the future",
    };
    let message = format!("live was read at {read_at}, {how}, so it may have changed since");
    let mut finding = RULE.at(Location::value("/sites/live"), message).label("this reading").help("read live again");
    finding.severity = Warning;
    Some(finding)
}

fn finding(strategy: Option<Strategy>, on: &ObjectRef, drift: &Drift) -> Finding {
    let message = match drift {
        Drift::OnLiveAlone => format!("`{on}` is on live, and not on the copy"),
        Drift::OnCopyAlone => format!("`{on}` is on the copy, and not on live"),
        Drift::Fields(apart) => format!("`{on}` is not alike on live and on its copy: {}", fields(apart)),
    };
    let screen = on.kind.screen();
    let help = match strategy {
        Some(Strategy::FreezeAndPush | Strategy::PushThenMerge) => format!(
            "the push puts the copy's over what live has: make the copy again from live, or set it on the copy as live has it ({screen})"
        ),
        Some(Strategy::RehearseAndReplay) | None => format!(
            "a rehearsal on this copy does not prove it of live: make the copy again from live, or set it alike on the two ({screen})"
        ),
    };
    RULE.at(Location::key(place(on)), message).label("not as on live").help(help).on_site(on.to_string())
}

/// Where the plan has the object, or would have it.
fn place(on: &ObjectRef) -> String {
    match on.kind {
        Kind::Offering => pointer(&["offerings", &on.key]),
        Kind::OptInForm => pointer(&["opt_in_forms", &on.key]),
        Kind::OrderForm => pointer(&["order_forms", &on.key]),
        Kind::Webhook => "/webhooks".to_owned(),
        _ => "/emails".to_owned(),
    }
}

fn fields(apart: &[Apart]) -> String {
    let named: Vec<String> = apart.iter().take(NAMED).map(field).collect();
    match apart.len().saturating_sub(NAMED) {
        0 => named.join("; "),
        more => format!("{}; and {}", named.join("; "), many(more, "more field")),
    }
}

fn field(of: &Apart) -> String {
    let [copy, live] =
        [&of.copy, &of.live].map(|side| side.as_ref().map_or_else(String::new, |value| shown(of, value)));
    let [copy, live] = apart(&copy, &live);
    format!("{} is {copy} on the copy, and {live} on live", of.field)
}

fn shown(of: &Apart, value: &Value) -> String {
    if value.is_null() {
        return "not set".to_owned();
    }
    let text = typed(&of.field, value);
    // Half of somebody's address would not be known as one, and masked.
    if addresses(&text).next().is_some() {
        return format!("`{text}`");
    }
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("`{start}{more}`")
}
