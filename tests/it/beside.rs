//! What lies beside a plan and came with somebody's repository: links, pipes, and a record that a hand wrote.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::common::{copy_of_plans, plan};
use crate::place::{Edited, PLAN, Place, SITE};

const RECORD: &str = "bloom-coaching.record.ndjson";

fn fifo(place: &Place, name: &str) {
    assert!(Command::new("mkfifo").arg(place.path(name)).status().unwrap().success());
}

/// Refused by its name, or named in a finding, and never waited for.
#[test]
fn neither_a_link_nor_a_pipe_beside_a_plan_is_read() {
    for name in [RECORD, "plan.toml", "bloom-coaching.rehearsal.json", "private/bloom-coaching.contacts.yaml"] {
        for target in ["../outside", "/dev/stdin", "pipe"] {
            let place = Place::new();
            fifo(&place, "pipe");
            drop(fs::remove_file(place.path(name)));
            symlink(target, place.path(name)).unwrap();
            let runs = [
                place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]),
                place.run(&["runbook", PLAN, "--out", "page.html"]),
            ];
            let said = runs.map(|ran| ran.out + &ran.err).concat();
            assert!(said.contains("is a link"), "{name} -> {target}: {said}");
        }
        let place = Place::new();
        drop(fs::remove_file(place.path(name)));
        fifo(&place, name);
        let runs = [
            place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]),
            place.run(&["runbook", PLAN, "--out", "page.html"]),
        ];
        let said = runs.map(|ran| ran.out + &ran.err).concat();
        assert!(said.contains("not a regular file"), "{name}: {said}");
    }
}

#[test]
fn a_site_and_its_population_are_read_through_links_and_never_written() {
    let (place, own) = (Place::new(), tempfile::tempdir().unwrap());
    let population = "bloom-coaching.population.ndjson";
    let there = |name: &str| own.path().join(name);
    for name in [SITE, population] {
        fs::rename(place.path(name), there(name)).unwrap();
        symlink(there(name), place.path(name)).unwrap();
    }
    let check = |place: &Place| place.run(&["check", PLAN, "--site", SITE]);
    check(&place).ends(0, &[]);
    let digest = place.digest();
    let before = [SITE, population].map(|name| fs::read(there(name)).unwrap());
    place.confirm(&digest).ends(3, &["is a link, and a run writes to the site", "name the file itself: `--site /"]);
    place.run(&["snapshot", "finalize", SITE]).ends(3, &["it is a link, and nothing is written through one"]);
    assert_eq!([SITE, population].map(|name| fs::read(there(name)).unwrap()), before);
    // A repository's link to a population nobody named: it is followed as far as its own files.
    fs::create_dir(place.path(".git")).unwrap();
    check(&place).ends(3, &[population, "is a link that leads out of the repository"]);
    fs::remove_file(place.path(population)).unwrap();
    fs::create_dir(place.path("kept")).unwrap();
    fs::rename(there(population), place.path("kept/members")).unwrap();
    symlink("kept/members", place.path(population)).unwrap();
    check(&place).ends(0, &[]);
    for (target, said) in [("../nothing", "it is a link whose target does not exist"), ("kept", "not a regular file")] {
        fs::remove_file(place.path(SITE)).unwrap();
        symlink(target, place.path(SITE)).unwrap();
        check(&place).ends(3, &[said]);
    }
    fifo(&place, "pipe");
    fs::remove_file(place.path(SITE)).unwrap();
    symlink("pipe", place.path(SITE)).unwrap();
    check(&place).ends(3, &["not a regular file"]);
}

#[test]
fn a_diff_where_nothing_may_be_written_is_shown_and_says_what_cannot_be_confirmed() {
    let place = Place::new();
    let digest = place.digest();
    fs::remove_dir_all(place.path(".plan")).unwrap();
    fs::write(place.path(".plan"), "in the way").unwrap();
    place.run(&["diff", PLAN, "--site", SITE]).ends(12, &["`.plan`"]);
    fs::remove_file(place.path(".plan")).unwrap();
    // No folder can be made by this name: as on a checkout that is read alone, whoever asks.
    let mut command = place.command(&["diff", PLAN, "--site", SITE]);
    command.env("PLAN_STATE_HOME", "/proc/nothing");
    let ran = crate::place::Ran::from(command.output().unwrap());
    ran.ends(0, &["attention: ", "so `apply` will not take this digest as confirmed"]);
    assert!(ran.out.contains(&digest[..12]));
    assert!(!place.path(".plan/confirmations.ndjson").exists());
    place.confirm(&digest).ends(12, &[]);
}

