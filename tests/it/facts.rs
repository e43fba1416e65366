//! Every rule with each fact of the site that it reads captured, recorded, attested and unknown. The worlds are those of its own
//! fences: on the base and its good fences the facts are right, on its bad ones wrong. The base is a staging copy in front of the
//! migration, so that a rule of the live site after it finds it wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use amc_plan::diag::Severity;
use amc_plan::model::record::{Entry, Evidence, Saw, SawAll};
use amc_plan::model::snapshot::Sources;
use amc_plan::model::state::Object;
use amc_plan::model::{Capture, Grade, How, Kind, ObjectRef, Snapshot, Worth};
use amc_plan::rules::{ALL, Judgement, Phase, Rule, Verdict, kind_of};
use serde_json::{Map, Value, json};

use crate::common::this_time;
use crate::rules::{StepContext, fences, gate_of, live, patched};

/// Until when the lines count: some days after the base.
const LAST_DAY: &str = "2026-11-24";

/// Cells that are not as the laws below have them, each with why that is right.
const ODD: &[(&str, &str, &str)] = &[
    ("attestation-contradicted", "order-form", "what no reading shows contradicts nobody"),
    (
        "attestation-contradicted",
        "order-form: price",
        "the same; and a line that is later than the wrong one takes its place",
    ),
    (
        "attestation-contradicted",
        "maintenance: on",
        "what the migration moves contradicts nobody, however well it is known",
    ),
    (
        "failed-payment-undecided",
        "subscription",
        "where no subscription was captured, what a form says of itself counts, as its page says",
    ),
    (
        "cancel-or-refund-undecided",
        "subscription",
        "where no subscription was captured, what a form says of itself counts, as its page says",
    ),
    ("accepted-risk-unused", "the plan alone", "it says nothing of a risk whose rule lacks a fact, as its page says"),
    ("backup-lacks-users", "contact", "a lower bound of the users: without contacts the administrators are one too"),
    ("backup-lacks-users", "administrator", "the same the other way round; without both it is unproven"),
    ("crm-differs", "crm: system", "either of the CRM's two names is enough, and the label is the other"),
    (
        "replacement-of-another",
        "order-form",
        "a form's number is the server's own and nobody attests it: without it nothing says that the form is another",
    ),
    ("many-members", "contact", "a size is no fault: where nobody counted, nothing is missing"),
    ("subscribed-form-missing", "subscription", "where no subscription was captured there is nothing to compare with"),
    (
        "target-not-staging",
        "environment: type",
        "the host's name shows a copy where no type says otherwise, as its page says",
    ),
];

/// A fact of the site by the name under which a rule notes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    /// A section that no kind of object has: the population's, or the host.
    Section(String),
    /// Which objects of a kind there are, or the one of which a site has one.
    List(Kind),
    /// That an object is there.
    Object(ObjectRef),
    /// A field of an object, or a part of one of its modules.
    Field(ObjectRef, String),
}

impl Fact {
    /// None where the fact is not one of the site.
    fn read(name: &str) -> Option<Self> {
        if ["contact", "order", "subscription", "host"].contains(&name) {
            return Some(Self::Section(name.to_owned()));
        }
        let kind = kind_of(name)?;
        let (object, field) = name.split_once(": ").map_or((name, None), |(object, field)| (object, Some(field)));
        let on = match object.split_once('/') {
            Some((_, key)) => ObjectRef::new(kind, key),
            None if field.is_some() => ObjectRef::only(kind),
            None => return Some(Self::List(kind)),
        };
        Some(field.map_or_else(|| Self::Object(on.clone()), |field| Self::Field(on.clone(), field.to_owned())))
    }

