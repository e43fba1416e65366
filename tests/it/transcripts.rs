//! Every console block of README.md, of `docs/*.md` and of `tests/cmd/*.md` is run, in order, in a folder that holds the example under
//! `plans/`, backups under `backups/`, the site as it moved under `plans/moved/`, before and after a test purchase under
//! `plans/bought/`, live as a run left it and two days later under `plans/switched/`, a plan of an earlier version under `plans/earlier/`, and what README shows: a plan without one timer
//! (`plans/no-timer.yaml`), one with two slips and without a decision (`plans/slips.yaml`), and a site that lacks only that change (`plans/timer-left.site.ndjson`), and an inventory
//! (`plans/bloom.inventory.ndjson`), and an adapter with mistakes (`plans/mistaken.adapter.yaml`); under `weekend/` a plan whose window is on a
//! Saturday, beside a `plan.toml` that makes an error of that, under `first-day/` a plan of five lines, and under `agency/` the example beside the rules
//! that `docs/own-rules.md` shows. The page about CI is run in what a
//! clone of the example's repository would have.
//! It must print what the block says. `UPDATE_SNAPSHOTS=1 cargo test --test it transcripts::` writes the blocks.
//!
//! A block is one or more `$ plan …` lines, each followed by what it prints: standard output, then standard error, then
//! `? CODE` where the exit code is not 0. Times of day are shown as `[TIME]`, the clock as `[NOW]`, the
//! system as `[SYSTEM]`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::place::Edited;
use amc_plan::change::lower;
use amc_plan::model::population::Questions;
use amc_plan::model::state::Kind;
use amc_plan::site::Site;
use amc_plan::site::file::FileSite;
use amc_plan::text::{Limits, Source, compose};

/// An adapter with mistakes.
const MISTAKEN: &str = "version: 1
name: bloom
about: Where this site keeps its mail settings.
objects:
  mail:
    evidence: observed
    source: the site's inventory of 2026-11-29
    from: {option: shop_mail}
    fields:
      transprt: {at: /by}
      simulated: {at: /api_token, as: yes-no}
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs one command line and gives what it printed.
fn run(line: &str, folder: &Path, state: &Path) -> String {
    let words: Vec<String> = shell_words(line);
    assert_eq!(words.first().map(String::as_str), Some("plan"), "only `plan` is run: {line}");
    let output = crate::place::program()
        .args(&words[1..])
        .current_dir(folder)
        .env_clear()
        .env("PLAN_STATE_HOME", state)
        .env("COLUMNS", "100")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    crate::published::hold(&words[1..].iter().map(String::as_str).collect::<Vec<_>>(), folder, &out);
    let mut text = out + &String::from_utf8(output.stderr).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        code => text.push_str(&format!("? {}\n", code.map_or("killed".to_owned(), |code| code.to_string()))),
    }
    without_system(&without_clock(&without_times(&text)))
}

/// Words of a command line; double quotes hold blanks together.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The clock's times are of this hour, or have parts of a second; the example's own are neither, and stay.
fn without_clock(text: &str) -> String {
    let is_of_now = |at: jiff::Timestamp| jiff::Timestamp::now().duration_since(at).unsigned_abs().as_secs() < 3600;
    let of_the_clock = |word: &str| word.parse::<jiff::Timestamp>().is_ok_and(|at| word.contains('.') || is_of_now(at));
    let word = |word: &str| if of_the_clock(word) { "[NOW]".to_owned() } else { word.to_owned() };
    text.split('\n').map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// A bundle names the system that it was made on.
fn without_system(text: &str) -> String {
    text.replace(&format!(" on {} {}\n", std::env::consts::OS, std::env::consts::ARCH), " on [SYSTEM]\n")
}

/// The names of journals hold the time of the run.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(".journal.2") {
        let (before, after) = rest.split_at(at + ".journal.".len());
        out.push_str(before);
        out.push_str("[TIME]");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == 'T' || c == 'Z');
    }
    out + rest
}

/// A folder of backups: a database dump with 300 users, the same cut short, and an archive of files.
fn backups(folder: &Path) {
    let table = |name: &str, rows: &str| {
        format!("CREATE TABLE `wp_{name}` (`ID` bigint(20));\nINSERT INTO `wp_{name}` VALUES {rows};\n")
    };
    let users: Vec<String> = (1..=300).map(|id| format!("({id})")).collect();
    let dump = format!(
        "-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB\n{}{}{}-- Dump completed on 2026-11-21  6:05:00\n",
        table("options", "(1,'home','https://bloom.example','yes')"),
        table("usermeta", "(1)"),
        table("users", &users.join(","))
    );
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("live.sql"), &dump).unwrap();
    fs::write(folder.join("cut.sql"), &dump[..dump.len() / 2]).unwrap();
    fs::write(folder.join("files.zip"), "an archive").unwrap();
}