#[test]
fn init_writes_nothing_through_a_link() {
    for (link, target) in [("private", "../pub"), (".gitignore", "../ignored"), ("plan.schema.json", "../schema")] {
        let place = Place::new();
        let new = place.path("new");
        fs::create_dir(&new).unwrap();
        fs::create_dir(place.path("pub")).unwrap();
        symlink(target, new.join(link)).unwrap();
        place.run(&["init", "--site", SITE, "--out", "new/plan.yaml"]).ends(3, &[link, "is a link"]);
        assert_eq!(fs::read_dir(place.path("pub")).unwrap().count(), 0, "{link}");
        assert!(!place.path("ignored").exists() && !place.path("schema").exists(), "{link}");
    }
}

#[test]
fn no_file_that_is_named_is_waited_for() {
    let place = Place::new();
    fifo(&place, "pipe");
    let verbs: [&[&str]; 8] = [
        &["check", "pipe", "--no-site"],
        &["check", PLAN, "--site", "pipe"],
        &["check", PLAN, "--snapshot", "pipe"],
        &["apply", PLAN, "--site", SITE, "--seal", "pipe", "--no-input"],
        &["verify", PLAN, "--after", "pipe"],
        &["init", "--site", "pipe", "--out", "new.yaml"],
        &["record", "verification", "pipe", "--plan", PLAN, "--who", "jo", "--host", "staging.bloom.example"],
        &["runbook", PLAN, "--out", "pipe"],
    ];
    for verb in verbs {
        let ran = place.run(verb);
        assert!(matches!(ran.code, Some(2 | 3)), "{verb:?}: {ran:#?}");
        assert!(!ran.err.contains("Usage: plan"), "{verb:?} names no file at all: {ran:#?}");
    }
}

