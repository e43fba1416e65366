//! The guide's steps as a run: each proven, the barrier behind its phrase, a way back until there, a certificate at the
//! end, and live only with it.

mod barrier;
mod edited;
pub(crate) mod live;
mod lock;
mod steps;
pub(crate) mod undone;

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::place::{Edited, Left, PLAN, Place, Ran, SITE};

pub(crate) const PHRASE: &str = "run migration on staging.bloom.example";

pub(crate) const CERTIFICATE: &str = "bloom-coaching.rehearsal.json";

pub(crate) const POPULATION: &str = "bloom-coaching.population.ndjson";

/// The example with its changes in place: the run waits for the vendor's verification.
pub(crate) fn configured() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, configured_anew)
}

/// The same by commands of its own: this machine's ledger says in which folder a run was begun, should its journal go.
pub(crate) fn configured_anew() -> Place {
    let place = Place::new();
    in_its_window(&place);
    place.confirm(&place.digest()).ends(0, &[]);
    place
}

/// The window is open when the site is read, at 06:12 UTC.
pub(crate) fn in_its_window(place: &Place) {
    place.edit(PLAN, "2026-12-02 06:00 Europe/Berlin", "2026-11-21 07:00 Europe/Berlin");
    place.edit(PLAN, "decide_by: \"07:30\"", "decide_by: \"08:30\"");
}

pub(crate) fn on(place: &Place) -> Ran {
    place.apply(&["--resume", "--no-input"])
}

#[track_caller]
pub(crate) fn record(place: &Place, words: &[&str]) {
    place.run(&[&["record"], words, &["--plan", PLAN, "--who", "jo"]].concat()).ends(0, &[]);
}

pub(crate) fn verified(place: &Place) {
    fs::write(place.path("lines.txt"), "41 tags\n! 3 users without a contact ID\n").unwrap();
    record(place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    record(place, &["ack", "2", "--reason", "ours"]);
}

/// Past the barrier, with nobody having pressed yet.
pub(crate) fn passed_barrier() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = configured();
        pass_barrier(&place);
        place
    })
}

pub(crate) fn pass_barrier(place: &Place) {
    verified(place);
    record(place, &["sign-in", "in another browser"]);
    place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]).ends(20, &["press it now, once"]);
}

/// When a site is read: up to the minute 12 before any run began, and from there on now.
fn read_at(minute: u32) -> String {
    if minute > 12 { jiff::Timestamp::now().to_string() } else { format!("2026-11-21T06:{minute}:00Z") }
}

/// What the migration leaves on the site, read anew at this minute.
pub(crate) fn migrated(place: &Place, maintenance: bool, minute: u32) {
    let population = place.read(POPULATION);
    let (head, records) = population.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = read_at(minute).into();
    fs::write(place.path(POPULATION), format!("{head}\n{records}")).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    configured_as_migrated(place, maintenance, minute);
}

/// The configuration alone, read anew.
pub(crate) fn configured_as_migrated(place: &Place, maintenance: bool, minute: u32) {
    let mut lines = Vec::new();
    for line in place.read(SITE).lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        match record["kind"].as_str().unwrap() {
            "snapshot" => record["taken_at"] = read_at(minute).into(),
            "crm" => {
                record["managed"] = true.into();
                record["system"] = "accessally-managed".into();
            }
            "maintenance" => record["on"] = maintenance.into(),
            _ => {}
        }
        lines.push(record.to_string());
    }
    fs::write(place.path(SITE), lines.join("\n") + "\n").unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

/// A rehearsal from its beginning to its certificate.
pub(crate) fn rehearsed() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = passed_barrier();
        to_its_end(&place);
        place
    })
}

