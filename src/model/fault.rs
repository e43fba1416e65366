//! What is wrong with a line of a record by itself: each may have been written by a hand, and none that is wrong is evidence.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::deadline::RestoreDrill;
use super::record::{Backup, BackupSource, Entry, Evidence, MergeList, MovedObject, Purchase};
use super::saw::FACT_DAYS;
use super::status::is_transaction;
use super::text::{is_readable, says_something};

/// How far the clocks of two machines may be apart.
pub const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// Days for which a person's attestation counts at most.
pub const WORD_DAYS_AT_MOST: i64 = 60;

/// Seconds of the longest restore that is one.
pub const LONGEST_RESTORE: u64 = 7 * 86_400;

/// The first year of which evidence of a switch can be.
const FIRST_YEAR: i16 = 2010;

impl Entry {
    /// What is wrong with this line by itself, in words that follow "the line"; none where nothing is.
    pub fn fault(&self, now: Timestamp) -> Option<String> {
        let at = match time(&self.at, "is of", later(now)) {
            Ok(at) => at,
            Err(fault) => return Some(fault),
        };
        if !is_readable(&self.who) {
            return Some("does not name who recorded it".to_owned());
        }
        self.evidence.fault(at, now)
    }
}

impl Evidence {
    /// What is wrong with evidence that was recorded at this time, in words that follow "it".
    pub fn fault(&self, at: Timestamp, now: Timestamp) -> Option<String> {
        if self.says().is_some_and(|says| !says_something(says)) {
            return Some("has no text where it should say what was seen".to_owned());
        }
        match self {
            Self::Backup(backup) => of_a_backup(backup, now),
            Self::Verification(seen) if seen.lines.iter().all(|line| !says_something(&line.text)) => {
                Some("is a verification without a line".to_owned())
            }
            Self::Acknowledgement(seen) if seen.line == 0 => Some("acknowledges line 0, and the first is 1".to_owned()),
            Self::Attestation(attestation) => of_an_attestation(&attestation.until, WORD_DAYS_AT_MOST, at),
            Self::Saw(saw) => saw.fault().or_else(|| of_an_attestation(&saw.until, FACT_DAYS, at)),
            Self::SawAll(all) => all.fault().or_else(|| of_an_attestation(&all.until, FACT_DAYS, at)),
            Self::Purchase(purchase) => of_a_purchase(purchase).map(str::to_owned),
            Self::MergeList(list) => of_a_merge_list(list, at),
            Self::RestoreDrill(drill) => of_a_drill(drill, at),
            Self::Copied(copied) => time(&copied.at, "is a copy made at", later(at)).err(),
            Self::Moved(moved) => of_an_object(moved).map(str::to_owned),
            Self::Done(done) if !says_something(&done.at) || !says_something(&done.now) => {
                Some("says that something is done, but not what".to_owned())
            }
            Self::Merged(merged) if merged.ends.is_empty() => Some("joins branches, but names none".to_owned()),
            Self::Merged(_)
            | Self::Verification(_)
            | Self::Acknowledgement(_)
            | Self::Step(_)
            | Self::SignIn(_)
            | Self::NotPressed(_)
            | Self::Restored(_)
            | Self::OutsideWindow(_)
            | Self::Decided(_)
            | Self::LookedAgain(_)
            | Self::Done(_) => None,
        }
    }
}

/// The latest that another machine's clock may show now.
fn later(now: Timestamp) -> Timestamp {
    now.checked_add(CLOCKS_APART).unwrap_or(Timestamp::MAX)
}