#[test]
fn a_line_of_a_record_that_a_hand_wrote_is_never_green() {
    let of = |old: &str, new: &str| {
        let place = Place::new();
        place.edit(RECORD, old, new);
        place.run(&["check", PLAN, "--site", SITE])
    };
    let refused = of(r#""version":1"#, r#""version":2"#);
    refused.ends(3, &["line 1: it is of version 2, and this build reads 1"]);
    for (old, new, said) in [
        (r#""who":"jo""#, r#""who":"""#, "does not name who recorded it"),
        (r#""who":"jo""#, r#""who":"eve""#, "is by `eve`, who is not among the plan's `people`"),
        (r#""at":"2026"#, r#""at":"2099"#, "which is in the future"),
        (r#""at":"2026"#, r#""at":"no"#, "is of an invalid time"),
        (r#""taken_at":"2026"#, r#""taken_at":"2099"#, "a backup made at 2099-11-21T05:10:00Z, which is in the future"),
        ("RP-4471", " ", "is a restore point without a name"),
        (r#""parts":["files","database"]"#, r#""parts":[]"#, "is a backup that names no part"),
    ] {
        let ran = of(old, new);
        assert_eq!(ran.code, Some(1), "{new}: {ran:#?}");
        let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("record-line-wrong") && ran.out.contains("line 1 of the record"), "{new}: {words}");
        assert!(ran.out.replace('\n', " ").contains(said) || words.contains(said), "{new}: {words}");
    }
}

#[test]
fn a_plan_cannot_ask_for_a_backup_of_any_age() {
    let place = Place::new();
    place.edit(PLAN, "no_older_than: 2h", "no_older_than: 3650d");
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.out.contains("wrong-value") && ran.out.contains("seven days"), "{ran:#?}");
}

#[test]
fn mail_is_delivered_to_addresses_alone() {
    for (only, fits) in [
        ("[qa@agency.example, QA@münchen.example]", true),
        ("['*@agency.example']", true),
        ("[qa]", false),
        ("['@agency.example']", false),
        ("['a@agency.example, b@agency.example']", false),
        ("['QA <qa@agency.example>']", false),
    ] {
        let place = Place::new();
        place.edit(PLAN, "[qa@agency.example]", only);
        let ran = place.run(&["check", PLAN, "--site", SITE]);
        assert_eq!(ran.code, Some(i32::from(!fits)), "{only}: {ran:#?}");
        assert_eq!(ran.out.contains("wrong-value") && ran.out.contains("write it like `"), !fits, "{only}: {ran:#?}");
    }
}

/// What `check`, `diff` and `verify` say of the example's site, read at another time.
fn said_of(place: &Place, more: &[&str], reading: &str) -> (i32, String) {
    let ran = place.run(&[&["check", PLAN, reading, SITE, "--format", "concise"], more].concat());
    (ran.code.unwrap(), ran.out + &ran.err)
}

#[test]
fn a_reading_of_long_ago_is_never_green_without_a_word() {
    for (taken_at, said, ends, applied) in [
        ("2024-11-21T06:12:00Z", "read at 2024-11-21T06:12:00Z, longer ago than the 24h of `max_age`", 0, 12),
        ("2099-11-21T06:12:00Z", "by this machine's clock is in the future", 1, 10),
    ] {
        let place = Place::new();
        for file in ["bloom-coaching.population.ndjson", SITE] {
            place.edit(file, r#""taken_at":"2026-11-21T06:12:00Z""#, &format!(r#""taken_at":"{taken_at}""#));
            place.run(&["snapshot", "finalize", file]).ends(0, &[]);
        }
        for reading in ["--site", "--snapshot"] {
            let (code, out) = said_of(&place, &[], reading);
            assert_eq!(code, ends, "{reading}: {out}");
            assert!(out.contains("warning[reading-old]") && out.contains(said), "{reading}: {code} {out}");
            // Nothing but the age of the reading is an error of it.
            let (_, live) = said_of(&place, &["--on", "live"], reading);
            let severity = if reading == "--snapshot" { "error[reading-old]" } else { "warning[reading-old]" };
            assert!(live.contains(severity), "{reading}: {live}");
        }
        place.run(&["diff", PLAN, "--site", SITE]).ends(0, &["attention: the site was read at", said]);
        place.apply(&["--no-input"]).ends(applied, &[said]);
        let verified = place.run(&["verify", PLAN, "--after", SITE]);
        assert!(verified.out.contains(said), "{verified:#?}");
    }
}

#[test]
fn how_old_a_reading_may_be_is_set_in_the_settings_within_bounds() {
    let place = Place::new();
    let hours_ago = |hours: i64| (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours)).to_string();
    let mut taken_at = "2026-11-21T06:12:00Z".to_owned();
    for (settings, hours, is_old) in [
        ("", 23, false),
        ("", 25, true),
        ("max_age = \"2d\"\n", 47, false),
        ("max_age = \"2d\"\n", 49, true),
        ("max_age = \"90m\"\n", 2, true),
    ] {
        let earlier = hours_ago(hours);
        place.edit_site(SITE, &format!(r#""taken_at":"{taken_at}""#), &format!(r#""taken_at":"{earlier}""#));
        taken_at = earlier;
        fs::write(place.path("plan.toml"), settings).unwrap();
        let (_, out) = said_of(&place, &[], "--site");
        assert_eq!(out.contains("reading-old"), is_old, "{settings} {hours}: {out}");
    }
    for wrong in ["\"8d\"", "\"0h\"", "\"3650d\"", "\"-1h\"", "24", "\"\"", "\"99999999999d\""] {
        fs::write(place.path("plan.toml"), format!("max_age = {wrong}\n")).unwrap();
        place.run(&["check", PLAN, "--site", SITE]).ends(3, &["plan.toml`, line 1"]);
    }
}

#[test]
fn a_reading_of_no_time_is_none() {
    let place = Place::new();
    place.edit(SITE, r#""taken_at":"2026-11-21T06:12:00Z""#, r#""taken_at":"soon""#);
    let said = ["line 1: `taken_at` is not a time, so nobody knows when the site was read", "2026-11-21T06:12:00Z"];
    for verb in
        [&["check", PLAN, "--site", SITE][..], &["verify", PLAN, "--after", SITE], &["snapshot", "finalize", SITE]]
    {
        place.run(verb).ends(3, &said);
    }
}

#[test]
fn members_who_were_read_at_no_time_are_none() {
    const POPULATION: &str = "bloom-coaching.population.ndjson";
    let said =
        ["`bloom-coaching.population.ndjson`, line 1: `taken_at` is not a time", "write it as 2026-11-21T06:12:00Z"];
    for taken_at in ["soon", "", "2026-11-21", "2026-11-21T06:12:00"] {
        let place = Place::new();
        place.edit(POPULATION, r#""taken_at":"2026-11-21T06:12:00Z""#, &format!(r#""taken_at":"{taken_at}""#));
        let as_it_was = place.read(POPULATION);
        place.run(&["snapshot", "finalize", POPULATION]).ends(3, &["line 1: `taken_at` is not a time", said[1]]);
        assert_eq!(place.read(POPULATION), as_it_was);
        for verb in [
            &["check", PLAN, "--site", SITE][..],
            &["diff", PLAN, "--site", SITE],
            &["verify", PLAN, "--after", SITE],
            &["contacts", "suggest", PLAN, "--site", SITE],
        ] {
            place.run(verb).ends(3, &said);
        }
    }
    let place = Place::new();
    place.edit(POPULATION, "2026-11-21T06:12:00Z", "2026-11-21 06:12:00Z");
    place.run(&["snapshot", "finalize", POPULATION]).ends(3, &["line 1: `taken_at` is not an RFC 3339 time"]);
}

#[test]
fn members_who_were_read_in_the_future_are_red_or_said_to_be() {
    const POPULATION: &str = "bloom-coaching.population.ndjson";
    let place = Place::new();
    place.edit(POPULATION, r#""taken_at":"2026-11-21T06:12:00Z""#, r#""taken_at":"2099-11-21T06:12:00Z""#);
    for file in [POPULATION, SITE] {
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
    }
    let (code, out) = said_of(&place, &[], "--site");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("error[population-out-of-step] the population was read 2099-11-21T06:12:00Z"), "{out}");
}

#[test]
fn a_record_of_many_wrong_lines_is_counted() {
    let place = Place::new();
    place.run(&["diff", PLAN, "--site", SITE]).ends(0, &[]);
    let first = place.read(RECORD).trim_end().to_owned();
    let mut lines = vec![first];
    for _ in 0..100 {
        let previous = amc_plan::model::digest::of_bytes(lines.last().unwrap().as_bytes());
        let mut line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        (line["who"], line["previous"]) = ("eve".into(), previous.into());
        lines.push(line.to_string());
    }
    fs::write(place.path(RECORD), lines.join("\n") + "\n").unwrap();
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    assert_eq!(ran.out.matches("error[record-line-wrong]").count(), 21, "{ran:#?}");
    assert!(ran.out.contains("80 more lines of the record are wrong"), "{ran:#?}");
}

/// Whatever git left undecided is named with its line, in each of the files, and never taken for something else.
#[test]
fn a_merge_conflict_is_named_in_every_file() {
    let conflict = |text: &str| {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        format!("{first}\n<<<<<<< HEAD\n{rest}=======\n{rest}>>>>>>> theirs\n")
    };
    let contacts = "private/bloom-coaching.contacts.yaml";
    for (name, place_of_it) in [
        (PLAN, "bloom-coaching.yaml:2:1: error[merge-conflict] a merge conflict is not resolved here"),
        (contacts, "bloom-coaching.contacts.yaml:2:1: error[merge-conflict] a merge conflict is not resolved here"),
        (SITE, "`bloom-coaching.site.ndjson`, line 2: a merge conflict is not resolved here"),
        ("bloom-coaching.population.ndjson", "`bloom-coaching.population.ndjson`, line 2: a merge conflict is not"),
        (RECORD, "`bloom-coaching.record.ndjson`, line 2: a merge conflict is not resolved here"),
        ("plan.toml", "`plan.toml`: a merge conflict is not resolved here, in line 2: keep one of the two"),
    ] {
        let place = Place::new();
        let text = fs::read_to_string(place.path(name)).unwrap_or_else(|_| "max_age = \"24h\"\n".to_owned());
        fs::write(place.path(name), conflict(&text)).unwrap();
        let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(place_of_it) && ran.code != Some(0), "{name}: {said}");
    }
    for name in [SITE, "bloom-coaching.population.ndjson"] {
        let place = Place::new();
        fs::write(place.path(name), conflict(&place.read(name))).unwrap();
        place.run(&["snapshot", "finalize", name]).ends(3, &["line 2: a merge conflict is not resolved here"]);
    }
}

#[test]
fn a_misfit_inside_a_contact_is_said_alone_and_the_rest_is_compared() {
    let folder = copy_of_plans();
    let file = folder.path().join("private/bloom-coaching.contacts.yaml");
    let good = std::fs::read_to_string(&file).unwrap();
    let iris = "\"iris.vanderlinde2@post.example\"\n  tags: [";
    let said = |text: String| {
        std::fs::write(&file, text).unwrap();
        let args = ["check", "bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson", "--format", "concise"];
        let out = plan(folder.path(), &args).out;
        out.lines()
            .filter(|line| line.contains("error["))
            .map(|line| line[line.find("error[").unwrap()..].to_owned())
            .collect()
    };
    let one = |passage: &str, other: &str| -> Vec<String> { said(good.edited_once(passage, other)) };
    assert_eq!(
        one(r#"["5014", "#, "[5014, "),
        ["error[wrong-type] `10079/orders/0` must be text, not a number"],
        "its orders are not said to differ"
    );
    assert_eq!(
        one("  email: \"iris", "  phone: \"1\"\n  email: \"iris"),
        ["error[unknown-key] unknown key `…` in `10019`"]
    );
    assert_eq!(one("  email: \"iris", "  emial: \"iris"), ["error[unknown-key] unknown key `emial` in `10019`"]);
    assert_eq!(
        one("\"10019\":\n", "\"10019\": none\n\"1\":\n")[..1],
        ["error[wrong-type] `10019` must be a mapping, not text"]
    );
    let two = said(
        good.edited_once(iris, "\"iris.vanderlinde2@post.example\"\n  tags: Gold\n  orders: [")
            .edited_once("\"Iris\"", "\"Irma\""),
    );
    let wrong = [
        "error[contact-differs] contact `10019` differs from the site in first name and orders",
        "error[wrong-type] `10019/tags` must be a list, not text",
    ];
    assert_eq!(two, wrong, "what fits is compared");
}