    fn object(&self) -> Option<&ObjectRef> {
        if let Self::Object(on) = self { Some(on) } else { None }
    }

    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Section(_) => None,
            Self::List(kind) => Some(*kind),
            Self::Object(on) | Self::Field(on, _) => Some(on.kind),
        }
    }

    /// The fact without the key of its object: a row of the table.
    fn row(&self) -> String {
        match self {
            Self::Section(section) => section.clone(),
            Self::List(kind) => kind.name().to_owned(),
            Self::Object(on) => format!("{}/…", on.kind),
            Self::Field(on, field) => format!("{}: {}", on.kind, field.trim_end_matches(|c: char| c.is_ascii_digit())),
        }
    }

    /// The reading without it; none where it is unknown there already.
    fn taken_out_of(&self, reading: &Snapshot) -> Option<Snapshot> {
        let mut without = reading.clone();
        let mut missing = |section: &str| {
            let was = without.header.sections.insert(section.to_owned(), Capture::Missing("not asked".to_owned()));
            matches!(was, Some(Capture::How(_)))
        };
        let was_known = match self {
            Self::Section(section) if section == "host" => missing(Kind::Environment.name()),
            Self::Section(section) => missing(section),
            Self::List(kind) => missing(kind.name()),
            Self::Object(on) => missing(on.kind.name()),
            Self::Field(on, field) => {
                let mut fields = reading.state.get(on)?.fields();
                let was_known = match part_of_module(field) {
                    Some((part, number)) => {
                        let modules = fields.get_mut("modules")?.as_array_mut()?;
                        let module = modules.iter_mut().find(|module| module["number"] == number)?;
                        module.as_object_mut()?.remove(part).is_some()
                    }
                    None => fields.remove(field).is_some(),
                };
                without.state.insert(&on.key, Object::from_fields(on.kind, Value::Object(fields)).unwrap());
                was_known
            }
        };
        was_known.then_some(without)
    }

    /// The lines by which a person attests it as this reading has it, with what a rule read of the same section, which went with
    /// it; none where nobody can.
    fn attested(&self, reading: &Snapshot, read: &BTreeSet<Fact>) -> Option<Vec<Evidence>> {
        let kind = self.kind().filter(|kind| kind.is_attestable())?;
        if let Self::Field(on, field) = self {
            let name = if part_of_module(field).is_some() { "modules" } else { field };
            if !kind.attestable_fields().iter().any(|known| known == name) {
                return None;
            }
            let value = reading.state.get(on)?.fields().get(name)?.clone();
            return Some(vec![saw(reading, on, Map::from_iter([(name.to_owned(), value)]))]);
        }
        let known = kind.attestable_fields();
        // A webhook has no fields of its own: a person sees them all, or none.
        let is_list = read.contains(&Self::List(kind)) || known.is_empty();
        let objects: Vec<ObjectRef> = match is_list {
            true => reading.state.keys(kind).into_iter().map(|key| ObjectRef::new(kind, key)).collect(),
            false => read.iter().filter_map(|fact| fact.object()).filter(|on| on.kind == kind).cloned().collect(),
        };
        let mut lines = Vec::new();
        if is_list && !kind.is_only() {
            let names = objects.iter().map(|on| {
                let fields = reading.state.get(on).unwrap().fields();
                fields.get("name").and_then(Value::as_str).unwrap_or(&on.key).to_owned()
            });
            let (host, names) = (reading.header.site.clone(), names.collect());
            lines.push(Evidence::SawAll(SawAll { host, kind, names, screen: None, until: LAST_DAY.to_owned() }));
        }
        for on in objects {
            let mut fields = reading.state.get(&on)?.fields();
            fields.retain(|name, _| known.contains(name));
            if !fields.is_empty() {
                lines.push(saw(reading, &on, fields));
            }
        }
        Some(lines).filter(|lines| !lines.is_empty())
    }
}

/// `release of module 1`: the part and the module's number.
fn part_of_module(field: &str) -> Option<(&str, u64)> {
    let (part, number) = field.split_once(" of module ")?;
    Some((part, number.parse().unwrap()))
}

fn saw(reading: &Snapshot, on: &ObjectRef, fields: Map<String, Value>) -> Evidence {
    let (host, until) = (reading.header.site.clone(), LAST_DAY.to_owned());
    let saw = Saw { host, on: on.clone(), fields, screen: None, until };
    assert_eq!(saw.fault(), None, "{saw:?}");
    Evidence::Saw(saw)
}

