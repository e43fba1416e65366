//! May this run begin? Decided on values; nothing is written before it says yes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::confirmation::{Confirmation, FEWEST_DIGITS, HOURS};
use super::limits::{Exceeded, Tally};
use crate::change::{Marks, moved_fields};
use crate::failure::{Failure, exit};
use crate::guide::Named;
use crate::project::limits::Limits;
use crate::project::settings::Demands;

use super::seal::{Presented, Seal, Unknown};

/// Why a run may not begin. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The verdict is not green.
    NotGreen,
    /// No digest was given, or `diff` never showed this one for this host.
    Unconfirmed {
        /// What was given, if anything.
        given: Option<String>,
    },
    /// The confirmation is too old.
    Expired {
        /// When `diff` showed it.
        at: Timestamp,
    },
    /// The changes are not those that were shown.
    ChangesMoved {
        /// Whether the plan intends something else now; else the site moved.
        edited: bool,
        /// The objects whose changes differ.
        objects: Vec<String>,
    },
    /// The changes are the same, but the plan intends something else than what was shown.
    IntentMoved,
    /// The configuration that the verdict or a change read is not what it was.
    FactsMoved {
        /// The objects that differ.
        objects: Vec<String>,
    },
    /// The site is the plan's live site.
    Live,
    /// There are more changes than a limit allows.
    Limit(Exceeded),
    /// The project's settings demand a seal, and none was given.
    SealMissing,
    /// The seal that was given counts for nothing here.
    SealUnknown(Unknown),
    /// The seal no longer counts, or is from a time to come.
    SealExpired {
        /// When it was made.
        created: Timestamp,
        /// Until when it counted.
        expires: Timestamp,
    },
    /// The rules are others than those under which it was sealed.
    RulesMoved,
    /// What was sealed moved, and how.
    SealMoved(Box<Self>),
}

/// What stands before a run.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Whether the verdict is green.
    pub green: bool,
    /// Whether the site is the plan's live site: this build rehearses only.
    pub live: bool,
    /// How much a run may change.
    pub limits: &'a Limits,
    /// How much this one would.
    pub tally: &'a Tally,
    /// What the project's settings demand of a seal.
    pub demands: Demands,
    /// The seal that was given.
    pub seal: Option<&'a Presented>,
    /// The digest of the rules by which it was judged.
    pub rules: &'a str,
    /// The digest that was given.
    pub given: Option<&'a str>,
    /// The confirmation that it names.
    pub known: Option<&'a Confirmation>,
    /// What a diff would show now.
    pub now: &'a Confirmation,
}

/// Whether a person may be asked at all, or a seal be made: in the order of the verdict, the target, the limits.
///
/// No confirmation can lift a limit, so it is reported before one is asked for.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn ensure_may_be_confirmed(before: Before<'_>) -> Result<(), Refusal> {
    if !before.green {
        return Err(Refusal::NotGreen);
    }
    if before.live {
        return Err(Refusal::Live);
    }
    before.tally.exceeds(before.limits).map_or(Ok(()), |exceeded| Err(Refusal::Limit(exceeded)))
}

/// Decides, in the order of the verdict, the target, the limits, the seal, the digest, its age, what moved.
///
/// A seal stands for a digest; where both are given, both must hold.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn ensure_may_begin(before: Before<'_>) -> Result<(), Refusal> {
    ensure_may_be_confirmed(before)?;
    let Before { demands, seal, rules, given, known, now, .. } = before;
    match seal {
        Some(presented) => {
            let seal = presented.of(demands, &now.plan, &now.host).map_err(Refusal::SealUnknown)?;
            if given.is_some() && known.is_none() {
                return Err(Refusal::Unconfirmed { given: given.map(str::to_owned) });
            }
            holds(seal, rules, now)?;
            if given.is_none() {
                return Ok(());
            }
        }
        None if demands.required => return Err(Refusal::SealMissing),
        None => {}
    }
    let Some(known) = known else {
        return Err(Refusal::Unconfirmed { given: given.map(str::to_owned) });
    };
    if known.has_expired(now.at) {
        return Err(Refusal::Expired { at: known.at });
    }
    moved(known, now)
}

/// The objects that moved since it was confirmed, each with its fields that moved: those too that neither the verdict nor a
/// change reads, so that nothing depends on them. Nothing where what was confirmed does not show it.
pub fn moved_since(before: Before<'_>) -> Moved {
    let Before { demands, seal, known, now, .. } = before;
    let sealed = seal.and_then(|presented| presented.of(demands, &now.plan, &now.host).ok());
    match (known, sealed) {
        (Some(known), _) => moved_marks(&known.marks, &now.marks),
        (None, Some(seal)) => moved_marks(&seal.marks, &seal.folded(now).marks),
        (None, None) => Moved::new(),
    }
}

/// Objects with their fields that moved.
pub type Moved = BTreeMap<String, Vec<String>>;

/// By every field where those are marked; an older confirmation names objects only.
pub fn moved_marks(then: &Marks, now: &Marks) -> Moved {
    if !then.fields.is_empty() {
        return moved_fields(&then.fields, &now.fields);
    }
    let others = if then.others.is_empty() { Vec::new() } else { differing(&then.others, &now.others) };
    others.into_iter().map(|object| (object, Vec::new())).collect()
}

