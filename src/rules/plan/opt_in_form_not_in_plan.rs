use crate::diag::{Location, Severity::Error};
use crate::model::keyed::name_to_say;
use crate::model::plan::{CustomOperation, OptInFormIntent};
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Side::Before, Source::Documented, declare_rule};

use crate::text::nearest;

use super::{at, is_left_alone, leave_alone_stub, mention, opened, stub};

declare_rule! {
    /// An opt-in form of the site that the plan does not mention.
    ///
    /// ## What it does
    /// Reports every opt-in form that the site has, and that is neither in `opt_in_forms` nor left alone with a reason.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for an AccessAlly opt-in form on every free offering. A form that nobody looked at goes
    /// on taking sign-ups after the switch, with whatever it did before.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/newsletter: {id: "9", name: Newsletter, operations: [{add-tags: [News]}]}, tag/News: {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {opt_in_forms: {newsletter: tags only}}}
    /// site: {opt-in-form/newsletter: {id: "9", name: Newsletter, operations: [{add-tags: [News]}]}, tag/News: {}}
    /// ```
    ///
    /// ## Fix
    /// Add it to `opt_in_forms`, or to `leave_alone` with the reason.
    {
        id: "opt-in-form-not-in-plan",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P8",
        evidence: Documented,
        anchor: "/opt_in_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let site = facts.opt_in_forms(Before)?;
    let created = || plan.opt_in_forms.keys().filter(|key| !site.contains_key(key));
    for (key, form) in facts.opt_in_forms(After)?.iter() {
        if plan.mentions("opt_in_forms", key) || is_left_alone(plan, "opt_in_forms", key) {
            continue;
        }
        let message = format!("the site's opt-in form `{}` is neither in the plan nor left alone", form.name());
        let finding = RULE
            .at(Location::key(at("opt_in_forms", key)), message)
            .label(format!("`{key}` is not here"))
            .help(match nearest(key, created()) {
                Some(near) => {
                    format!(
                        "did you mean this form by `{near}`, which the plan would create? If not, {}",
                        mention("opt_in_forms")
                    )
                }
                None => mention("opt_in_forms"),
            });
        let finding = form.excerpt(finding, "name:", "not in the plan");
        let release = opened(form.proposed().operations.set().into_iter().flatten());
        out.push(if release.is_empty() {
            finding.fix("leave it alone, with your reason", leave_alone_stub("opt_in_forms", key))
        } else {
            let intent =
                OptInFormIntent { name: name_to_say(key, form.name()), custom_operation: CustomOperation { release } };
            finding.fix("add to `opt_in_forms`", stub(key, &intent)).to_add_to("/opt_in_forms")
        });
    }
    Some(())
}