/// The same world with another reading, and more lines on record.
pub(crate) fn with(world: &StepContext, before: Snapshot, lines: Vec<Evidence>) -> StepContext {
    let mut record = world.record.clone();
    record.entries.extend(lines.into_iter().map(|evidence| Entry {
        version: 1,
        at: world.now.to_string(),
        who: "jo".to_owned(),
        evidence,
        previous: "0".to_owned(),
        sha256: String::new(),
        line: 0,
    }));
    world.but(before, record)
}

/// What a rule says in a judgement: `fine`, what it finds, and whether it lacks a fact.
fn says(rule: &Rule, judgement: &Judgement) -> String {
    let mut said = BTreeSet::new();
    for finding in judgement.findings.iter().filter(|finding| finding.rule == rule.id) {
        said.insert(match (finding.unproven, finding.severity) {
            (true, _) => "unproven",
            (false, Severity::Error) => "error",
            (false, Severity::Warning) => "warning",
            (false, Severity::Info) => "info",
        });
    }
    if said.is_empty() { "fine".to_owned() } else { said.into_iter().collect::<Vec<_>>().join("+") }
}

/// Its findings, each with where it stands.
fn findings(rule: &Rule, judgement: &Judgement) -> Vec<(bool, String)> {
    let of = judgement.findings.iter().filter(|finding| finding.rule == rule.id);
    of.map(|finding| (finding.unproven, finding.message.clone())).collect()
}

/// The facts of the site that a rule read.
fn read_by(rule: &Rule, judgement: &Judgement) -> BTreeSet<Fact> {
    let reads = judgement.readers.iter().filter(|(_, readers)| readers.contains(&rule.id));
    reads.filter_map(|(fact, _)| Fact::read(fact)).collect()
}

/// One row of the table: what a rule says in each of its worlds, by how one fact is known.
#[derive(Default)]
struct Row {
    captured: [BTreeSet<String>; 2],
    recorded: [BTreeSet<String>; 2],
    attested: [BTreeSet<String>; 2],
    unknown: BTreeSet<String>,
}

fn cell(of: &BTreeSet<String>) -> String {
    if of.is_empty() { "–".to_owned() } else { of.iter().map(String::as_str).collect::<Vec<_>>().join(", ") }
}

/// What the laws below found.
#[derive(Default)]
struct Laws {
    broken: Vec<String>,
    odd: BTreeSet<(&'static str, &'static str)>,
}

impl Laws {
    fn hold(&mut self, (rule, number): (&Rule, usize), fact: &str, holds: bool, what: &str) {
        if holds {
            return;
        }
        match ODD.iter().find(|(id, of, _)| *id == rule.id && *of == fact) {
            Some((id, of, _)) => drop(self.odd.insert((id, of))),
            None => self.broken.push(format!("{} fence {number}, {fact}: {what}", rule.id)),
        }
    }
}

/// A rule in one of its worlds.
struct Case<'a> {
    rule: &'a Rule,
    number: usize,
    bad: bool,
    world: StepContext,
    gate: Phase,
}

impl Case<'_> {
    fn judged(&self, before: Snapshot, lines: Vec<Evidence>) -> Judgement {
        with(&self.world, before, lines).judged(live(self.rule), self.gate)
    }
}

