//! A run at a terminal: after `apply --confirm` nobody types a command, only answers and the barrier's phrase.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::guided::live::{reads_live, waits_at_push};
use crate::guided::{
    CERTIFICATE, FORMS, LIVE, PHRASE, buys, closes, configured, in_its_window, migrated, on, passed_barrier,
};
use crate::partly::{declared, partly_captured, says_what_is_there};
use crate::place::{PLAN, Place, SITE};
use crate::timing::{place_digest, rehearsed_at};
use crate::typed::on_a_terminal;

/// A person at a terminal in front of the program.
pub(crate) struct Keyboard {
    child: Child,
    keys: ChildStdin,
    shown: Arc<Mutex<Vec<u8>>>,
    /// How much of it was looked at.
    read: usize,
}

impl Keyboard {
    pub(crate) fn at(place: &Place, words: &[&str]) -> Self {
        let mut child = on_a_terminal(place, words, (120, "-qefc", ""));
        let (keys, mut out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let shown = Arc::new(Mutex::new(Vec::new()));
        let into = shown.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = out.read(&mut bytes) {
                into.lock().unwrap().extend(&bytes[..read]);
            }
        });
        Self { child, keys, shown, read: 0 }
    }

    fn all(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// Waits until this is shown after what was looked at before; what came until then.
    #[track_caller]
    pub(crate) fn sees(&mut self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let all = self.all();
            if let Some(at) = all[self.read..].find(words) {
                let until = self.read + at + words.len();
                return all[std::mem::replace(&mut self.read, until)..until].to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(40), "`{words}` is not shown: {}", &all[self.read..]);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until nothing stands after a field's name, since what can be typed for it is listed under the same name; what came until then.
    #[track_caller]
    pub(crate) fn asked_for(&mut self, field: &str) -> String {
        let (began, question) = (Instant::now(), format!("\n  {field}: "));
        let mut before = None;
        loop {
            let all = self.all();
            if all[self.read..].ends_with(&question) && before == Some(all.len()) {
                return all[std::mem::replace(&mut self.read, all.len())..].to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(40), "`{field}` is not asked: {}", &all[self.read..]);
            before = Some(all.len());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn types(&mut self, line: &str) {
        self.keys.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Answers each of these fields as it is asked for.
    #[track_caller]
    fn types_each(&mut self, values: &[(&str, &str)]) {
        for (field, value) in values {
            self.asked_for(field);
            self.types(value);
        }
    }

    /// Waits for a question, and answers it.
    #[track_caller]
    pub(crate) fn answers(&mut self, question: &str, answer: &str) {
        self.sees(question);
        self.sees("> ");
        self.types(answer);
    }

    /// Says of each form that it was bought on, and does so.
    #[track_caller]
    fn buys_on_each(&mut self, place: &Place) {
        for (at, (form, tags)) in FORMS.iter().enumerate() {
            self.answers(&format!("bought on `{form}`"), "yes");
            self.sees("transaction");
            self.types("");
            self.sees("the order's ID");
            self.types("");
            self.sees("not found on the site");
            buys(place, at, form, tags);
        }
    }

    #[track_caller]
    pub(crate) fn ends(mut self, code: i32) -> String {
        let ended = self.child.wait().unwrap();
        let all = self.all();
        assert_eq!(ended.code(), Some(code), "{all}");
        all
    }
}

/// The migration is over: the site is read anew, in a window that is to come.
fn is_over(place: &Place) {
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    migrated(place, true, 30);
}

#[test]
fn after_the_confirmation_nobody_types_a_command_until_the_certificate() {
    let place = Place::new();
    in_its_window(&place);
    let digest = place.digest();
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE, "--confirm", &digest]);
    jo.sees("who is at the keyboard? `jo`, `mara` or `sam`: ");
    jo.types("jo");
    jo.answers("next: Start Verification", "");
    jo.answers("paste the lines", "41 tags\n\n! 3 users without a contact ID\nend");
    jo.answers("line 2, `! 3 users without a contact ID`: why may it stay as it is?", "they are ours");
    jo.answers("did the spare administrator sign in", "yes, in another browser");
    jo.sees(&format!("Type `{PHRASE}`"));
    jo.types(PHRASE);
    jo.sees("now press *Run Migration*, once");
    is_over(&place);
    jo.answers("did the spare administrator sign in", "yes: still signed in");
    jo.sees("waiting: the site says that maintenance mode is on");
    migrated(&place, false, 40);
    jo.buys_on_each(&place);
    jo.sees("every step is done");
    let all = jo.ends(0);
    assert!(place.path(CERTIFICATE).exists());
    assert!(!all.contains("plan record") && !all.contains("type       "), "{all}");
    for drawn in all.split(['\r', '\n']).filter(|line| line.contains("waiting: ")) {
        assert!(drawn.trim_start_matches("\u{1b}[K").chars().count() < 80, "{drawn}");
    }
}

#[test]
fn who_confirms_reads_first_what_is_written_and_who_is_at_the_keyboard_is_explained() {
    let place = Place::new();
    let digest = place.digest();
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE]);
    let shown = jo.sees("Type the first eight digits of the changes' digest to begin the run");
    let last = shown.lines().rev().nth(1).unwrap();
    assert!(last.starts_with("The run has 7 changes: `plan` writes 7 of them into the file `"), "{last}");
    jo.sees(": ");
    jo.types(&digest[..8]);
    jo.sees("who is at the keyboard?");
    jo.types("?");
    jo.sees("your name as the plan has it under `people`");
    jo.sees("who is at the keyboard?");
    jo.types("joe");
    jo.sees("`joe` is not one of the plan's `people`; `?` explains");
    jo.sees("who is at the keyboard?");
    jo.types("jo");
    jo.answers("next: Start Verification", "q");
    jo.ends(0);
}