/// Whether a seal still fits: its age, the rules, what moved.
fn holds(seal: &Seal, rules: &str, now: &Confirmation) -> Result<(), Refusal> {
    const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);
    if now.at >= seal.expires || seal.created.duration_since(now.at) > CLOCKS_DIFFER {
        return Err(Refusal::SealExpired { created: seal.created, expires: seal.expires });
    }
    if seal.rules != rules {
        return Err(Refusal::RulesMoved);
    }
    moved(&seal.confirmation(), &seal.folded(now)).map_err(|refusal| Refusal::SealMoved(Box::new(refusal)))
}

/// Whether what was confirmed is what stands now.
fn moved(known: &Confirmation, now: &Confirmation) -> Result<(), Refusal> {
    if known.digests.changes != now.digests.changes {
        let edited = known.digests.intent != now.digests.intent;
        return Err(Refusal::ChangesMoved { edited, objects: differing(&known.marks.changes, &now.marks.changes) });
    }
    if known.digests.intent != now.digests.intent {
        return Err(Refusal::IntentMoved);
    }
    if known.digests.facts != now.digests.facts {
        return Err(Refusal::FactsMoved { objects: differing(&known.marks.facts, &now.marks.facts) });
    }
    Ok(())
}

/// The objects that are in one list only, or differ.
pub fn differing(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let all: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    all.into_iter().filter(|object| then.get(*object) != now.get(*object)).cloned().collect()
}

/// What hangs on each object that moved: the confirmed change that is on it, and the rules that read its kind. `readers`
/// are the rules by fact; `changed` are the objects that a change of now is on.
pub fn consequences(
    refusal: &Refusal,
    changed: &[String],
    readers: &BTreeMap<String, Vec<&'static str>>,
    moved: &Moved,
) -> Vec<String> {
    let (objects, changes_moved) = match refusal {
        Refusal::SealMoved(how) => return consequences(how, changed, readers, moved),
        Refusal::FactsMoved { objects } => (objects, false),
        Refusal::ChangesMoved { objects, .. } => (objects, true),
        _ => return Vec::new(),
    };
    let one = |object: &String| {
        let kind = object.split_once('/').map_or(object.as_str(), |(kind, _)| kind);
        let is_on = |on: &String| on == object || on.split_once('/').is_some_and(|(kind, _)| kind == object);
        let change = match (changed.iter().any(is_on), changes_moved) {
            (true, false) => Some("it has a confirmed change".to_owned()),
            (true, true) => Some("its change differs from the confirmed one".to_owned()),
            (false, true) => Some("its confirmed change is no longer needed".to_owned()),
            (false, false) => None,
        };
        let rules = rules_of(readers, object, kind);
        let rules = (!rules.is_empty()).then(|| read_by(kind, &rules));
        let why: Vec<String> = change.into_iter().chain(rules).collect();
        format!("{}: {}", with_fields(object, moved.get(object)), why.join("; "))
    };
    let more = objects.len().checked_sub(MOST_NAMED + 1).map(|more| format!("and {} more", more + 1));
    let beside: Moved = moved.iter().filter(|(object, _)| !objects.contains(object)).map(owned).collect();
    let beside = (!beside.is_empty()).then(|| format!("{BESIDE}: {}", named(&beside)));
    objects.iter().take(MOST_NAMED).map(one).chain(more).chain(beside).collect()
}

fn owned((object, fields): (&String, &Vec<String>)) -> (String, Vec<String>) {
    (object.clone(), fields.clone())
}

/// What is said of what moved and matters to nothing.
pub const BESIDE: &str = "changed too, but no rule and no change depends on it";

/// An object, with its fields that moved.
fn with_fields(object: &str, fields: Option<&Vec<String>>) -> String {
    let fields: Vec<String> = fields.into_iter().flatten().map(|field| field.escape_debug().to_string()).collect();
    let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
    format!("`{}`{fields}", object.escape_debug())
}