#[test]
fn every_rule_with_each_of_its_facts_captured_recorded_attested_and_unknown() {
    let mut table = String::from(
        "# What each rule says, by how a fact of the site that it reads is known. `right | wrong`: on its good fences and the base, \
         and on its bad ones.\n# `–`: there is no such world, or nobody can attest it. Written by UPDATE_SNAPSHOTS=1 cargo test \
         --test it facts::.\n\n",
    );
    let mut laws = Laws::default();
    for rule in ALL {
        let worlds = fences(rule).into_iter().chain([(false, json!({}))]);
        let cases = worlds.enumerate().map(|(number, (bad, fence))| Case {
            rule,
            number,
            bad,
            world: patched(&fence),
            gate: gate_of(&fence),
        });
        let (mut rows, mut alone) = (BTreeMap::new(), <[BTreeSet<String>; 2]>::default());
        for case in cases {
            let said = try_case(&case, &mut rows, &mut laws);
            alone[usize::from(case.bad)].insert(said);
        }
        if rows.is_empty() {
            writeln!(
                table,
                "{}: the plan alone, and what lies beside it: {} | {}",
                rule.id,
                cell(&alone[0]),
                cell(&alone[1])
            )
            .unwrap();
            continue;
        }
        writeln!(table, "{}", rule.id).unwrap();
        for (fact, row) in rows {
            let both = |of: &[BTreeSet<String>; 2]| format!("{} | {}", cell(&of[0]), cell(&of[1]));
            let (captured, recorded, attested) = (both(&row.captured), both(&row.recorded), both(&row.attested));
            let unknown = cell(&row.unknown);
            writeln!(
                table,
                "  {fact:<32} captured {captured:<16} recorded {recorded:<16} attested {attested:<16} unknown {unknown}"
            )
            .unwrap();
        }
    }
    assert_eq!(laws.broken, Vec::<String>::new());
    assert_eq!(laws.odd.len(), ODD.len(), "not odd any more: {:?} of {ODD:?}", laws.odd);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/grades.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), table);
}

/// Tries a rule in one world with each fact that it read there; what it says where all are captured.
fn try_case(case: &Case<'_>, rows: &mut BTreeMap<String, Row>, laws: &mut Laws) -> String {
    let (rule, of, before) = (case.rule, (case.rule, case.number), &case.world.before);
    let captured = case.judged(before.clone(), vec![]);
    let said = findings(rule, &captured);
    let recorded = case.judged(before.clone().with_worth(Worth::Recorded("copied".to_owned())), vec![]);
    laws.hold(of, "recorded", findings(rule, &recorded) == said, "not judged as captured is");
    let read = read_by(rule, &captured);
    if read.is_empty() {
        let mut nothing = before.clone();
        nothing.header.sections.values_mut().for_each(|how| *how = Capture::Missing("not asked".to_owned()));
        let same = findings(rule, &case.judged(nothing, vec![])) == said;
        laws.hold(of, "the plan alone", same, "reads the site and does not say so");
    }
    for fact in &read {
        let Some(without) = fact.taken_out_of(before) else { continue };
        let (name, row) = (fact.row(), rows.entry(fact.row()).or_default());
        row.captured[usize::from(case.bad)].insert(says(rule, &captured));
        row.recorded[usize::from(case.bad)].insert(says(rule, &recorded));
        let unknown = case.judged(without.clone(), vec![]);
        row.unknown.insert(says(rule, &unknown));
        laws.hold(of, &name, says(rule, &unknown).contains("unproven"), "unknown, and not said to be");
        let counts = rule.severity == Severity::Error;
        laws.hold(of, &name, !counts || unknown.verdict != Verdict::Green, "unknown, and the verdict is green");
        if let Some(lines) = fact.attested(before, &read) {
            let attested = case.judged(without, lines);
            row.attested[usize::from(case.bad)].insert(says(rule, &attested));
            try_attested(case, fact, (&captured, &attested), laws);
        }
        try_words(case, fact, laws);
        try_by_itself(case, fact, &read, laws);
    }
    says(rule, &captured)
}

/// An attested fact is judged as the captured one, counted as attested, and its proof says by whom.
fn try_attested(case: &Case<'_>, fact: &Fact, (captured, attested): (&Judgement, &Judgement), laws: &mut Laws) {
    let (rule, of, name) = (case.rule, (case.rule, case.number), fact.row());
    let is_same = findings(rule, captured) == findings(rule, attested);
    laws.hold(of, &name, is_same, &format!("attested: {:?}", findings(rule, attested)));
    // Where one object is attested, and not that there are no others, rules that ask for all stay unproven.
    let is_whole = !matches!(fact, Fact::Object(_)) || attested.verdict != Verdict::Unproven;
    laws.hold(of, &name, !is_whole || attested.verdict == captured.verdict, "attested, and another verdict");
    laws.hold(of, &name, attested.evidence.attested > captured.evidence.attested, "attested, and not counted so");
    let by_jo = |read: &amc_plan::rules::Read| {
        let is_it = Fact::read(&read.fact).as_ref() == Some(fact);
        is_it && matches!(&read.grade, Grade::Attested(who) if who.starts_with("jo"))
    };
    let mut proofs = attested.proofs.iter().filter(|proof| proof.rule == rule.id);
    let is_said = proofs.all(|proof| proof.reads.iter().any(by_jo));
    laws.hold(of, &name, is_said, "attested, and the proof does not say by whom");
}