/// `jo` begins what is confirmed, and is asked for the guard's address.
fn jo_begins(place: &Place) -> Keyboard {
    says_what_is_there(place);
    let digest = place.digest();
    let mut jo = Keyboard::at(place, &["apply", PLAN, "--site", SITE, "--confirm", &digest, "--who", "jo"]);
    jo.answers("Screen 1 of 1: AccessAlly > Settings > General Setup > Developer Tools", "y");
    jo.asked_for("production_url");
    jo
}

/// What is asked before it is asked whether the site is on Managed Contacts, and after that.
const CRM: &[(&str, &str)] = &[("production_url", "//bloom.example"), ("connected", "yes"), ("label", "Ontraport")];
const REST: &[(&str, &str)] = &[
    ("sells", "no"),
    ("system", "ontraport"),
    ("enabled", "yes"),
    ("failed_payment", "yes"),
    ("module_release", "yes"),
    ("welcome", "purchases-and-opt-ins"),
    ("sender_domain", "bloom.example"),
    ("simulated", "yes"),
    ("transport", "fluent-smtp"),
    ("on", "no"),
];

/// What no reading shows is asked for too, screen by screen, as in a survey; in front of the barrier once more.
#[test]
fn what_no_reading_shows_is_asked_for_where_it_is_due() {
    let place = partly_captured();
    let mut jo = jo_begins(&place);
    jo.types("//wrong.example");
    jo.sees("`charging-guard` is not");
    jo.answers("Developer Tools", "n");
    jo.answers("Enter shows it again", "");
    jo.answers("Developer Tools", "y");
    jo.asked_for("production_url");
    jo.types("//bloom.example");
    jo.answers("AccessAlly > Settings > Emails", "y");
    let asked = jo.asked_for("simulated");
    assert!(asked.contains("simulated: yes where no mail"), "{asked}");
    jo.types("yes");
    jo.answers("next: Start Verification", "");
    jo.answers("paste the lines", "41 tags\nend");
    jo.types_each(&[("enabled", "yes")]);
    jo.types_each(CRM);
    jo.types_each(&[("managed", "no")]);
    jo.types_each(REST);
    let emails = jo.sees("did the spare administrator sign in");
    assert!(!emails.contains("error["), "what is asked for is no finding: {emails}");
    jo.types("w");
    jo.sees("who is at the keyboard?");
    jo.types("nobody");
    jo.sees("who is at the keyboard?");
    jo.types("sam");
    // An answer that was meant for the question before attests nothing, and a no is none.
    jo.answers("did the spare administrator sign in", "fluent-smtp");
    jo.sees("not recorded: `fluent-smtp` does not begin with `yes`");
    jo.answers("did the spare administrator sign in", "no, it was refused");
    jo.sees("not recorded: `no, it was refused` does not begin with `yes`");
    jo.answers("did the spare administrator sign in", "yes");
    jo.sees("not recorded: it does not say what was seen");
    jo.answers("did the spare administrator sign in", "yes, in another browser");
    jo.sees(&format!("Type `{PHRASE}`"));
    jo.types(PHRASE);
    jo.sees("now press *Run Migration*, once");
    is_over(&place);
    jo.answers("is staging.bloom.example on AccessAlly Managed Contacts?", "perhaps");
    jo.sees("not recorded: this answer is not understood");
    jo.answers("is staging.bloom.example on AccessAlly Managed Contacts?", "no");
    jo.sees("`sam` saw that the site is not on Managed");
    jo.answers("is staging.bloom.example on AccessAlly Managed Contacts?", "yes");
    jo.answers("did the spare administrator sign in", "yes: still signed in");
    jo.answers("is maintenance mode still on, on staging.bloom.example?", "no");
    jo.answers("bought on", "q");
    let all = jo.ends(20);
    assert!(!all.contains("plan record"), "{all}");
    assert!(all.contains("welcome: none, purchases or purchases-and-opt-ins"), "{all}");
    assert!(all.contains("continue with `plan apply bloom-coaching.yaml --site bloom-coaching.site.ndjson --resume`"));
    let record = place.read("bloom-coaching.record.ndjson");
    let of = |who: &str| record.lines().filter(|line| line.contains(&format!(r#""who":"{who}""#))).count();
    assert!(of("sam") >= 5 && of("jo") > of("sam"), "{record}");
    // Whoever began the run is who says what is recorded for it.
    let ran = place.run(&["record", "step", "review-contacts", "looked at all ten", "--plan", PLAN]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("attestation of `jo`"), "{ran:#?}");
    let survey = ["survey", PLAN, "--site", SITE, "--read", "sheets"];
    std::fs::create_dir(place.path("sheets")).unwrap();
    place.run(&survey).ends(2, &["`sheets` has no sheet"]);
    Place::new().run(&survey).ends(2, &["it is not known who looks"]);
}

/// A kind that a file declares without a record is asked for as one that it calls missing; `?` explains and ends nothing.
#[test]
fn a_kind_that_is_declared_without_a_record_is_asked_for() {
    let place = declared();
    let mut jo = jo_begins(&place);
    jo.types("//bloom.example");
    jo.answers("AccessAlly > Settings > Emails", "y");
    jo.asked_for("simulated");
    jo.types("yes");
    jo.answers("next: Start Verification", "?");
    jo.sees("CRM Integration: choose");
    jo.answers("next: Start Verification", "hm");
    jo.sees("that is none of the keys");
    jo.answers("next: Start Verification", "");
    jo.answers("paste the lines", "?");
    jo.sees("proven by  that its lines were recorded");
    jo.answers("paste the lines", "41 tags\nend");
    let why = jo.asked_for("enabled");
    assert!(why.contains("what was attested before the barrier was"), "{why}");
    jo.types("yes");
    jo.types_each(CRM);
    jo.types_each(&[("managed", "yes")]);
    jo.types_each(REST);
    jo.sees("a asks again what was attested");
    jo.types("?");
    jo.sees("fix what is found");
    jo.answers("a asks again what was attested", "a");
    jo.asked_for("managed");
    jo.types("no");
    jo.answers("did the spare administrator sign in", "q");
    jo.ends(20);
}

/// While only the site's file can show that a step is done, the person is told how the file comes to show it.
#[test]
fn whoever_waits_for_a_site_in_a_file_is_told_to_write_it_again() {
    let place = passed_barrier();
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE, "--resume", "--who", "jo"]);
    let said = jo.sees("Ctrl-C ends");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "with a new `taken_at`, and finalize it",
        "plan snapshot finalize bloom-coaching.site.ndjson --plan bloom-coaching.yaml --who WHO",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    is_over(&place);
    jo.answers("did the spare administrator sign in", "q");
    jo.ends(20);
    on(&passed_barrier()).ends(20, &["with a new `taken_at`", "plan snapshot finalize"]);
}

#[test]
fn nobody_is_named_where_no_run_is_under_way() {
    let place = Place::new();
    place
        .run(&["record", "step", "push", "pushed", "--plan", PLAN])
        .ends(2, &["it is not known who attests this: nobody was named,", "--who"]);
    place
        .run(&["apply", PLAN, "--site", SITE, "--confirm", &place.digest(), "--who", "nobody"])
        .ends(2, &["`nobody` is not among the plan's `people`"]);
    assert!(place.state_files("journal.ndjson").is_empty());
}

/// What moved is set back, or somebody says why it may stay; neither takes a command.
#[test]
fn what_moved_is_asked_about_where_it_may_stay() {
    let place = configured();
    let plugin = r#""kind":"plugin","key":"accessally/accessally.php","version":"4.2.0""#;
    place.edit_site(SITE, plugin, &plugin.replace("4.2.0", "4.2.1"));
    let emails = r#""kind":"emails","key":"emails","enabled":"#;
    place.edit_site(SITE, &format!("{emails}true"), &format!("{emails}false"));
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE, "--resume", "--who", "jo"]);
    jo.sees("the site is not as this run left it");
    place.edit_site(SITE, &format!("{emails}false"), &format!("{emails}true"));
    jo.answers("`emails` is not as the plan wants it: set it back", "");
    jo.answers("or type why it may stay", "it updated itself at night");
    jo.answers("paste the lines", "q");
    let all = jo.ends(20);
    assert!(
        all.contains("recorded in bloom-coaching.record.ndjson: `plugin/accessally/accessally.php` may stay"),
        "{all}"
    );
}

