//! All rules over one set of inputs: findings, evidence, verdict.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::mem;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Coming, Finding, Severity};
use crate::model::facts::ELSEWHERE;
use crate::model::plan::AcceptedRisk;
use crate::model::{Grade, Graded};

use super::about::About;
use super::facts::{Facts, Inputs};
use super::lacking::unproven;
use super::lead_time::{Ahead, ahead};
use super::objects::kind_of;
use super::read::Read;
use super::{ALL, Findings, Moment, Phase, Rule, Target, accepted_risks, folded};

/// The answer of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every due error-rule has its facts and found nothing.
    Green,
    /// A due error that nobody may accept the risk of, or nobody has.
    Red,
    /// Nothing is wrong as far as is known, but a due error-rule lacks a fact.
    Unproven,
}

impl Verdict {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Red => "red",
            Self::Unproven => "unproven",
        }
    }
}

/// How many facts the due rules read, by how well they are known: each fact counts once, as what it is to the rule that knows
/// least of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Read by a machine.
    pub captured: usize,
    /// Attested by a named person.
    pub attested: usize,
    /// Said by a file that nobody here vouches for.
    #[serde(default)]
    pub recorded: usize,
    /// Not known to at least one rule.
    pub unknown: usize,
    /// How many of the attested ones rest on a line that was not recorded on this machine: they open no barrier.
    #[serde(default)]
    pub attested_elsewhere: usize,
}

impl Evidence {
    /// How many facts there are.
    pub fn total(&self) -> usize {
        self.captured + self.attested + self.recorded + self.unknown
    }

    /// The sums in words.
    pub fn message(&self) -> String {
        let Self { captured, attested, recorded, unknown, attested_elsewhere } = self;
        let elsewhere = match attested_elsewhere {
            0 => String::new(),
            some => format!(" ({some} recorded elsewhere)"),
        };
        format!(
            "{} facts: {captured} captured, {attested} attested{elsewhere}, {recorded} recorded, {unknown} unknown",
            self.total()
        )
    }

    fn count(&mut self, worst: Graded) {
        match worst {
            Graded::Captured => self.captured += 1,
            Graded::Attested => self.attested += 1,
            Graded::Recorded => self.recorded += 1,
            Graded::Unknown => self.unknown += 1,
        }
    }
}

/// What a rule read: where it found nothing, the proof that it is green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The rule.
    pub rule: &'static str,
    /// What it read.
    pub reads: Vec<Read>,
}

/// What all rules together say.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Every finding, those not yet due among them.
    pub findings: Vec<Finding>,
    /// The facts that were read.
    pub evidence: Evidence,
    /// How many rules each later phase holds.
    pub not_due: BTreeMap<&'static str, usize>,
    /// What the silent due rules read.
    pub proofs: Vec<Proof>,
    /// What the due rules read that have findings, or lack a fact.
    pub speaking: Vec<Proof>,
    /// The answer.
    pub verdict: Verdict,
    /// The facts that due rules read, by name, and which rules read each: what a confirmation binds.
    pub readers: BTreeMap<String, Vec<&'static str>>,
    /// What of the site due rules lack that take a person's attestation for it.
    pub unknown: BTreeSet<About>,
    /// What has to begin before the window: at the gate `fit`, of a site that is not switched.
    pub ahead: Option<Ahead>,
}

impl Judgement {
    /// The judgement of a text that could not be read to its end: its findings, and no rule's.
    pub fn unread(findings: Vec<Finding>) -> Self {
        Self {
            verdict: verdict(&findings),
            findings,
            evidence: Evidence::default(),
            not_due: BTreeMap::new(),
            proofs: Vec::new(),
            speaking: Vec::new(),
            readers: BTreeMap::new(),
            unknown: BTreeSet::new(),
            ahead: None,
        }
    }

    /// What keeps the verdict from being green: errors that are due and that nobody answers for, and those that lack a fact.
    pub fn stops(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(counts)
    }

    /// Whether nothing keeps the verdict from being green but that no reading shows the site's members.
    pub fn lacks_only_members(&self) -> bool {
        let of_members = |finding: &Finding| finding.lacks.as_ref().is_some_and(|lacks| lacks.members_only);
        self.verdict == Verdict::Unproven && self.stops().count() > 0 && self.stops().all(of_members)
    }

    /// The same, where the spot-check contacts' values may be missing too: nothing but what stands in private files.
    pub fn lacks_only_private_files(&self) -> bool {
        let is_private = |finding: &Finding| finding.lacks.as_ref().is_some_and(|lacks| lacks.private_only);
        self.verdict == Verdict::Unproven && self.stops().count() > 0 && self.stops().all(is_private)
    }

