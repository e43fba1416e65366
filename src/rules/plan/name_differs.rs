use std::collections::BTreeMap;

use crate::change::text;
use crate::diag::{Location, Severity::Warning};
use crate::model::keyed::name_key;
use crate::model::state::{Object, Offering, OptInForm, OrderForm};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// The plan spells a name differently from the site.
    ///
    /// ## What it does
    /// Compares the `name` of offerings, order forms and opt-in forms with the site's, letter by letter. Where the plan
    /// gives no name, it is the words of the key, each with a capital letter.
    ///
    /// ## Why it matters
    /// Names are what people search for in the admin screens. A different spelling may also mean that two objects were
    /// mixed up. The plan never renames anything.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {name: COURSE!}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {offerings: {course: {name: COURSE!}}}
    /// site: {offering/course: {name: COURSE!}}
    /// ```
    ///
    /// ## Fix
    /// Write `name` as the site has it.
    {
        id: "name-differs",
        severity: Warning,
        phase: Configure,
        target: Both,
        acceptable: true,
        attestable: true,
        guide: "–",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/offerings",
    }
}

trait Named {
    fn name(&self) -> &str;
    fn object(&self) -> Object;
}

macro_rules! named {
    ($($kind:ident),+) => {
        $(impl Named for $kind {
            fn name(&self) -> &str {
                &self.name
            }
            fn object(&self) -> Object {
                Object::$kind(self.clone())
            }
        })+
    };
}
named!(Offering, OptInForm, OrderForm);

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let offerings = plan.offerings.iter().map(|(key, offering)| (key, &offering.name));
    let offerings = facts.offerings(After).map(|site| compare(("offerings", "offering"), offerings, site, out));
    let forms = plan.order_forms.iter().map(|(key, form)| (key, &form.name));
    let order_forms = facts.order_forms(After).map(|site| compare(("order_forms", "order-form"), forms, site, out));
    let forms = plan.opt_in_forms.iter().map(|(key, form)| (key, &form.name));
    let opt_in_forms = facts.opt_in_forms(After).map(|site| compare(("opt_in_forms", "opt-in-form"), forms, site, out));
    offerings.and(order_forms).and(opt_in_forms)
}

fn compare<'a, T: Named>(
    (section, kind): (&str, &str),
    names: impl Iterator<Item = (&'a String, &'a String)>,
    site: &BTreeMap<String, T>,
    out: &mut Findings,
) {
    // A name that does not even belong to the key has a rule of its own.
    for (key, name) in names.filter(|(key, name)| **key == name_key(name)) {
        let Some(object) = site.get(key).filter(|object| object.name() != name) else { continue };
        let message = format!("the site spells `{}` what the plan calls `{name}`", object.name());
        out.push(
            RULE.at(Location::value(pointer(&[section, key, "name"])), message)
                .label("spelled otherwise")
                .help(format!("write it as the site does: `{}`", object.name()))
                .excerpt(format!("{kind}/{key}"), text::object(&object.object()), "name:", "the site's name"),
        );
    }
}
