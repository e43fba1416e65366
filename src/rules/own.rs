//! Rules of one's own, as a file beside the plan declares them, as if they were built in.

use crate::diag::Severity;
use crate::model::digest;
use crate::model::own_rules::{Answer, Each, OwnGate, OwnRule, OwnSeverity, PREFIX, RulesFile};

use super::{Phase, Rule, Source};

/// Rules of one's own, as a file declares them.
#[derive(Debug, Default)]
pub struct OwnRules {
    /// Each of them, by name.
    pub rules: Vec<Own>,
    /// What they ask, as one digest; none where there is no file.
    digest: Option<String>,
}

/// A rule of one's own.
#[derive(Debug)]
pub struct Own {
    /// What it is to a judgement, as if it were built in.
    pub rule: &'static Rule,
    /// Its name in the file.
    pub name: String,
    /// What the file says of it.
    pub said: OwnRule,
}

/// What came of a rule of one's own: its answer, or why it has none.
pub type Came = Result<Answer, String>;

impl OwnRules {
    /// Those of a file.
    pub fn new(file: RulesFile) -> Self {
        // What is asked; who explains it otherwise, or tries it by other examples, asks the same.
        let asked = |(name, rule): (&String, &OwnRule)| {
            let OwnRule { each, when, require, message, severity, gate, at, .. } = rule.clone();
            (name.clone(), each, when, require, message, severity, gate, at)
        };
        let digest = digest::of(&file.rules.iter().map(asked).collect::<Vec<_>>());
        let rules = file.rules.into_iter().map(|(name, said)| Own { rule: declared(&name, &said), name, said });
        Self { rules: rules.collect(), digest: Some(digest) }
    }

    /// What they ask, as one digest; none where there is no file.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The rule of this name, which begins with `own/`.
    pub fn by_id(&self, id: &str) -> Option<&Own> {
        self.rules.iter().find(|own| own.rule.id == id)
    }

    /// Those that these do not ask any more, or that ask for less or later, each in words.
    pub fn weaker_than(&self, before: &Self) -> Vec<String> {
        let weaker = before.rules.iter().filter_map(|old| {
            let Some(new) = self.by_id(old.rule.id) else { return Some(format!("`{}` is gone", old.rule.id)) };
            let (now, then) = (&new.said, &old.said);
            let mut how = Vec::new();
            if now.severity < then.severity {
                how.push("is a warning now");
            }
            if now.gate > then.gate {
                how.push("is due later");
            }
            if (&now.require, &now.when, now.each) != (&then.require, &then.when, then.each) {
                how.push("asks for something else");
            }
            (!how.is_empty()).then(|| format!("`{}` {}", old.rule.id, how.join(", and ")))
        });
        weaker.collect()
    }
}

/// What a rule is to a judgement.
fn declared(name: &str, said: &OwnRule) -> &'static Rule {
    let title = said.message.replace("`{object}`", "{object}");
    let title = title.replace("{object}", said.each.map_or("the plan", Each::one));
    let why = said.why.as_deref().unwrap_or("the file says nothing more");
    let phase = match said.gate {
        OwnGate::Fit => Phase::Fit,
        OwnGate::Configure => Phase::Configure,
        OwnGate::Migrate => Phase::Migrate,
        OwnGate::GoLive => Phase::GoLive,
    };
    let severity = match said.severity {
        OwnSeverity::Warning => Severity::Warning,
        OwnSeverity::Error => Severity::Error,
    };
    let anchor = said.at.clone().or_else(|| said.each.map(|each| format!("/{}", each.section()))).unwrap_or_default();
    // The built-in ones live as long as the program too; a plan's are read once, and again only where the file changed.
    let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let rule = Rule {
        id: kept(format!("{PREFIX}{name}")),
        severity,
        phase,
        acceptable: true,
        evidence: Source::Inferred,
        anchor: kept(anchor),
        docs: kept(format!(" {title}\n\n {why}\n")),
        ..Rule::PLAIN
    };
    Box::leak(Box::new(rule))
}
