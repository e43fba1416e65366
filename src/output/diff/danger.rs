//! What of a plan can hurt somebody: what cannot be undone, mail to members, money, access; by how many it concerns.

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::Change;
use crate::guide::CONTRADICTION;
use crate::model::Kind;
use crate::model::plan::{AfterSwitch, DuringMigration, MembersBetweenModules, Strategy, Welcome};
use crate::model::population::{Census, ContactField};
use crate::model::state::Offering;
use crate::model::text::many;

use super::Changes;
use super::shapes::{deltas, operations};

/// What is at stake, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stake {
    /// Nothing takes it back.
    NoWayBack,
    /// Members are written to.
    Mail,
    /// Somebody is charged, or no longer.
    Money,
    /// Somebody sees less, or later.
    Access,
}

impl Stake {
    /// It in words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NoWayBack => "no way back",
            Self::Mail => "mail",
            Self::Money => "money",
            Self::Access => "access",
        }
    }
}

/// How many somebody counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Count {
    /// So many.
    Known(u64),
    /// Nobody counted them here.
    Unknown,
    /// There is nothing to count.
    None,
}

/// One danger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Danger {
    /// What is at stake.
    pub(super) stake: Stake,
    /// For how many.
    pub(super) count: Count,
    /// Of what.
    pub(super) of: &'static str,
    /// What happens, as a sentence.
    pub(super) what: String,
}

impl Danger {
    /// For how many, in words; none where there is nothing to count.
    pub(super) fn counted(&self) -> Option<String> {
        match self.count {
            Count::Known(1) => Some(format!("1 {}", self.of)),
            Count::Known(count) => Some(format!("{} {}s", thousands(count), self.of)),
            Count::Unknown => Some(format!("an unknown number of {}s", self.of)),
            Count::None => None,
        }
    }

    /// Whether somebody counted for how many.
    pub(super) fn is_counted(&self) -> bool {
        matches!(self.count, Count::Known(_))
    }

    /// For how many several are together, in words: who is concerned by two of them is counted twice.
    pub(super) fn counted_together(all: &[Self]) -> Option<String> {
        let known = |danger: &Self| if let Count::Known(count) = danger.count { count } else { 0 };
        let of = all.first()?.of;
        if all.iter().any(|danger| danger.count == Count::Unknown) {
            return Some(format!("an unknown number of {of}s"));
        }
        let sum: u64 = all.iter().map(known).sum();
        all.iter().any(|danger| danger.count != Count::None).then(|| format!("at most {} {of}s", thousands(sum)))
    }

    fn new(stake: Stake, count: Count, what: impl Into<String>) -> Self {
        Self { stake, count, of: "member", what: what.into() }
    }
}

/// What cannot be undone and concerns most, as a sentence: when, where, whom.
pub(super) fn worst(changes: &Changes<'_>) -> String {
    let plan = changes.plan;
    let when = plan.window.as_ref().map_or_else(
        || "at a time that the plan does not say (`window`)".to_owned(),
        |window| format!("`{}`", window.start),
    );
    let live = match plan.live_site() {
        Some(live) => format!("live (`{live}`)"),
        None => "live".to_owned(),
    };
    let members = members(changes);
    if changes.switched {
        return format!(
            "{live} is on AccessAlly Managed Contacts already: `Run Migration` was pressed there, and no undo takes back any of it"
        );
    }
    let mailed = |mail: Option<DuringMigration>, key: &str| match mail {
        Some(DuringMigration::Deliver) => "are reset and mailed".to_owned(),
        Some(DuringMigration::Simulate) => {
            "are reset, and nobody gets a new one by mail until they ask for it (inferred)".to_owned()
        }
        None => format!("are reset; whether they are mailed is not decided (`{key}`)"),
    };
    match plan.strategy {
        None => "unknown, since the plan names no `strategy`".to_owned(),
        Some(Strategy::RehearseAndReplay) => {
            let mail = plan.mail.as_ref().and_then(|mail| mail.on_live);
            format!("{when}, {live}: passwords of {members} {}", mailed(mail, "mail/on_live"))
        }
        Some(Strategy::FreezeAndPush | Strategy::PushThenMerge) => {
            let mail = plan.mail.as_ref().map(|mail| mail.during_migration);
            format!(
                "{when}, {live}: the copy is pushed over it, and what was written there since the copy is overwritten; passwords of {members} {} \
                 on the copy before that",
                mailed(mail, "mail/during_migration")
            )
        }
    }
}