fn time(text: &str, what: &str, latest: Timestamp) -> Result<Timestamp, String> {
    let at: Timestamp = text.parse().map_err(|_| format!("{what} an invalid time"))?;
    if at > latest {
        return Err(format!("{what} {at}, which is in the future"));
    }
    if at.to_zoned_datetime(TimeZone::UTC).year() < FIRST_YEAR {
        return Err(format!("{what} {at}, before this tool existed"));
    }
    Ok(at)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_a_backup(backup: &Backup, now: Timestamp) -> Option<String> {
    if let Err(fault) = time(&backup.taken_at, "is a backup made at", later(now)) {
        return Some(fault);
    }
    let fault = match &backup.source {
        _ if backup.parts.is_empty() => "is a backup that names no part",
        BackupSource::RestorePoint(id) if !says_something(id) => "is a restore point without a name",
        BackupSource::File { name, .. } if name.trim().is_empty() => "is a backup's file without a name",
        BackupSource::File { bytes: 0, .. } => "is a backup file of 0 bytes",
        BackupSource::File { sha256, .. } if !is_sha256(sha256) => "is a backup's file without its SHA-256",
        BackupSource::RestorePoint(_) | BackupSource::File { .. } => return None,
    };
    Some(fault.to_owned())
}

fn of_an_attestation(until: &str, days: i64, at: Timestamp) -> Option<String> {
    let Ok(until) = until.parse::<Date>() else {
        return Some("is an attestation whose last day is not a valid day".to_owned());
    };
    let day = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
    let last = at.checked_add(SignedDuration::from_hours(24 * days)).map_or(Date::MAX, day);
    if until > last {
        return Some(format!("is an attestation until {until}, but none is valid for more than {days} days"));
    }
    (until < day(at))
        .then(|| format!("is an attestation until {until}, a day that was already over when it was recorded"))
}

fn of_a_purchase(purchase: &Purchase) -> Option<&'static str> {
    if !says_something(&purchase.form) {
        return Some("is a purchase that names no form");
    }
    if purchase.saw.is_empty() {
        return Some("is a purchase that does not say what was seen");
    }
    if purchase.orders.iter().any(|order| !says_something(order)) {
        return Some("is a purchase with an order that has no number");
    }
    let transaction = purchase.transaction.as_deref();
    transaction
        .is_some_and(|id| !is_transaction(id))
        .then_some("is a purchase whose transaction is not that of a payment")
}

fn of_a_merge_list(list: &MergeList, at: Timestamp) -> Option<String> {
    let read = |text: &str| time(text, "is a merge list of a site that was read at", later(at));
    match (read(&list.cloned_at), read(&list.read_at)) {
        (Err(fault), _) | (_, Err(fault)) => Some(fault),
        (Ok(cloned), Ok(read)) if read < cloned => {
            Some("is a merge list that was read before live was copied".to_owned())
        }
        _ => (!is_sha256(&list.sha256)).then(|| "is a merge list without its SHA-256".to_owned()),
    }
}

fn of_a_drill(drill: &RestoreDrill, at: Timestamp) -> Option<String> {
    if let Err(fault) = time(&drill.ended_at, "is a restore that was over at", later(at)) {
        return Some(fault);
    }
    let fault = match drill.seconds {
        0 => "is a restore that took no time",
        seconds if seconds > LONGEST_RESTORE => "is a restore that took more than a week",
        _ if !says_something(&drill.backup) => "is a restore of a backup without a name",
        _ if drill.parts.is_empty() => "is a restore that names no part",
        _ => return None,
    };
    Some(fault.to_owned())
}