/// A plan as an earlier version of the format wrote it.
fn earlier(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let plan = root().join("tests/earlier/past-the-barrier/bloom-coaching.yaml");
    fs::copy(plan, folder.join("earlier.yaml")).unwrap();
}

/// The site as others left it: `beside` in what nothing reads, `read` in what rules read and a change is on.
fn moved(plans: &Path, folder: &Path) {
    let names = ["bloom-coaching.site.ndjson", "bloom-coaching.population.ndjson"];
    let [site, population] = names.map(|name| fs::read_to_string(plans.join(name)).unwrap());
    fs::create_dir(folder).unwrap();
    for (name, edits) in [
        ("beside", &[(r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#)][..]),
        (
            "read",
            &[
                (
                    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
                    r#""key":"hello-dolly/hello.php","version":"1.7.3","active":true"#,
                ),
                (
                    r#""key":"group-coaching-payment-plan","id":"12""#,
                    r#""key":"group-coaching-payment-plan","id":"77""#,
                ),
            ],
        ),
    ] {
        let mut text = site.clone();
        for (old, new) in edits {
            text = text.edited_once(old, new);
        }
        fs::write(folder.join(format!("{name}.site.ndjson")), amc_plan::site::file::seal(&text).unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.population.ndjson")), &population).unwrap();
    }
}

/// The site before the switch, as read before anything was put on record, and after a test purchase by contact 90001.
fn bought(plans: &Path, folder: &Path) {
    let names = ["bloom-coaching.site.ndjson", "bloom-coaching.population.ndjson"];
    let [site, population] = names.map(|name| fs::read_to_string(plans.join(name)).unwrap());
    fs::create_dir(folder).unwrap();
    let (head, records) = population.split_once('\n').unwrap();
    let test = r#"{"kind":"contact","key":"90001","email":"tess@nowhere.example","tags":["Group_Coaching_Base_Access"]}
{"kind":"order","key":"9001","contact":"90001","form":"group-coaching-checkout","total":"497.00 USD","status":"Success","transaction":"pi_test"}
"#;
    for (name, year, population) in
        [("before", "2020", population.clone()), ("after", "2021", format!("{head}\n{test}{records}"))]
    {
        let path = folder.join(format!("{name}.site.ndjson"));
        fs::write(&path, site.edited_once("2026-11-21T06:12:00Z", &format!("{year}-11-21T06:12:00Z"))).unwrap();
        let beside = folder.join(format!("{name}.population.ndjson"));
        fs::write(&beside, population.edited_once("2026-11-21T06:12:00Z", &format!("{year}-11-21T06:12:00Z"))).unwrap();
        amc_plan::site::file::seal_file(&beside).unwrap();
        amc_plan::site::file::seal_file(&path).unwrap();
    }
}

/// The example's plan with two slips, one of which hides what the other is in, and without a decision.
fn slips(plans: &Path) {
    let text = fs::read_to_string(plans.join("bloom-coaching.yaml")).unwrap();
    let text = text
        .edited_once("\norder_forms:", "\norder_froms:")
        .edited_once("{release: [foundations]}", "{release: [foundatoins]}");
    let text = text.edited_once("    members_between_modules: complete-by-hand\n", "");
    fs::write(plans.join("slips.yaml"), text).unwrap();
    fs::copy(plans.join("bloom-coaching.record.ndjson"), plans.join("slips.record.ndjson")).unwrap();
}

/// The example's plan without the timer of one module, and the example's site once everything but that timer is in place.
fn one_timer(plans: &Path) {
    slips(plans);
    let [plan, site] = ["bloom-coaching.yaml", "bloom-coaching.site.ndjson"].map(|name| plans.join(name));
    let text = fs::read_to_string(&plan).unwrap();
    let without = text.edited_once("{module: Money, release: 7 days after previous}", "{module: Money}");
    fs::write(plans.join("no-timer.yaml"), without).unwrap();
    fs::copy(plans.join("bloom-coaching.record.ndjson"), plans.join("no-timer.record.ndjson")).unwrap();
    let left = plans.join("timer-left.site.ndjson");
    fs::copy(site, &left).unwrap();
    fs::copy(plans.join("bloom-coaching.population.ndjson"), plans.join("timer-left.population.ndjson")).unwrap();
    let (tree, _) = compose(&Source::new("plan", text), &Limits::default());
    let plan = amc_plan::shape::plan(&tree.unwrap()).0;
    let mut site = FileSite::open(&left).unwrap();
    let changes = lower(&plan, &site.read(&Questions::default()).unwrap().snapshot).changes;
    for change in changes.iter().filter(|change| change.on.kind != Kind::Offering) {
        site.execute(change).unwrap();
    }
}

/// The example's plan with a window on a Saturday, where that is an error.
fn weekend(plans: &Path, folder: &Path) {
    let plan = fs::read_to_string(plans.join("bloom-coaching.yaml")).unwrap();
    fs::create_dir(folder).unwrap();
    let plan = plan.edited_once("2026-12-02 06:00 Europe/Berlin", "2026-12-05 06:00 Europe/Berlin");
    fs::write(folder.join("switch.yaml"), plan).unwrap();
    fs::write(folder.join("plan.toml"), "[rules]\nraise = {support-closed-in-window = \"error\"}\n").unwrap();
}

/// The example beside the rules of one's own that their page shows.
fn agency(folder: &Path) {
    amc_plan::example::write(folder, amc_plan::example::SEED).unwrap();
    let page = fs::read_to_string(root().join("docs/own-rules.md")).unwrap();
    let rules = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    fs::write(folder.join("rules.yaml"), rules).unwrap();
}

/// Takes away what git ignores, as `init` tells it: a clone has none of it.
pub(crate) fn as_cloned(plans: &Path) {
    fs::remove_dir_all(plans.join("private")).unwrap();
    fs::remove_file(plans.join("bloom-coaching.population.ndjson")).unwrap();
}

/// The document with every console block as it runs now.
fn rerun(document: &str, in_a_clone: bool) -> String {
    // What one document has imported is captured in it alone.
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    amc_plan::example::write(&folder.path().join("plans"), amc_plan::example::SEED).unwrap();
    backups(&folder.path().join("backups"));
    moved(&folder.path().join("plans"), &folder.path().join("plans/moved"));
    bought(&folder.path().join("plans"), &folder.path().join("plans/bought"));
    crate::looked_again::verb::two_days(&folder.path().join("plans"), &folder.path().join("plans/switched"));
    earlier(&folder.path().join("plans/earlier"));
    one_timer(&folder.path().join("plans"));
    weekend(&folder.path().join("plans"), &folder.path().join("weekend"));
    agency(&folder.path().join("agency"));
    fs::create_dir(folder.path().join("first-day")).unwrap();
    fs::write(folder.path().join("first-day/switch.yaml"), crate::fit::FIRST_DAY).unwrap();
    fs::write(folder.path().join("plans/bloom.inventory.ndjson"), crate::inventory::sample()).unwrap();
    fs::write(folder.path().join("plans/mistaken.adapter.yaml"), MISTAKEN).unwrap();
    if in_a_clone {
        as_cloned(&folder.path().join("plans"));
    }
    let mut out = String::new();
    // The fence of the block that is open: longer than any inside it.
    let mut fence: Option<&str> = None;
    for line in document.lines() {
        let opens = line.strip_suffix("console").filter(|ticks| ticks.len() > 2 && ticks.chars().all(|c| c == '`'));
        match (fence, opens) {
            (None, _) => {
                fence = opens;
                out.extend([line, "\n"]);
            }
            (Some(open), _) if line == open => {
                fence = None;
                out.extend([line, "\n"]);
            }
            (Some(_), _) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    out.extend([line, "\n"]);
                    out.push_str(&run(command, folder.path(), state.path()));
                }
            }
        }
    }
    out
}

fn documents() -> Vec<PathBuf> {
    let mut all = crate::docs::pages();
    all.extend(fs::read_dir(root().join("tests/cmd")).unwrap().map(|entry| entry.unwrap().path()));
    all.sort();
    all
}

#[test]
fn every_console_block_prints_what_stands_there() {
    let mut stale = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let now = rerun(&text, path.ends_with("docs/ci.md"));
        if now != text {
            if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
                fs::write(&path, now).unwrap();
            } else {
                let first = text.lines().zip(now.lines()).find(|(a, b)| a != b);
                stale.push(format!("{}: {first:?}", path.display()));
            }
        }
    }
    assert_eq!(
        stale,
        Vec::<String>::new(),
        "run UPDATE_SNAPSHOTS=1 cargo test --test it transcripts::, and read the difference"
    );
}