/// The members, as many as the reading of this site counted.
fn members(changes: &Changes<'_>) -> String {
    match changes.census {
        Some(census) if census.members == 1 => format!("1 member (counted on `{}`)", changes.host),
        Some(census) => format!("{} members (counted on `{}`)", thousands(census.members), changes.host),
        None => "all members (how many is unknown)".to_owned(),
    }
}

/// A number with its thousands apart.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

/// Every danger, the worst first, and of one stake what concerns most first; what nobody counted comes before what somebody did.
pub(super) fn all(changes: &Changes<'_>) -> Vec<Danger> {
    let mut all = Vec::new();
    if !changes.switched {
        all.push(Danger::new(Stake::NoWayBack, everybody(changes), format!("`Run Migration`: {CONTRADICTION}")));
        if matches!(changes.plan.strategy, Some(Strategy::FreezeAndPush | Strategy::PushThenMerge)) {
            let what =
                "the push overwrites live: only its restore point brings back what was written there since the copy";
            all.push(Danger::new(Stake::NoWayBack, everybody(changes), what));
        }
    }
    of_mail(changes, &mut all);
    changes.list.iter().for_each(|(change, _)| of_a_change(changes, change, &mut all));
    of_members_between(changes, &mut all);
    of_webhooks(changes, &mut all);
    let rank = |count: Count| match count {
        Count::Unknown => u64::MAX,
        Count::Known(count) => count,
        Count::None => 0,
    };
    all.sort_by(|a, b| a.stake.cmp(&b.stake).then(rank(b.count).cmp(&rank(a.count))));
    all
}

/// How many of a kind of the population, where it was captured.
fn counted(changes: &Changes<'_>, kind: &str, of: impl Fn(&Census) -> u64) -> Count {
    let is_captured = changes.reading.grade(kind).is_known();
    changes.census.filter(|_| is_captured).map_or(Count::Unknown, |census| Count::Known(of(census)))
}

fn everybody(changes: &Changes<'_>) -> Count {
    counted(changes, "contact", |census| census.members)
}

/// What the plan decides of mail.
fn of_mail(changes: &Changes<'_>, all: &mut Vec<Danger>) {
    let Some(mail) = changes.plan.mail.as_ref().filter(|_| !changes.switched) else { return };
    if mail.during_migration == DuringMigration::Deliver {
        let what = "mail is delivered while the migration runs on the copy: members receive what it writes to them";
        all.push(Danger::new(Stake::Mail, everybody(changes), what));
    }
    if changes.plan.strategy == Some(Strategy::RehearseAndReplay) {
        let (count, what) = match mail.on_live {
            Some(DuringMigration::Deliver) => {
                (everybody(changes), "live mails each member a new password (`mail/on_live: deliver`)")
            }
            Some(DuringMigration::Simulate) => (
                everybody(changes),
                "live mails nobody, so members have to ask for a new password themselves (inferred)",
            ),
            None => (Count::Unknown, "whether live mails new passwords is not decided (`mail/on_live`)"),
        };
        all.push(Danger::new(Stake::Mail, count, what));
    }
}

/// What a change does to members and money.
fn of_a_change(changes: &Changes<'_>, change: &Change, all: &mut Vec<Danger>) {
    let on = format!("`{}`", change.on);
    match change.on.kind {
        Kind::Mail
            if deltas(change).iter().any(|delta| delta.what == "simulated" && delta.to.as_deref() != Some("yes")) =>
        {
            all.push(Danger::new(
                Stake::Mail,
                everybody(changes),
                format!("{on} stops being simulated: mail of this site reaches people"),
            ));
        }
        Kind::Emails => {
            let welcome = changes.plan.emails.as_ref().and_then(|emails| emails.welcome);
            let is_sent = welcome.is_some_and(|welcome| welcome != Welcome::None);
            if is_sent && deltas(change).iter().any(|delta| delta.what == "welcome") {
                all.push(Danger::new(
                    Stake::Mail,
                    Count::None,
                    "whoever buys or opts in for the first time from now on gets a welcome e-mail",
                ));
            }
        }
        Kind::ChargingGuard => {
            let to =
                change.after.as_ref().and_then(|after| after["production_url"].as_str()).unwrap_or("another address");
            all.push(Danger::new(Stake::Money, Count::None, format!("{on}: from now on only `{to}` charges anybody")));
        }
        Kind::OrderForm | Kind::OptInForm => of_a_form(changes, change, all),
        Kind::Offering => of_an_offering(changes, change, all),
        _ => {}
    }
}

