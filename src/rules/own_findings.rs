//! What came of the rules of one's own, with the same places and proofs as of those that are built in. They were evaluated before.

use crate::diag::{Document, Finding, Location, Part};
use crate::model::own_rules::{Each, FILE};
use crate::model::text::pointer;
use crate::model::{Grade, Kind, ObjectRef, keyed};

use super::Findings;
use super::about::{About, name_of_field};
use super::facts::{Facts, NO_SITE};
use super::own::{Came, Own};

impl Own {
    /// What came of it, as findings; what it read is noted.
    pub(super) fn find(&self, came: &Came, facts: &Facts<'_>, out: &mut Findings) {
        match came {
            Err(why) => {
                facts.leaves_the_plan();
                out.push(self.broken("", why));
            }
            Ok(answer) => {
                answer.reads.iter().for_each(|(fact, is_known)| facts.note_own(fact, *is_known));
                out.extend(answer.broken.iter().map(|(key, why)| self.broken(key, why)));
                out.extend(answer.fails.iter().map(|key| self.fails(key, facts)));
            }
        }
    }

    /// That it is not as it asks.
    fn fails(&self, key: &str, facts: &Facts<'_>) -> Finding {
        let place = match self.said.each {
            Some(each) => pointer(&[each.section(), key]),
            None => self.rule.anchor.to_owned(),
        };
        let named = |text: &str| text.replace("{object}", key);
        let finding = self.rule.at(Location::key(place), named(&self.said.message));
        let finding = match &self.said.help {
            Some(help) => finding.help(named(help)),
            None => finding.help(format!("`plan explain {} --plan PLAN` prints what it asks", self.rule.id)),
        };
        match self.said.each.and_then(|each| on_site(each, key, facts)) {
            Some(on) => finding.on_site(on.to_string()),
            None => finding,
        }
    }

    /// That it cannot be evaluated, which is a fault of the rule.
    fn broken(&self, key: &str, why: &str) -> Finding {
        let at = if key.is_empty() { String::new() } else { format!(" for `{key}`") };
        let place = Location::At {
            document: Document::Rules,
            pointer: pointer(&["rules", self.name.as_str(), "require"]),
            part: Part::Key,
        };
        self.rule
            .at(place, format!("cannot be evaluated{at}: {why}"))
            .label("this rule")
            .help(format!("correct the rule in `{FILE}`; `plan rules test` tries its examples"))
    }
}

/// The site's object for an entry of the plan.
fn on_site(each: Each, key: &str, facts: &Facts<'_>) -> Option<ObjectRef> {
    let (kind, key) = match each {
        Each::Offerings => (Kind::Offering, key.to_owned()),
        Each::OrderForms => (Kind::OrderForm, key.to_owned()),
        Each::OptInForms => (Kind::OptInForm, key.to_owned()),
        Each::Webhooks => (Kind::Webhook, keyed::webhook_key(&facts.plan().webhooks.get(key)?.calls)),
    };
    let on = ObjectRef::new(kind, key);
    facts.inputs.before.filter(|before| before.state.get(&on).is_some()).map(|_| on)
}

impl Facts<'_> {
    /// Notes what a rule of one's own read, with how well it is known; whether it is was said where it was read.
    fn note_own(&self, fact: &str, is_known: bool) {
        if let Some(of_plan) = fact.strip_prefix("plan ") {
            self.note(fact, Grade::Unknown(format!("`{of_plan}` does not fit the form of a plan, and was left out")));
            return;
        }
        let Some(about) = About::named(fact) else {
            let section = fact.split(' ').next().unwrap_or_default();
            let is_captured = self.population_section(section).is_some();
            if !is_known && is_captured {
                self.note(fact, Grade::Unknown(format!("the {fact} was not read of all of them")));
            }
            return;
        };
        let grade = self.graded(|before| match &about {
            About::List(kind) => before.list_grade(*kind),
            About::Object(on) => before.object_grade(on),
            About::Field(on, name) => before.field_grade(on, name_of_field(name), is_known),
        });
        let grade = match grade {
            known if !is_known && known.is_known() => Grade::Unknown(NO_SITE.to_owned()),
            grade => grade,
        };
        self.note_about(about, grade);
    }
}