#[test]
fn on_live_the_backup_is_asked_for_once_maintenance_mode_is_on() {
    let place = rehearsed_at("06:12");
    let digest = place_digest(&place);
    let words = ["apply", PLAN, "--site", LIVE, "--on", "live", "--host", "bloom.example", "--confirm", &digest];
    let mut jo = Keyboard::at(&place, &[&words[..], &["--who", "jo"]].concat());
    jo.sees("waiting: the site says that maintenance mode is off");
    closes(&place, true);
    // What cannot be is refused at its own question, and not once all are answered.
    jo.answers("the backup: its file", "RP-9");
    jo.sees("not recorded: there is no file `RP-9`");
    jo.sees("write `id RP-9`");
    jo.answers("the backup: its file", "id RP-9");
    jo.sees("what does it hold?");
    jo.types("everything");
    jo.sees("`everything` is not understood: write `files`, `database` or `files, database`");
    jo.sees("what does it hold?");
    jo.types("");
    jo.sees("when was it made?");
    jo.types("2026-11-29 11:30");
    jo.sees("`2026-11-29 11:30` is not a time");
    jo.sees("when was it made?");
    jo.types(&jiff::Timestamp::now().to_string());
    jo.sees("is a copy of it off the server?");
    jo.types("perhaps");
    jo.sees("`perhaps` is not understood: write `yes` or `no`");
    jo.sees("is a copy of it off the server?");
    jo.types("yes");
    jo.sees("done: Full backup of the live site");
    jo.answers("next: Start Verification", "q");
    jo.ends(0);
}

