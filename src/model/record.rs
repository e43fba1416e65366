//! Evidence beside the plan: who saw what, when. Hash-chained lines; never part of a digest of intent.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deadline::{Copied, Decided, OutsideWindow, RestoreDrill};
pub use super::looked_again::{LookResult, LookedAgain};
pub use super::merge_list::{MergeList, Unlisted};
use super::plan::{BackupPart, Confirmation, SiteRole};
pub use super::saw::{Saw, SawAll};
use super::status::transaction;
use super::text::Seconds;
use super::{Identity, Step};

/// What the first line of a record says of the line before it.
pub const NONE_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The format's version of this line: 1.
    pub version: u8,
    /// When it was recorded, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// Who recorded it.
    pub who: String,
    /// What it is evidence of.
    pub evidence: Evidence,
    /// SHA-256 of the line before it; 64 zeros on the first.
    pub previous: String,
    /// SHA-256 of the line itself, as its reader found it; empty where it was read from no file.
    #[serde(skip)]
    pub sha256: String,
    /// Its number in its file, from 1, as its reader found it; 0 where it was read from no file.
    #[serde(skip)]
    pub line: usize,
}

/// What a line of the record is evidence of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A backup was made.
    Backup(Backup),
    /// "Start Verification" was run; its lines are kept word for word.
    Verification(Verification),
    /// A line that the vendor's verification flagged was looked at.
    Acknowledgement(Acknowledgement),
    /// What a named person saw of one object.
    Saw(Saw),
    /// What a named person saw to be all objects of a kind.
    SawAll(SawAll),
    /// What a named person said of a rule, in a record of an earlier build. It counts for nothing: a fact is attested, and rules judge.
    #[serde(alias = "word")]
    Attestation(Attestation),
    /// What a named person attests for a step of the guide that nothing can observe.
    Step(StepTaken),
    /// The spare administrator signed in.
    SignIn(SignIn),
    /// A test purchase, and what was seen after it.
    Purchase(Purchase),
    /// *Run Migration* was not pressed, although the barrier was passed.
    NotPressed(NotPressed),
    /// The site was restored from a backup, although a run was past the barrier.
    Restored(Restored),
    /// What live did since its copy was made.
    MergeList(MergeList),
    /// When the staging copy was made of live.
    Copied(Copied),
    /// Something may begin on live outside its window.
    OutsideWindow(OutsideWindow),
    /// How long a restore took.
    RestoreDrill(RestoreDrill),
    /// Whether to go on or back, at the time to decide.
    Decided(Decided),
    /// An object that moved under a run may stand as it is.
    Moved(MovedObject),
    /// What a decision of the plan asks of a person is done.
    Done(Done),
    /// A site was compared with how it was after the switch.
    LookedAgain(LookedAgain),
    /// Two branches recorded evidence, and both are kept.
    Merged(Merged),
}

impl Evidence {
    /// What a person said in words of their own; none where the evidence has no such words.
    pub fn says(&self) -> Option<&str> {
        match self {
            Self::Attestation(attestation) => Some(&attestation.says),
            Self::Acknowledgement(seen) => Some(&seen.reason),
            Self::Step(taken) => Some(&taken.says),
            Self::SignIn(signed_in) => Some(&signed_in.says),
            Self::NotPressed(not_pressed) => Some(&not_pressed.says),
            Self::Restored(restored) => Some(&restored.says),
            Self::OutsideWindow(reason) => Some(&reason.says),
            Self::RestoreDrill(drill) => Some(&drill.onto),
            Self::Decided(decided) => Some(&decided.says),
            Self::Moved(moved) => Some(&moved.says),
            Self::Done(done) => Some(&done.says),
            Self::LookedAgain(look) => Some(&look.says),
            Self::Backup(_)
            | Self::Verification(_)
            | Self::Purchase(_)
            | Self::MergeList(_)
            | Self::Copied(_)
            | Self::Saw(_)
            | Self::SawAll(_)
            | Self::Merged(_) => None,
        }
    }
}

/// The ends of branches that a line joins to the one before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Merged {
    /// The SHA-256 of the last line of each other branch.
    pub ends: Vec<String>,
}

/// A named person's attestation that an object which moved under a run may stand as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MovedObject {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The object, as the run named it.
    pub on: String,
    /// The short digest of how it is, as the run showed it: moved again, it does not stand.
    pub now: String,
    /// Why it may stand.
    pub says: String,
}

/// What a decision of the plan asks of a person is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// Where the plan decides it: a JSON pointer.
    pub at: String,
    /// The short digest of what was asked: where the plan asks something else since, that is not done.
    pub now: String,
    /// What was done.
    pub says: String,
}

/// A step of the guide was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepTaken {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The step.
    pub step: Step,
    /// What the person saw.
    pub says: String,
}

/// The spare administrator signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// How it was tried.
    pub says: String,
}

/// *Run Migration* was not pressed, although the barrier was passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotPressed {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// How the person knows.
    pub says: String,
}

/// The site was restored from a backup, although a run was past the barrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// From which backup, and how the person knows.
    pub says: String,
}

/// A test purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Purchase {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The order form, by its key in the plan.
    pub form: String,
    /// Which of the guide's four confirmations were seen.
    pub saw: Vec<Confirmation>,
    /// The order's ID, where somebody said which of several it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    /// The ID of the payment's transaction, where somebody read it off the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}

impl Purchase {
    /// The payment's transaction as it is compared; none where nobody named one.
    pub fn payment(&self) -> Option<String> {
        transaction(self.transaction.as_deref()?)
    }
}

