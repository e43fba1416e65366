use crate::diag::{Location, Severity::Error};
use crate::model::keyed::{is_key_of, name_key};
use crate::model::text::pointer;
use crate::rules::rekey::rekeyed;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};
use crate::text::apart;

declare_rule! {
    /// A key of the plan is not the slug of the name under it.
    ///
    /// ## What it does
    /// Reports offerings, order forms and opt-in forms whose key differs from the slug of their `name`: lower-case
    /// letters and digits, words joined by one dash. Where several objects have one slug, `-` and the ID of one are part of its key.
    ///
    /// ## Why it matters
    /// A site's objects are found by the slug of their name. Under another key the plan would not find them, and an
    /// opt-in form would be made a second time.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {opt_in_forms: {signup: {name: Second Signup, custom_operation: {release: [mini-course]}}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {opt_in_forms: {second-signup: {name: "Second: Signup!", custom_operation: {release: [mini-course]}}}}
    /// ```
    ///
    /// ## Fix
    /// Rename the key, or correct the name.
    {
        id: "key-is-not-the-slug",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let offerings = plan.offerings.iter().map(|(key, offering)| ("offerings", key, &offering.name));
    let order_forms = plan.order_forms.iter().map(|(key, form)| ("order_forms", key, &form.name));
    let opt_in_forms = plan.opt_in_forms.iter().map(|(key, form)| ("opt_in_forms", key, &form.name));
    for (section, key, name) in offerings.chain(order_forms).chain(opt_in_forms) {
        let slug = name_key(name);
        // An opt-in form that the site does not have is made, and gets its ID there.
        let is_made = || {
            section == "opt_in_forms"
                && *key != slug
                && facts.opt_in_form(Before, key).is_some_and(|form| form.is_none())
        };
        if !is_key_of(key, name) || is_made() {
            let is_free = !slug.is_empty() && !plan.mentions(section, &slug);
            let written = rekeyed(plan, section, [key, &slug]);
            let title = format!("rename the key to `{slug}` wherever the plan uses it");
            let [shown, slug] = apart(key, &slug);
            let message = format!("the key `{shown}` is not the slug of the name `{name}`");
            let help = format!("rename the key to `{slug}` wherever the plan uses it, or correct `name`");
            let finding = RULE
                .at(Location::key(pointer(&[section, key])), message)
                .label("not the slug")
                .related(Location::value(pointer(&[section, key, "name"])), "the name")
                .help(help);
            // Of the two the name may as well be the wrong one.
            out.push(if is_free { finding.perhaps_corrected_by(title, written) } else { finding });
        }
    }
    Some(())
}