fn of_a_form(changes: &Changes<'_>, change: &Change, all: &mut Vec<Danger>) {
    let on = format!("`{}`", change.on);
    let subscribed =
        counted(changes, "subscription", |census| census.subscribed.get(&change.on.key).copied().unwrap_or(0));
    for delta in deltas(change).iter().filter(|delta| delta.what == "after_final_retry") {
        let (stake, what) = match delta.to.as_deref() {
            Some("revoke") => (Stake::Access, "whose last retry fails loses access at once"),
            Some("cancel") => (Stake::Access, "whose last retry fails loses access with the paid period"),
            Some("stop") => (Stake::Money, "whose last retry fails is charged no more, and keeps access"),
            _ => (Stake::Money, "whose last retry fails keeps access, and charging goes on"),
        };
        all.push(Danger { of: "subscription", ..Danger::new(stake, subscribed, format!("{on}: a subscriber {what}")) });
    }
    let side = |side: &Option<serde_json::Value>| side.as_ref().and_then(|fields| fields.get("operations").cloned());
    let moved = operations(side(&change.before).as_ref(), side(&change.after).as_ref());
    let comes = |name: &str| moved.iter().any(|(sign, one)| *sign == '+' && one.does == "release" && one.of == [name]);
    for (_, gone) in moved.iter().filter(|(sign, one)| *sign == '-' && matches!(one.does.as_str(), "grant" | "release"))
    {
        for name in &gone.of {
            let what = if comes(name) {
                format!("{on}: new buyers get `{name}` by its timers, and no longer at once")
            } else {
                format!("{on}: new buyers no longer get `{name}`")
            };
            all.push(Danger::new(Stake::Access, Count::None, what));
        }
    }
}

fn of_an_offering(changes: &Changes<'_>, change: &Change, all: &mut Vec<Danger>) {
    let is_timed = |side: &Option<String>| {
        side.as_deref().is_some_and(|release| !matches!(release, "by-hand" | "no timer" | "not captured"))
    };
    let lost = deltas(change).into_iter().filter(|delta| is_timed(&delta.from) && !is_timed(&delta.to)).count();
    if lost > 0 {
        let modules = many(lost, "module");
        let what = format!("`{}`: no timer opens {modules} any more, so a person has to", change.on);
        all.push(Danger::new(Stake::Access, between(changes, &change.on.key), what));
    }
}

/// How many wait for a module of an offering: unknown where nobody read the members' tags, or one of the offering's own.
fn between(changes: &Changes<'_>, key: &str) -> Count {
    let were_read = changes.census.is_some_and(|census| !census.unknown.contains(&ContactField::Tags));
    let is_known = |offering: &Offering| {
        let modules = offering.modules.as_known().is_some();
        let tags = offering.modules.set().into_iter().flatten().filter(|module| module.number > 0);
        modules && !offering.tags.is_unknown() && tags.into_iter().all(|module| !module.tag.is_unknown())
    };
    if !were_read || !changes.reading.state.offerings.get(key).is_some_and(is_known) {
        return Count::Unknown;
    }
    counted(changes, "contact", |census| census.between_modules.get(key).copied().unwrap_or(0))
}

/// Members who wait for a module on the day of the switch: nothing documented continues their drip.
fn of_members_between(changes: &Changes<'_>, all: &mut Vec<Danger>) {
    for (key, offering) in changes.plan.offerings.iter().filter(|(_, offering)| offering.modules.len() > 1) {
        let count = between(changes, key);
        let fate = match offering.members_between_modules {
            Some(MembersBetweenModules::CompleteByHand) => "a person opens what is due to them",
            Some(MembersBetweenModules::ReRelease) => "they start again at the base module",
            Some(MembersBetweenModules::None) => "the plan says that nothing is owed to them",
            None => "what becomes of them is not decided",
        };
        if count != Count::Known(0) && !(count == Count::Unknown && offering.members_between_modules.is_none()) {
            let what = format!("`{key}`: members between two modules are not continued by the migration; {fate}");
            all.push(Danger::new(Stake::Access, count, what));
        }
    }
}

/// Webhooks that charged or took access away, and do so no longer.
fn of_webhooks(changes: &Changes<'_>, all: &mut Vec<Danger>) {
    for webhook in changes.plan.webhooks.values() {
        let ends = matches!(webhook.after_switch, Some(AfterSwitch::Retired(_) | AfterSwitch::ReplacedBy(_)));
        let stake = match webhook.calls.as_str() {
            calls if calls.starts_with("aal_chargesubscription") => Stake::Money,
            calls if calls.starts_with("aal_revoke") => Stake::Access,
            _ => continue,
        };
        if ends {
            let what = format!("nothing calls `{}` any more; see what replaces it among the decisions", webhook.calls);
            all.push(Danger::new(stake, Count::None, what));
        }
    }
}