fn of_an_object(moved: &MovedObject) -> Option<&'static str> {
    if !says_something(&moved.on) {
        return Some("attests that an object may stay as it is, but names none");
    }
    (!says_something(&moved.now)).then_some("attests that an object may stay as it is, but not how it is")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A place of the evidence, what stands there instead, and what is then said.
    type Wrong = (&'static str, Value, &'static str);

    /// A sound line of every kind, and what changed makes it wrong, with what is then said.
    fn kinds() -> Vec<(Value, Vec<Wrong>)> {
        let (host, sha) = ("live.example", "a".repeat(64));
        let says = |at: &'static str| {
            [" \t", "\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}\u{202e}", "-", "?!", "…", " n/a "]
                .map(|nothing| (at, json!(nothing), "has no text"))
                .to_vec()
        };
        let file = json!({"name": "x.sql", "bytes": 9, "sha256": sha});
        vec![
            (
                json!({"backup": {"of": "live", "parts": ["files"], "taken_at": "2026-11-21T05:10:00Z", "source": {"restore-point": "RP-1"}}}),
                vec![
                    ("/backup/taken_at", json!("2099-11-21T05:10:00Z"), "in the future"),
                    ("/backup/taken_at", json!("1970-01-01T00:00:00Z"), "before this tool existed"),
                    ("/backup/taken_at", json!("soon"), "an invalid time"),
                    ("/backup/parts", json!([]), "names no part"),
                    ("/backup/source/restore-point", json!(" "), "without a name"),
                    ("/backup/source/restore-point", json!("\u{200b}"), "without a name"),
                    ("/backup/source/restore-point", json!(" \u{3164} "), "without a name"),
                    ("/backup/source/restore-point", json!("-"), "without a name"),
                    ("/backup/source/restore-point", json!("N/A"), "without a name"),
                    ("/backup/source", json!({"file": {"name": "", "bytes": 9, "sha256": sha}}), "without a name"),
                    ("/backup/source", json!({"file": {"name": "x", "bytes": 0, "sha256": sha}}), "of 0 bytes"),
                    (
                        "/backup/source",
                        json!({"file": {"name": "x", "bytes": 9, "sha256": "a"}}),
                        "without its SHA-256",
                    ),
                ],
            ),
            (
                json!({"backup": {"of": "live", "parts": ["files"], "taken_at": "2026-11-21T05:10:00Z", "source": {"file": file}}}),
                vec![],
            ),
            (
                json!({"verification": {"host": host, "lines": [{"text": "ok", "flagged": false}]}}),
                vec![
                    ("/verification/lines", json!([]), "without a line"),
                    ("/verification/lines/0/text", json!(" "), "without a line"),
                ],
            ),
            (
                json!({"acknowledgement": {"line": 1, "reason": "seen"}}),
                vec![
                    ("/acknowledgement/line", json!(0), "line 0"),
                    ("/acknowledgement/reason", json!(""), "has no text"),
                ],
            ),
            (
                json!({"attestation": {"rule": "backup-truncated", "says": "seen", "until": "2026-12-01"}}),
                vec![
                    ("/attestation/says", json!(""), "has no text"),
                    ("/attestation/until", json!("2099-01-01"), "for more than 60 days"),
                    ("/attestation/until", json!("2026-11-20"), "over when it was recorded"),
                    ("/attestation/until", json!("never"), "not a valid day"),
                ],
            ),
            (
                json!({"saw": {"host": host, "on": {"kind": "order-form", "key": "course"}, "fields": {"price": "1 USD"}, "until": "2026-12-01"}}),
                vec![
                    ("/saw/fields", json!({}), "attests nothing"),
                    ("/saw/fields", json!({"prize": "1 USD"}), "no order-form has such a field"),
                    ("/saw/fields", json!({"recurring": "often"}), "that such a field cannot have"),
                    ("/saw/fields", json!({"name": "Another"}), "but that name gives another key"),
                    ("/saw/on", json!({"kind": "environment", "key": "environment"}), "which only a reading shows"),
                    ("/saw/on", json!({"kind": "mail", "key": "post"}), "a site has only one mail"),
                    ("/saw/until", json!("2026-12-09"), "for more than 14 days"),
                    ("/saw/until", json!("2026-11-20"), "over when it was recorded"),
                ],
            ),
            (
                json!({"saw-all": {"host": host, "kind": "order-form", "names": ["Course", "Book"], "until": "2026-12-01"}}),
                vec![
                    ("/saw-all/names", json!(["Course", "course"]), "the key of `course`"),
                    ("/saw-all/names", json!([" "]), "without a name"),
                    ("/saw-all/kind", json!("mail"), "a kind that has no list"),
                    ("/saw-all/kind", json!("environment"), "a kind that has no list"),
                    ("/saw-all/until", json!("2026-12-09"), "for more than 14 days"),
                ],
            ),
            (json!({"step": {"host": host, "step": "review-contacts", "says": "seen"}}), says("/step/says")),
            (json!({"sign-in": {"host": host, "says": "seen"}}), says("/sign-in/says")),
            (
                json!({"purchase": {"host": host, "form": "course", "saw": ["order"], "orders": ["1"], "transaction": "pi_1"}}),
                vec![
                    ("/purchase/form", json!(""), "names no form"),
                    ("/purchase/saw", json!([]), "not say what was seen"),
                    ("/purchase/orders/0", json!(" "), "no number"),
                    ("/purchase/transaction", json!(""), "not that of a payment"),
                    ("/purchase/transaction", json!("null-transaction"), "not that of a payment"),
                ],
            ),
            (json!({"not-pressed": {"host": host, "says": "seen"}}), says("/not-pressed/says")),
            (json!({"restored": {"host": host, "says": "seen"}}), says("/restored/says")),
            (
                json!({"merge-list": {"host": host, "cloned_at": "2026-11-20T00:00:00Z", "read_at": "2026-11-21T00:00:00Z", "counts": {}, "sha256": sha}}),
                vec![
                    ("/merge-list/read_at", json!("2099-11-21T00:00:00Z"), "in the future"),
                    ("/merge-list/read_at", json!("2026-11-19T00:00:00Z"), "before live was copied"),
                    ("/merge-list/cloned_at", json!(""), "an invalid time"),
                    ("/merge-list/sha256", json!(""), "without its SHA-256"),
                ],
            ),
            (json!({"outside-window": {"host": host, "says": "agreed"}}), says("/outside-window/says")),
            (
                json!({"copied": {"host": host, "at": "2026-11-20T00:00:00Z"}}),
                vec![
                    ("/copied/at", json!("2099-11-21T00:00:00Z"), "in the future"),
                    ("/copied/at", json!("last week"), "an invalid time"),
                ],
            ),
            (
                json!({"restore-drill": {"of": "live", "backup": "RP-1", "parts": ["files"], "onto": "a copy", "ended_at": "2026-11-21T06:00:00Z", "seconds": 60}}),
                vec![
                    ("/restore-drill/seconds", json!(0), "took no time"),
                    ("/restore-drill/seconds", json!(604_801), "more than a week"),
                    ("/restore-drill/seconds", json!(u64::MAX), "more than a week"),
                    ("/restore-drill/ended_at", json!("2026-11-21T08:00:00Z"), "in the future"),
                    ("/restore-drill/backup", json!(""), "without a name"),
                    ("/restore-drill/parts", json!([]), "names no part"),
                    ("/restore-drill/onto", json!(""), "has no text"),
                    ("/restore-drill/onto", json!("\u{ffa0}"), "has no text"),
                    ("/restore-drill/backup", json!("?"), "without a name"),
                ],
            ),
            (json!({"decided": {"host": host, "decision": "go-on", "says": "agreed"}}), says("/decided/says")),
            (json!({"merged": {"ends": [sha]}}), vec![("/merged/ends", json!([]), "names none")]),
            (
                json!({"looked-again": {"host": host, "readings": [sha, sha], "result": "red", "says": "findings: 1 tag"}}),
                says("/looked-again/says"),
            ),
            (
                json!({"done": {"at": "/emails/welcome", "now": "abcd", "says": "agreed"}}),
                vec![
                    ("/done/at", json!(""), "but not what"),
                    ("/done/now", json!(""), "but not what"),
                    ("/done/says", json!(""), "has no text"),
                ],
            ),
            (
                json!({"moved": {"host": host, "on": "mail", "now": "abcd", "says": "agreed"}}),
                vec![
                    ("/moved/on", json!(""), "names none"),
                    ("/moved/now", json!(""), "not how it is"),
                    ("/moved/says", json!(""), "has no text"),
                ],
            ),
        ]
    }

    fn fault(evidence: &Value, with: (&str, Value)) -> Option<String> {
        let mut line =
            json!({"version": 1, "at": "2026-11-21T07:00:00Z", "who": "jo", "evidence": evidence, "previous": ""});
        if let (at, value) = with
            && !at.is_empty()
        {
            *line.pointer_mut(at).unwrap() = value;
        }
        let entry: Entry = serde_json::from_value(line).unwrap();
        entry.fault("2026-11-21T09:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_line_of_every_kind_is_sound_or_says_what_is_wrong() {
        for (sound, wrong) in kinds() {
            assert_eq!(fault(&sound, ("", Value::Null)), None, "{sound}");
            let every = [
                ("/at", json!("2099-01-01T00:00:00Z"), "in the future"),
                ("/at", json!("0001-01-01T00:00:00Z"), "before this tool existed"),
                ("/at", json!(""), "an invalid time"),
                ("/who", json!(""), "does not name"),
                ("/who", json!("\n"), "does not name"),
                ("/who", json!("\u{3164}"), "does not name"),
            ];
            let of_this_kind = wrong.into_iter().map(|(at, value, said)| (format!("/evidence{at}"), value, said));
            for (at, value, said) in
                every.into_iter().map(|(at, value, said)| (at.to_owned(), value, said)).chain(of_this_kind)
            {
                let found = fault(&sound, (&at, value.clone())).unwrap_or_default();
                assert!(found.contains(said), "{at} = {value}: `{found}` does not say `{said}`");
            }
        }
    }

    /// The kinds of evidence that the published schema knows: none is left out of the table above.
    #[test]
    fn no_kind_of_evidence_is_left_out() {
        let schema = serde_json::to_value(schemars::schema_for!(Evidence)).unwrap();
        let known: Vec<&str> =
            schema["oneOf"].as_array().unwrap().iter().map(|kind| kind["required"][0].as_str().unwrap()).collect();
        let tried: Vec<String> =
            kinds().iter().map(|(line, _)| line.as_object().unwrap().keys().next().unwrap().clone()).collect();
        assert!(known.len() >= 14, "{known:?}");
        for kind in known {
            assert!(tried.iter().any(|tried| tried == kind), "{kind}");
        }
    }
}