    /// What the plan alone shows already, of gates that are not due yet; what somebody answers for aside.
    pub fn coming(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.coming.is_some() && !finding.accepted)
    }
}

/// Judges a plan and what came of reading it. `found` are the findings of reading and shape, which are due at any time.
pub fn judge(inputs: Inputs<'_>, moment: impl Into<Moment>, found: Vec<Finding>) -> Judgement {
    let moment = moment.into();
    let facts = Facts::new(inputs, moment.gate());
    let mut all = Judgement {
        findings: found,
        evidence: Evidence::default(),
        not_due: BTreeMap::new(),
        proofs: Vec::new(),
        speaking: Vec::new(),
        verdict: Verdict::Green,
        readers: BTreeMap::new(),
        unknown: BTreeSet::new(),
        ahead: None,
    };
    let mut asked = Vec::new();
    let (last, first): (Vec<&Rule>, Vec<&Rule>) = ALL.iter().partition(|rule| accepted_risks::judges_risks(rule));
    let mut run = |rule: &'static Rule, check: Check<'_>, all: &mut Judgement| {
        run((rule, check), &facts, moment, &mut asked, all);
    };
    let built_in = |rule: &'static Rule| move |facts: &Facts<'_>, out: &mut Findings| _ = (rule.check)(facts, out);
    first.into_iter().for_each(|rule| run(rule, &built_in(rule), &mut all));
    inputs.own.iter().for_each(|(own, came)| run(own.rule, &|facts, out| own.find(came, facts, out), &mut all));
    let changed: HashSet<String> = inputs.changes.iter().map(|change| change.on.to_string()).collect();
    for excerpt in all.findings.iter_mut().filter_map(|finding| finding.excerpt.as_mut()) {
        excerpt.planned = changed.contains(&excerpt.of);
    }
    facts.set_risk_uses(accept(&inputs.plan.accepted_risks, &facts, &mut all.findings));
    last.into_iter().for_each(|rule| run(rule, &built_in(rule), &mut all));
    if moment == Moment::Gate(Phase::Fit) && !facts.switched() {
        all.findings.iter_mut().filter(|finding| is_for_later(finding)).for_each(put_off);
        all.ahead = Some(ahead(&facts, &all.findings));
    }
    folded::fold(&mut all.findings);
    by_fact(asked, &mut all);
    all.verdict = match verdict(&all.findings) {
        Verdict::Green if inputs.before.is_none() => Verdict::Unproven,
        verdict => verdict,
    };
    all
}

/// What a plan may lack while it is only asked whether the switch is right for the site: what is on the site, and who is compared.
const LATER: [&str; 5] = ["/offerings", "/order_forms", "/opt_in_forms", "/webhooks", "/spot_check"];

/// Whether a finding says that a section is missing which the gate `fit` has no use for.
fn is_for_later(finding: &Finding) -> bool {
    finding.absent.as_deref().is_some_and(|key| LATER.contains(&key))
}

/// Makes of a finding one that is coming at the next gate.
fn put_off(finding: &mut Finding) {
    finding.due = false;
    finding.coming = Some(Coming { gate: Phase::Configure.name(), on_live: false });
}

/// Whether a rule speaks for the site that is judged.
fn speaks(rule: &Rule, live: bool) -> bool {
    match rule.target {
        Target::Both => true,
        Target::Staging => !live,
        Target::Live => live,
    }
}