#[test]
fn the_merge_list_the_push_and_what_live_shows_then_are_asked_for() {
    let place = waits_at_push();
    reads_live(&place, "cloned", "2020-11-20T06:00:00Z", "");
    reads_live(&place, "now", &jiff::Timestamp::now().to_string(), "");
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE, "--resume", "--who", "jo"]);
    jo.answers("live from the time when it was copied", SITE);
    jo.sees("live as it is now");
    jo.types("now.site.ndjson");
    jo.sees("not recorded: ");
    jo.answers("live from the time when it was copied", "cloned.site.ndjson");
    jo.sees("live as it is now");
    jo.types("now.site.ndjson");
    jo.answers("is it done?", "yes, the host says that it is pushed");
    jo.answers("is it done?", "yes, nothing was to be carried over");
    jo.answers("is mail simulated on bloom.example, so that none is delivered?", "yes");
    jo.answers("is mail simulated on bloom.example, so that none is delivered?", "no");
    jo.answers("is maintenance mode still on, on bloom.example?", "no");
    jo.sees("every step is done");
    jo.ends(0);
}

#[test]
fn a_phrase_that_was_typed_before_something_was_in_the_way_opens_no_barrier() {
    let place = configured();
    crate::guided::verified(&place);
    crate::guided::record(&place, &["sign-in", "in another browser"]);
    let mut jo = Keyboard::at(&place, &["apply", PLAN, "--site", SITE, "--resume"]);
    jo.sees("mail is simulated on this site");
    jo.sees(&format!("Type `{PHRASE}`"));
    let simulated = |is: bool| format!(r#""transport":"fluent-smtp","simulated":{is}"#);
    place.edit_site(SITE, &simulated(true), &simulated(false));
    jo.types(PHRASE);
    jo.answers("Enter looks again", "");
    jo.sees("Enter looks again");
    place.edit_site(SITE, &simulated(false), &simulated(true));
    jo.types("");
    jo.sees("shown, and acknowledged, once more");
    // All of it again, and the phrase.
    jo.sees("mail is simulated on this site");
    jo.sees(&format!("Type `{PHRASE}`"));
    jo.types("");
    let all = jo.ends(20);
    assert!(all.contains("was not acknowledged") && !all.contains("now press"), "{all}");
    assert!(!place.run(&["log", PLAN, "--site", SITE]).out.contains("barrier"));
}