/// Evidence of a backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// Which site.
    pub of: SiteRole,
    /// Which parts it holds.
    pub parts: Vec<BackupPart>,
    /// When the backup was made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// Whether a copy is off the server (attested).
    #[serde(default)]
    pub stored_off_server: bool,
    /// Where it is.
    pub source: BackupSource,
}

/// Where a backup is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackupSource {
    /// A file that was read: captured.
    File {
        /// Its name, without the folder.
        name: String,
        /// Its size in bytes.
        bytes: u64,
        /// Its SHA-256.
        sha256: String,
        /// What was seen inside, where it is a database dump; none: what it holds is attested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dump: Option<Dump>,
    },
    /// A host's restore point, by its id: attested.
    RestorePoint(String),
}

/// What was seen inside a database dump, read from its first byte to its last. No value of a row is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dump {
    /// Whether it was seen to be whole.
    pub ending: DumpEnding,
    /// How many tables it creates.
    pub tables: u64,
    /// What the names of the site's tables begin with, for example `wp_`; none where it holds no site's tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Which of [`CORE_TABLES`] it does not create after that prefix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// How many rows it inserts into the site's `users`.
    pub users: u64,
    /// How many tables are named as AccessAlly and ProgressAlly name theirs: `aal_` or `pa_` after the prefix (seen in
    /// public code, and other plugins may do the same).
    pub accessally_tables: u64,
}

/// The tables without which no site comes back (WordPress's documented schema): its people and its settings.
pub const CORE_TABLES: [&str; 3] = ["users", "usermeta", "options"];

/// Whether a dump is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DumpEnding {
    /// Its last line says that the dump was completed, as mysqldump and mariadb-dump write it unless they are asked not to.
    Whole,
    /// Nothing is wrong with it, and nothing proves that its end is the dump's end: made with `--skip-comments`, or by
    /// another tool.
    NotProven,
    /// It is cut or damaged, and how.
    Broken(String),
}

impl std::fmt::Display for Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.ending {
            DumpEnding::Whole => write!(f, "a whole database dump, ")?,
            DumpEnding::NotProven => write!(f, "a database dump that is not proven whole, ")?,
            DumpEnding::Broken(how) => write!(f, "a broken database dump ({how}), ")?,
        }
        write!(f, "tables: {}", self.tables)?;
        match &self.prefix {
            Some(prefix) => write!(f, ", users in `{prefix}users`: {}", self.users),
            None => write!(f, ", none of a WordPress site"),
        }
    }
}

/// What "Start Verification" printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// Its lines, opaque; what they mean is the vendor's.
    pub lines: Vec<VerificationLine>,
}

/// One line of the vendor's verification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerificationLine {
    /// The line's text.
    pub text: String,
    /// Whether it carried a "!".
    pub flagged: bool,
}

/// A flagged line was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledgement {
    /// The line's number in the verification, from 1.
    pub line: usize,
    /// Why it may stand.
    pub reason: String,
}

/// What a named person said of a rule, in a record of an earlier build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attestation {
    /// The rule it is for.
    pub rule: String,
    /// What the person says.
    pub says: String,
    /// The last day on which it counts.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// A whole record, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Its lines in order.
    pub entries: Vec<Entry>,
}

impl Record {
    /// The lines that say that this is done, the latest first: what is to be done has the same digest still.
    pub fn said_done<'r>(&'r self, at: &'r str, now: String) -> impl Iterator<Item = &'r Entry> {
        let says =
            move |entry: &&Entry| matches!(&entry.evidence, Evidence::Done(done) if done.at == at && done.now == now);
        self.entries.iter().rev().filter(says)
    }

    /// The backup recorded last that holds this part. The last one counts, so that a wrong entry can be corrected.
    pub fn backup(&self, of: SiteRole, part: BackupPart) -> Option<(&Entry, &Backup)> {
        self.entries.iter().rev().find_map(|entry| match &entry.evidence {
            Evidence::Backup(backup) if backup.of == of && backup.parts.contains(&part) => Some((entry, backup)),
            _ => None,
        })
    }

    /// The latest attestation of a step on the site of this identity.
    pub fn step(&self, step: Step, site: &Identity) -> Option<(&Entry, &StepTaken)> {
        self.entries.iter().rev().find_map(|entry| match &entry.evidence {
            Evidence::Step(taken) if taken.step == step && taken.host.is_same_site(site) => Some((entry, taken)),
            _ => None,
        })
    }

    /// The test purchases on the site of this identity, in order.
    pub fn purchases<'r>(&'r self, site: &Identity) -> impl Iterator<Item = &'r Purchase> + use<'r> {
        let here = site.clone();
        self.entries.iter().filter_map(move |entry| match &entry.evidence {
            Evidence::Purchase(purchase) if purchase.host.is_same_site(&here) => Some(purchase),
            _ => None,
        })
    }

    /// The merge list of the site of this identity that a push at this time may go by: it lacks no kind, and was read
    /// no longer ago than the push's window is long.
    ///
    /// # Errors
    /// Why there is none.
    pub fn merge_list(&self, site: &Identity, now: Timestamp, window: Option<Seconds>) -> Result<&MergeList, Unlisted> {
        let last = self.entries.iter().rev().find_map(|entry| match &entry.evidence {
            Evidence::MergeList(list) if list.host.is_same_site(site) => Some(list),
            _ => None,
        });
        last.ok_or(Unlisted::Missing)?.ensure_current(now, window)
    }

    /// Whether somebody attested that an object of the site of this address or host may stand as it is now.
    pub fn stands(&self, site: &Identity, on: &str, now: &str) -> bool {
        self.entries.iter().any(|entry| match &entry.evidence {
            Evidence::Moved(moved) => moved.host.is_same_site(site) && moved.on == on && moved.now == now,
            _ => false,
        })
    }
}