/// An object whose record says by itself how it was captured is known, whatever its section lacks.
fn try_by_itself(case: &Case<'_>, fact: &Fact, read: &BTreeSet<Fact>, laws: &mut Laws) {
    let kind = match fact {
        Fact::Object(on) if !read.contains(&Fact::List(on.kind)) => on.kind,
        Fact::List(kind) if kind.is_only() && *kind != Kind::Environment => *kind,
        _ => return,
    };
    let (rule, before) = (case.rule, &case.world.before);
    let mut by_itself = fact.taken_out_of(before).unwrap();
    for key in before.state.keys(kind) {
        let sources = Sources { whole: Some(Capture::How(How::Bridge)), fields: BTreeMap::new() };
        by_itself.sources.insert(ObjectRef::new(kind, key), sources);
    }
    let captured = findings(rule, &case.judged(before.clone(), vec![]));
    let holds = findings(rule, &case.judged(by_itself, vec![])) == captured;
    laws.hold((rule, case.number), &fact.row(), holds, "captured by itself, and not judged so");
}

/// Nothing that a person says of a captured field moves the rule, and that a field holds nothing is judged as a reading of that.
fn try_words(case: &Case<'_>, fact: &Fact, laws: &mut Laws) {
    let (rule, of, name, before) = (case.rule, (case.rule, case.number), fact.row(), &case.world.before);
    let Fact::Field(on, field) = fact else { return };
    if !on.kind.is_attestable() {
        return;
    }
    if part_of_module(field).is_some() {
        // Modules that somebody saw without that part leave it unknown.
        let modules = Fact::Field(on.clone(), "modules".to_owned());
        let part = fact.taken_out_of(before).unwrap();
        let seen =
            case.judged(modules.taken_out_of(before).unwrap(), modules.attested(&part, &BTreeSet::new()).unwrap());
        laws.hold(of, &name, says(rule, &seen) == says(rule, &case.judged(part, vec![])), "seen without it");
        return;
    }
    let captured = case.judged(before.clone(), vec![]);
    let tried = this_time("CASES", 3);
    for (_, word) in
        [json!(true), json!(false), json!(null), json!("//wrong.example"), json!("revoke"), json!([]), json!({})]
            .into_iter()
            .enumerate()
            .filter(|(nth, _)| tried(nth + case.number))
    {
        let line = Saw {
            host: before.header.site.clone(),
            on: on.clone(),
            fields: Map::from_iter([(field.clone(), word.clone())]),
            screen: None,
            until: LAST_DAY.to_owned(),
        };
        if line.fault().is_some() {
            continue;
        }
        let over = case.judged(before.clone(), vec![Evidence::Saw(line.clone())]);
        laws.hold(
            of,
            &name,
            findings(rule, &over) == findings(rule, &captured),
            &format!("{word} over a captured value"),
        );
        let mut fields = before.state.get(on).unwrap().fields();
        fields.insert(field.clone(), word.clone());
        let mut there = before.clone();
        there.state.insert(&on.key, Object::from_fields(on.kind, Value::Object(fields)).unwrap());
        let Some(without) = fact.taken_out_of(before) else { continue };
        let (read, seen) = (case.judged(there, vec![]), case.judged(without, vec![Evidence::Saw(line)]));
        laws.hold(
            of,
            &name,
            says(rule, &read) == says(rule, &seen),
            &format!("{word}: {} and {}", says(rule, &read), says(rule, &seen)),
        );
    }
}
