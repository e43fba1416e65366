//! The first three lines: whether it is green and what that rests on; the worst that nothing takes back; what approving means.
//! Where a nearer `plan.toml` lifts a demand, or the plan's own rules ask for less than before, a fourth says so.

use jiff::Timestamp;

use crate::model::digest;
use crate::model::text::many;
use crate::output::{Mode, escape};

use super::super::{Next, danger, is_taken, next};
use super::{MARK, Page};

/// Rules that find what somebody has still to decide.
const UNDECIDED: [&str; 10] = [
    "failed-payment-undecided",
    "live-mail-undecided",
    "members-between-modules-undecided",
    "migration-choices-missing",
    "opt-in-form-missing",
    "order-form-missing",
    "rollback-missing",
    "strategy-missing",
    "webhook-undecided",
    "window-missing",
];

/// Longest path that a marker holds; of a longer one its digest.
const MARKED: usize = 300;

/// The hidden marker and the three lines.
pub(super) fn head(page: &Page<'_>) -> String {
    let approving =
        [Some(approving(page)), Some(open(page)), Some(since(page))].into_iter().flatten().collect::<Vec<_>>();
    format!(
        "{}\n{}\n\n**Cannot be undone:** {}.\n\n{}\n\n{}",
        marker(page),
        verdict(page),
        page.ink.prose(&danger::worst(page.changes)),
        approving.join(" "),
        lifted(page)
    )
}

/// That demands of a file further up, or of rules that were reviewed, do not hold for this plan: whoever approves approves that.
fn lifted(page: &Page<'_>) -> String {
    let weaker = page.changes.since.iter().flat_map(|since| since.weaker());
    let all = page.changes.lifted.iter().cloned().chain(weaker);
    all.map(|lifted| format!("**Attention:** {}.\n\n", page.ink.prose(&lifted))).collect()
}

/// By what a comment is found again, to be edited in place: plan, host and place, so that two plans do not share one.
fn marker(page: &Page<'_>) -> String {
    let word = |text: &str| -> String {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/');
        let word = text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02x}") });
        let word: String = word.collect();
        if word.len() > MARKED { digest::of(&text) } else { word }
    };
    let place = if page.changes.on_live { "live" } else { "staging" };
    format!("{MARK}{} on {} as {place} -->", word(page.changes.path), word(page.changes.host))
}

fn verdict(page: &Page<'_>) -> String {
    let (changes, report) = (page.changes, page.report);
    let sign = match changes.verdict {
        "green" => "🟢",
        "red" => "🔴",
        _ => "🟡",
    };
    format!(
        "### {sign} {} at gate {} · {} on {} · {} · {}",
        changes.verdict,
        escape::code(report.gate.name()),
        page.ink.code(changes.path),
        page.ink.code(changes.host),
        age(page),
        report.judgement.evidence.message()
    )
}

/// How long ago the site was read.
fn age(page: &Page<'_>) -> String {
    let Some(site) = &page.report.site else { return "read at an unknown time".to_owned() };
    let recording = if site.mode == Mode::Snapshot {
        format!(" ({})", page.ink.prose(&site.worth.message()))
    } else {
        String::new()
    };
    let read = if site.mode == Mode::Snapshot { "a recording" } else { "read" };
    let at = page.ink.code(&site.captured_at);
    let ago = match site.captured_at.parse::<Timestamp>() {
        _ if page.changes.invented => format!("of an invented site, {at}"),
        Err(_) => format!("of an unknown time, {at}"),
        Ok(taken) => match page.changes.now.duration_since(taken).as_mins() {
            ..=-6 => format!("dated in the future, {at}"),
            -5..1 => "just now".to_owned(),
            minutes @ 1..120 => format!("{} ago, {at}", many(minutes, "minute")),
            minutes @ 120..2_880 => format!("{} ago, {at}", many(minutes / 60, "hour")),
            minutes => format!("{} ago, {at}", many(minutes / 1_440, "day")),
        },
    };
    format!("{read} {ago}{recording}")
}

/// What approving means.
fn approving(page: &Page<'_>) -> String {
    let changes = page.changes;
    let (what, host) = (many(changes.list.len(), "change"), page.ink.code(changes.host));
    if is_taken(changes) {
        let digits = changes.digests.changes.get(..16).unwrap_or_default();
        let what = if changes.list.is_empty() {
            "no change is needed".to_owned()
        } else {
            format!("exactly {what} may be made")
        };
        return format!("**Approving** says that {what} on {host}, under the digest `{digits}`.");
    }
    let Next { why, .. } = next(changes);
    // What the command at the end is for is said there.
    let why = why.split("; for ").next().unwrap_or(&why);
    format!("**Approving** lets nothing run yet, of {what} on {host}: {}.", page.ink.prose(why))
}

/// What somebody has still to decide.
fn open(page: &Page<'_>) -> String {
    let findings = page.report.judgement.findings.iter().filter(|finding| !finding.accepted && !finding.unproven);
    let mut rules: Vec<&str> =
        findings.map(|finding| finding.rule.as_str()).filter(|rule| UNDECIDED.contains(rule)).collect();
    if rules.is_empty() {
        return "No decision that the rules know of is open.".to_owned();
    }
    rules.sort_unstable();
    let each = rules.chunk_by(|a, b| a == b).map(|alike| match alike.len() {
        1 => format!("`{}`", alike[0]),
        many => format!("`{}` × {many}", alike[0]),
    });
    let each: Vec<String> = each.collect();
    let (decisions, are) = (many(rules.len(), "decision"), if rules.len() == 1 { "is" } else { "are" });
    format!("{decisions} {are} still open: {}.", each.join(", "))
}

/// What changed since the last review.
fn since(page: &Page<'_>) -> String {
    match &page.changes.since {
        None => "What changed since the last review is unknown (`--since SEAL` or `--since REV` compares).".to_owned(),
        Some(since) => {
            let message = page.ink.prose(&since.message());
            format!("Changed {message}.")
        }
    }
}