/// What a rule finds.
type Check<'c> = &'c dyn Fn(&Facts<'_>, &mut Findings);

fn run(
    (rule, check): (&'static Rule, Check<'_>),
    facts: &Facts<'_>,
    moment: Moment,
    asked: &mut Vec<Asked>,
    all: &mut Judgement,
) {
    let live = facts.live();
    let here = speaks(rule, live);
    // What the plan alone breaks on live can be seen on the staging copy already; the copy lies behind whoever is on live.
    if !here && live {
        return;
    }
    let mut findings = Vec::new();
    check(facts, &mut findings);
    let plan_alone = !facts.went_beyond_the_plan();
    let (mut reads, unknown) = (facts.take_reads(), facts.take_unknown());
    if !here && !plan_alone {
        return;
    }
    let due = here && moment.is_due(rule, live, facts.switched())
        || plan_alone && moment.asks_the_plan(live, facts.plan().strategy);
    if here && !due && !moment.is_past(rule, facts.switched()) {
        *all.not_due.entry(rule.phase.name()).or_default() += 1;
    }
    // Also beside findings: one that is accepted must not hide what the rule could not see.
    if facts.refuses_attestations(rule.id) {
        reads.iter_mut().for_each(refuse);
    } else if due {
        all.unknown.extend(unknown);
    }
    if reads.iter().any(|read| !read.grade.is_known()) {
        findings.push(unproven(rule, &reads));
    }
    facts.inputs.raised.raise(rule, &mut findings);
    if due {
        asked.extend(reads.iter().map(|read| Asked {
            fact: read.fact.clone(),
            graded: read.grade.word(),
            elsewhere: matches!(&read.grade, Grade::Attested(who) if who.ends_with(ELSEWHERE)),
            by: rule.id,
        }));
    }
    if due {
        let is_silent = findings.iter().all(|finding| finding.severity == Severity::Info && !finding.unproven);
        let of = if is_silent { &mut all.proofs } else { &mut all.speaking };
        of.push(Proof { rule: rule.id, reads });
    }
    let comes = plan_alone && !due && !moment.is_past(rule, facts.switched());
    for finding in &mut findings {
        finding.due = due;
        finding.coming = comes.then_some(Coming { gate: rule.phase.name(), on_live: !here });
    }
    all.findings.append(&mut findings);
}

/// What the project's settings take no person's word for is unknown.
fn refuse(read: &mut Read) {
    if kind_of(&read.fact).is_some()
        && let Grade::Attested(who) = &read.grade
    {
        read.grade = Grade::Unknown(format!("`{who}` attests it, and `plan.toml` takes no attestation for this rule"));
    }
}

/// That a rule that is due asked for a fact.
struct Asked {
    fact: String,
    graded: Graded,
    /// Whether it is attested by a line that was recorded on another machine.
    elsewhere: bool,
    by: &'static str,
}

/// Which rules asked for each fact, and how well it is known to the one that knows least of it.
fn by_fact(mut asked: Vec<Asked>, all: &mut Judgement) {
    // Each rule asked in order, and rules that asked for one fact stay in theirs.
    asked.sort_by(|a, b| a.fact.cmp(&b.fact));
    let facts = asked.chunk_by_mut(|a, b| a.fact == b.fact).map(|group| {
        let worst = group.iter().map(|asked| asked.graded).max().unwrap_or(Graded::Captured);
        all.evidence.count(worst);
        let elsewhere = worst == Graded::Attested && group.iter().any(|asked| asked.elsewhere);
        all.evidence.attested_elsewhere += usize::from(elsewhere);
        let rules = group.iter().map(|asked| asked.by).collect();
        (mem::take(&mut group[0].fact), rules)
    });
    all.readers = facts.collect();
}

/// Marks what somebody answers for. Returns, for each accepted risk, whether it met a finding.
fn accept(risks: &[AcceptedRisk], facts: &Facts<'_>, findings: &mut [Finding]) -> Vec<bool> {
    let mut used = vec![false; risks.len()];
    let mut of_rule: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, risk) in risks.iter().enumerate() {
        of_rule.entry((named(risk), &risk.at)).or_default().push(index);
    }
    for finding in findings.iter_mut().filter(|finding| !finding.unproven) {
        let places: Vec<String> = places(finding).collect();
        let met = places.iter().filter_map(|at| of_rule.get(&(finding.rule.as_str(), at.as_str())));
        let met: Vec<usize> = met.flatten().copied().collect();
        for index in met {
            used[index] = true;
            finding.accepted |= accepted_risks::counts(&risks[index], facts);
        }
    }
    used
}

/// The rule that an accepted risk names, by its name of today.
fn named(risk: &AcceptedRisk) -> &str {
    crate::rules::renamed(&risk.rule).unwrap_or(&risk.rule)
}

/// Whether an accepted risk is about a finding.
pub fn meets(risk: &AcceptedRisk, finding: &Finding) -> bool {
    named(risk) == finding.rule && places(finding).any(|at| at == risk.at)
}

/// What an accepted risk can name a finding by: its place in the plan, and the object of the site.
fn places(finding: &Finding) -> impl Iterator<Item = String> {
    let at_plan = finding.primary.place.pointer().map(str::to_owned);
    at_plan.into_iter().chain(finding.site.as_ref().map(|on| format!("site:{on}")))
}

/// Whether a finding counts for the verdict.
fn counts(finding: &&Finding) -> bool {
    finding.due && !finding.accepted && finding.severity == Severity::Error
}

fn verdict(findings: &[Finding]) -> Verdict {
    if findings.iter().filter(counts).any(|f| !f.unproven) {
        Verdict::Red
    } else if findings.iter().any(|f| counts(&f)) {
        Verdict::Unproven
    } else {
        Verdict::Green
    }
}