/// The rules that read an object: that it is there, a field of it, or which objects of the kind there are.
fn rules_of(readers: &BTreeMap<String, Vec<&'static str>>, object: &str, kind: &str) -> Vec<&'static str> {
    let of = |is: &dyn Fn(&str) -> bool| {
        let facts = readers.iter().filter(|(fact, _)| is(fact));
        facts.flat_map(|(_, rules)| rules.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let read = of(&|fact| fact == kind || fact.split(": ").next() == Some(object));
    // The objects of a kind are confirmed together.
    if read.is_empty() { of(&|fact| fact.split(['/', ':']).next() == Some(kind)) } else { read }
}

/// Which rules read a kind: the first few and a count.
fn read_by(kind: &str, rules: &[&str]) -> String {
    const FIRST: usize = 3;
    let first: Vec<String> = rules.iter().take(FIRST).map(|rule| format!("`{rule}`")).collect();
    let more = match rules.len().saturating_sub(FIRST) {
        0 => String::new(),
        1 => " and 1 more rule".to_owned(),
        more => format!(" and {more} more rules"),
    };
    format!("{kind} is read by {}{more}", first.join(", "))
}

/// Most objects that are named.
const MOST_NAMED: usize = 50;

/// The objects with their fields, in words.
pub fn named(moved: &Moved) -> String {
    let first: Vec<String> =
        moved.iter().take(MOST_NAMED).map(|(object, fields)| with_fields(object, Some(fields))).collect();
    let more = moved.len().checked_sub(MOST_NAMED).filter(|more| *more > 0);
    first.join(", ") + &more.map_or_else(String::new, |more| format!(" and {more} more"))
}

/// Whether these can be the digits of a digest, and are enough of them to name one.
fn could_name_one(digits: &str) -> bool {
    digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The first few objects, as words in brackets.
fn in_brackets(objects: &[String]) -> String {
    let moved = objects.iter().map(|object| (object.clone(), Vec::new())).collect();
    if objects.is_empty() { String::new() } else { format!(" ({})", named(&moved)) }
}

impl Refusal {
    /// What moved since it was `confirmed`, by that word; nothing of a refusal for another reason.
    fn moved(&self, confirmed: &str) -> String {
        match self {
            Self::ChangesMoved { edited, objects } => {
                let who = if *edited { "the plan was edited" } else { "the site changed" };
                let what = in_brackets(objects);
                format!(
                    "{who} since the diff was {confirmed}: the changes differ from those {confirmed}{what}; nothing was written"
                )
            }
            Self::IntentMoved => {
                format!(
                    "the plan was edited since it was {confirmed}, and its intent is different now; nothing was written"
                )
            }
            Self::FactsMoved { objects } => {
                let what = in_brackets(objects);
                let rests = "in something that the verdict or a change depends on";
                format!("the site changed since the diff was {confirmed}, {rests}{what}; nothing was written")
            }
            _ => String::new(),
        }
    }

    /// The same, as a verb ends with it.
    pub fn failure(&self, typed: &Named<'_>) -> Failure {
        let (message, help) = self.message(typed);
        Failure::new(self.code(), message).help(help)
    }

    fn code(&self) -> u8 {
        match self {
            Self::NotGreen => exit::GATE,
            Self::Live => exit::TARGET,
            Self::Limit(_) => exit::LIMIT,
            Self::Unconfirmed { .. } | Self::SealMissing | Self::SealUnknown(_) => exit::UNCONFIRMED,
            Self::Expired { .. } | Self::ChangesMoved { .. } | Self::IntentMoved | Self::FactsMoved { .. } => {
                exit::STALE
            }
            Self::SealExpired { .. } | Self::RulesMoved | Self::SealMoved(_) => exit::STALE,
        }
    }

    /// What is the matter, and what to do next by these command lines.
    fn message(&self, typed: &Named<'_>) -> (String, String) {
        let again = format!("look at `{}` again, and confirm the digest that it prints", typed.diff());
        let new_seal = format!("make a new one with `{}`, and have it reviewed", typed.seal());
        match self {
            Self::NotGreen => {
                ("the plan is not green, so nothing was written".into(), format!("fix what `{}` finds", typed.check()))
            }
            Self::Unconfirmed { given: None } => (
                "no digest was confirmed, so nothing was written".into(),
                format!("run `{}`, read it, and repeat its digest with `--confirm` within {HOURS} hours", typed.diff()),
            ),
            Self::Unconfirmed { given: Some(given) } if !could_name_one(given) => (
                format!("`{given}` is no digest, so nothing was written: `--confirm` takes its first {FEWEST_DIGITS} digits or more"),
                again,
            ),
            Self::Unconfirmed { given: Some(given) } => {
                (format!("`{}` never showed the digest `{given}` for this site, so nothing was written", typed.diff()), again)
            }
            Self::Expired { at } => {
                (format!("the confirmation from {at} has expired (valid for {HOURS} h), so nothing was written"), again)
            }
            Self::ChangesMoved { .. } | Self::IntentMoved | Self::FactsMoved { .. } => (self.moved("confirmed"), again),
            Self::Limit(exceeded) => exceeded.message(&typed.diff()),
            Self::SealMissing => (
                "the plan.toml that holds for the plan requires a seal, and none was given, so nothing was written".into(),
                format!("make one with `{}`, have it reviewed and signed, and give it with `--seal FILE`", typed.seal()),
            ),
            Self::SealUnknown(Unknown(why)) => {
                (format!("the seal is not valid here: {why}; nothing was written"), new_seal)
            }
            Self::SealExpired { created, expires } => {
                (format!("the seal is valid from {created} until {expires} only, so nothing was written"), new_seal)
            }
            Self::RulesMoved => {
                ("the set of rules differs from the one that the seal was made with, or `plan.toml` raises others, or the plan's own `rules.yaml` asks \
                 for something else; nothing was written".into(), new_seal)
            }
            Self::SealMoved(how) => (how.moved("sealed"), new_seal),
            Self::Live => (
                "this is the plan's live site, so nothing was written".into(),
                "rehearse on the staging copy; a finished rehearsal is replayed here with `plan apply PLAN --site SITE --on live --host HOST`".into(),
            ),
        }
    }
}
