use std::cell::LazyCell;

use crate::diag::{Location, Severity::Error, Severity::Warning};
use crate::model::keyed::{is_key_of, webhook_key, webhook_site};
use crate::model::text::pointer;
use crate::model::{Identity, Kind, Plan};
use crate::rules::rekey::rekeyed;
use crate::rules::{Facts, Findings, Known, Phase::Configure, SLIPS, Side::After, Source::Inferred, declare_rule};
use crate::text::{Correction, nearest, slip_of};

use super::{at, in_lives_log_alone, is_left_alone};

declare_rule! {
    /// The plan names something that the site does not have.
    ///
    /// ## What it does
    /// Reports offerings and order forms of the plan that the site lacks. No change of the plan can create them. A
    /// webhook that the log does not show is a warning only: the CRM calls the live host, so the log of a staging copy
    /// may lack it (inferred). One that live's log shows, where live was read beside the copy, is not reported. A webhook whose whole address is at a host of none of the plan's sites is an error. Opt-in forms
    /// are not reported, as the plan's changes create them.
    ///
    /// ## Why it matters
    /// What the plan says about them would have no effect, and nobody would notice (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: null, order-form/course-chekout: {id: "5", name: Course Chekout, operations: []}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {offerings: {courses: not ours}}}
    /// site: {offering/course: null, offering/courses: {name: Courses}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {webhook/aal_revokesubscription?productId=12: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {webhooks: {dunning: {calls: "https://other.example/?accessally_api=aal_revokesubscription&productId=12"}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {webhooks: {dunning: {calls: "https://www.small.example/?accessally_api=aal_revokesubscription&productId=12"}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {webhook/aal_revokesubscription?productId=12: null}
    /// live: {site: {webhook/aal_revokesubscription?productId=12: {command: aal_revokesubscription, target: productId=12}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: null}
    /// ```
    ///
    /// ## Fix
    /// Create it on the site first, give it the name that it has there, or remove it from the plan.
    {
        id: "not-on-site",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let offerings = plan.offerings.iter().map(|(key, offering)| (key, &offering.name));
    let offerings = missing(
        (plan, "offerings", Kind::Offering),
        offerings,
        |key| Some(facts.offering(After, key)?.is_some()),
        || facts.offerings(After).map(|site| site.keys().collect()),
        |key| Some(facts.offering(After, key)??.name().to_owned()),
        out,
    );
    let order_forms = plan.order_forms.iter().map(|(key, form)| (key, &form.name));
    let order_forms = missing(
        (plan, "order_forms", Kind::OrderForm),
        order_forms,
        |key| Some(facts.order_form(After, key)?.is_some()),
        || facts.order_forms(After).map(|site| site.keys().collect()),
        |key| Some(facts.order_form(After, key)??.name().to_owned()),
        out,
    );
    offerings.and(order_forms).and(webhooks(facts, out))
}

fn missing<'a>(
    (plan, section, kind): (&Plan, &str, Kind),
    names: impl Iterator<Item = (&'a String, &'a String)>,
    is_there: impl Fn(&str) -> Known<bool>,
    keys: impl Fn() -> Known<Vec<&'a String>>,
    name_of: impl Fn(&str) -> Option<String>,
    out: &mut Findings,
) -> Known<()> {
    let (mut known, words, screen) = (Some(()), kind.name().replace('-', " "), kind.screen());
    // A key that is not the slug of its name has a rule of its own.
    for (key, name) in names.filter(|(key, name)| is_key_of(key, name)) {
        match is_there(key) {
            Some(true) => continue,
            Some(false) => {}
            None => {
                known = None;
                continue;
            }
        }
        let looks = out.len() < SLIPS;
        let near = looks.then(|| nearest(key, keys().into_iter().flatten())).flatten();
        let slip = looks.then(|| slip_of(key, keys().into_iter().flatten())).flatten();
        let help = match near {
            Some(near) => {
                format!("did you mean `{near}`? If not, create it on the site ({screen}), or remove it from the plan")
            }
            None => format!("create it on the site first ({screen}), or remove it from the plan"),
        };
        let message = format!("the site has no {words} `{name}`");
        let finding = RULE.at(Location::key(at(section, key)), message).label("not on the site").help(help);
        let finding = finding.on_site(format!("{kind}/{key}"));
        let slip = slip.filter(|slip| !plan.mentions(section, slip) && !is_left_alone(plan, section, slip));
        out.push(match slip.and_then(|slip| Some((slip, name_of(slip)?))) {
            Some((slip, called)) => {
                let name = Correction::Value { at: pointer(&[section, key, "name"]), to: called.clone() };
                // Before the key, under which it would not be found any more.
                let written = [name].into_iter().chain(rekeyed(plan, section, [key, slip]));
                let title =
                    format!("name it as the site does, `{called}`, with the key `{slip}` wherever the plan uses it");
                finding.perhaps_corrected_by(title, written.collect::<Vec<_>>())
            }
            None => finding,
        });
    }
    known
}

/// The site at which a webhook is called, if it is at none of the plan's hosts; none where the plan's sites are not known.
fn elsewhere(plan: &Plan, calls: &str) -> Option<Identity> {
    let guard = plan.guard_url().and_then(|guard| Identity::parse(&guard));
    let own = [Some(plan.live_site()?), Some(plan.staging_site()?), guard];
    webhook_site(calls).filter(|site| !own.iter().flatten().any(|own| own.is_at_the_host_of(site)))
}

fn webhooks(facts: &Facts<'_>, out: &mut Findings) -> Known<()> {
    let (mut known, on_live) = (Some(()), LazyCell::new(|| in_lives_log_alone(facts)));
    for (name, webhook) in &facts.plan().webhooks {
        let key = webhook_key(&webhook.calls);
        if let Some(site) = elsewhere(facts.plan(), &webhook.calls) {
            let place = Location::value(pointer(&["webhooks", name, "calls"]));
            let message = format!("webhook `{key}` is called at `{}`, which is none of this plan's sites", site.host());
            let help = format!("write `{key}` if it is a webhook of this site, or remove it from the plan");
            out.push(RULE.at(place, message).label("another site").help(help));
            continue;
        }
        match facts.webhook(After, &key) {
            Some(Some(_)) => continue,
            Some(None) if on_live.contains(&key) => continue,
            Some(None) => {}
            None => {
                known = None;
                continue;
            }
        }
        let keys = || facts.webhooks(After).into_iter().flat_map(|site| site.keys());
        let looks = out.len() < SLIPS;
        let near = looks.then(|| nearest(&key, keys())).flatten();
        let slip = looks.then(|| slip_of(&key, keys())).flatten();
        let look = "look at AccessAlly > Settings > Developer Tools > Detailed Log of the live site as well";
        let help = near.map_or_else(|| look.to_owned(), |near| format!("did you mean `{near}`? If not, {look}"));
        let at = pointer(&["webhooks", name, "calls"]);
        let message = format!("the site's log shows no webhook `{key}`");
        let finding = RULE.at(Location::value(at.clone()), message).label("not in the log").help(help);
        let mut finding = finding.on_site(format!("webhook/{key}"));
        if let Some(to) = slip.map(str::to_owned) {
            finding = finding.perhaps_corrected_by(format!("write `{to}`"), [Correction::Value { at, to }]);
        }
        finding.severity = Warning;
        out.push(finding);
    }
    known
}