/// A rehearsal from its barrier to its certificate.
pub(crate) fn to_its_end(place: &Place) {
    // From here on the site is read at the time of now: a window that is over by then opens no replay.
    let (then, to_come) = ("2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    place.edit(PLAN, then, to_come);
    migrated(place, true, 30);
    record(place, &["sign-in", "still signed in"]);
    on(place).ends(20, &["maintenance mode is on"]);
    migrated(place, false, 40);
    on(place).ends(20, &["not seen yet", "`group-coaching-checkout` (order, content, welcome-email, new-user)"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        assert!(!place.path(CERTIFICATE).exists(), "{form} is not bought yet");
        record(place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        place.run(&["status", PLAN, "--site", SITE]).ends(0, &[]);
        on(place).ends(
            20,
            &[&format!("not found on the site, although it was attested: `{form}`: no new order on the form")],
        );
        buys(place, at, form, tags);
        on(place);
    }
    assert!(place.path(CERTIFICATE).exists());
    place.edit(PLAN, to_come, then);
}

/// The order forms, each with the tags that what it releases is opened by.
pub(crate) const FORMS: [(&str, &[&str]); 6] = [
    ("foundations-membership", &["Foundations_Base_Access"]),
    ("group-coaching-checkout", &["Group_Coaching_Base_Access"]),
    ("group-coaching-payment-plan", &["Group_Coaching_Base_Access"]),
    ("group-coaching-summer-sale", &["Group_Coaching_Base_Access"]),
    ("group-coaching-vip-checkout", &["Group_Coaching_Base_Access", "Mastermind_Base_Access"]),
    ("team-seats-checkout", &["Team_Seats_Base_Access"]),
];

/// The test buyer's address, which is nobody's business.
const BUYER: &str = "tess.buyer@nowhere.example";

/// A purchase by somebody new: contact 9000N, order 900N.
pub(crate) fn buys(place: &Place, at: usize, form: &str, tags: &[&str]) {
    let email = format!("{at}{BUYER}");
    let contact = serde_json::json!({"kind": "contact", "key": format!("9000{at}"), "email": email, "tags": tags});
    adds(place, &[contact, order(at, &format!("9000{at}"), form)]);
}

fn order(at: usize, contact: &str, form: &str) -> Value {
    serde_json::json!({"kind": "order", "key": format!("900{at}"), "contact": contact, "form": form, "total": "1497.00 USD", "status": "Success", "transaction": format!("pi_{at}")})
}

/// Adds records to the population, which is read now.
fn adds(place: &Place, records: &[Value]) {
    let records: String = records.iter().map(|record| format!("{record}\n")).collect();
    for (file, more) in [(POPULATION, records.as_str()), (SITE, "")] {
        let text = place.read(file);
        let (head, rest) = text.split_once('\n').unwrap();
        let mut head: Value = serde_json::from_str(head).unwrap();
        head["taken_at"] = read_at(30).into();
        fs::write(place.path(file), format!("{head}\n{more}{rest}")).unwrap();
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
}

pub(crate) fn status(place: &Place) -> Value {
    let ran = place.run(&["status", PLAN, "--site", SITE, "--format", "json"]);
    ran.ends(0, &[]);
    serde_json::from_str(&ran.out).unwrap()
}

/// The steps by where they stand.
fn stands(place: &Place, stand: &str) -> Vec<String> {
    let status = status(place);
    let steps = status["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["stand"] == stand).map(|step| step["step"].as_str().unwrap().to_owned()).collect()
}

/// Somebody switches maintenance mode on live, which is read again a second after it was read last.
pub(crate) fn closes(place: &Place, on: bool) {
    let text = place.read(LIVE);
    let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let last: jiff::Timestamp = head["taken_at"].as_str().unwrap().parse().unwrap();
    switched(place, on, last + jiff::SignedDuration::from_secs(1));
}

/// Somebody switches maintenance mode off on live, which is read now.
pub(crate) fn reopens(place: &Place) {
    switched(place, false, jiff::Timestamp::now());
}

fn switched(place: &Place, on: bool, read_at: jiff::Timestamp) {
    let maintenance = |on: bool| format!(r#""kind":"maintenance","key":"maintenance","on":{on}"#);
    place.edit(LIVE, &maintenance(!on), &maintenance(on));
    let text = place.read(LIVE);
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = read_at.to_string().into();
    fs::write(place.path(LIVE), format!("{head}\n{rest}")).unwrap();
    place.run(&["snapshot", "finalize", LIVE]).ends(0, &[]);
}

/// The objects of live, whenever it was read.
pub(crate) fn objects(place: &Place) -> Vec<String> {
    let text = place.read(LIVE);
    text.lines().skip(1).filter(|line| !line.contains(r#""kind":"end""#)).map(str::to_owned).collect()
}

/// A backup of live, made now.
pub(crate) fn backs_up(place: &Place) {
    let now = jiff::Timestamp::now().to_string();
    let words = ["backup", "--restore-point", "RP-9", "--of", "live", "--parts", "files,database", "--taken-at", &now];
    record(place, &[&words[..], &["--stored-off-server"]].concat());
}

/// Goes on with the run on live.
pub(crate) fn on_live(place: &Place) -> Ran {
    place.run(&["apply", PLAN, "--site", LIVE, "--resume", "--no-input", "--on", "live", "--host", "bloom.example"])
}

/// The live site.
pub(crate) const LIVE: &str = "live.site.ndjson";

/// The live site as it was copied, in a file beside the plan.
pub(crate) fn copied(place: &Place) {
    let fresh = Place::new();
    let as_live = fresh
        .read(SITE)
        .edited("https://staging.bloom.example", "https://bloom.example")
        .edited(r#""type":"staging""#, r#""type":"production""#);
    fs::write(place.path(LIVE), as_live).unwrap();
    fs::copy(fresh.path(POPULATION), place.path("live.population.ndjson")).unwrap();
    place.move_to("live", "bloom.example");
}

pub(crate) fn undo(place: &Place, digest: &str) -> Ran {
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", digest])
}

/// A run whose migration is behind.
pub(crate) fn rehearsed_to_review() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = passed_barrier();
        migrated(&place, true, 30);
        record(&place, &["sign-in", "still signed in"]);
        on(&place).ends(20, &["maintenance mode is on"]);
        place
    })
}
