//! `plan record backup` and what becomes of it at the gate: dumps of a real MariaDB, and files that change afterwards.
//!
//! The real one needs Debian 12 (see tests/staging/README.md); `PLAN_WITHOUT_STAGING=1` leaves that test out.

#[allow(dead_code, reason = "this asks the database and not the site")]
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::place::Edited;
use crate::staging::Staging;
use amc_plan::dump::{Contents, look};
use amc_plan::model::record::DumpEnding;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

const SITE: [&str; 3] = ["bloom-coaching.yaml", "--site", "bloom-coaching.site.ndjson"];

fn plan(folder: &Path, words: &[&str]) -> Output {
    crate::place::program().args(words).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// Records a backup of the example's hour.
fn record(folder: &Path, words: &[&str]) -> Output {
    let fixed = ["--taken-at", "2026-11-21T05:10:00Z", "--stored-off-server", "--plan", SITE[0], "--who", "jo"];
    plan(folder, &[&["record", "backup"], words, &fixed].concat())
}

/// The errors of a check, the verdict, and the number of facts that are captured and that stand by word.
fn check(folder: &Path, words: &[&str]) -> (Vec<String>, String, u64, u64) {
    let output = plan(folder, &[&["check"], &SITE[..], words, &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let errors = report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error" && f["due"] == true);
    let count = |grade: &str| report["evidence"][grade].as_u64().unwrap();
    (
        errors.map(|f| f["rule"].as_str().unwrap().to_owned()).collect(),
        report["verdict"].as_str().unwrap().to_owned(),
        count("captured"),
        count("attested"),
    )
}

/// The example with its plan, site and population; its 240 contacts need as many users.
fn example() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    amc_plan::example::write(folder.path(), amc_plan::example::SEED).unwrap();
    folder
}

pub(crate) fn dump(prefixes: &[&str], users: usize) -> String {
    let rows: Vec<String> = (0..users).map(|id| format!("({id},'a\\'),(')")).collect();
    let mut text = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n".to_owned();
    for prefix in prefixes {
        for (table, rows) in [
            ("options", "(1,'home','https://bloom.example','yes')"),
            ("usermeta", "(1)"),
            ("users", rows.join(",").as_str()),
        ] {
            text +=
                &format!("CREATE TABLE `{prefix}{table}` (`ID` int);\nINSERT INTO `{prefix}{table}` VALUES {rows};\n");
        }
    }
    text + "-- Dump completed on 2026-11-21  5:10:00\n"
}

// ---- a real MariaDB ---------------------------------------------------------------------------------------------

struct Database {
    socket: String,
}

impl Database {
    fn run(&self, program: &str, words: &[&str]) -> Vec<u8> {
        let output = Command::new(format!("/usr/bin/{program}"))
            .args(["--no-defaults", "--user=root", "--default-character-set=utf8mb4", &self.socket])
            .args(words)
            .output()
            .unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn dump(&self, options: &[&str]) -> Vec<u8> {
        self.run("mariadb-dump", options)
    }
}

fn read(mut bytes: &[u8]) -> Contents {
    look(&mut bytes).unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut packed, bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn what_mariadb_dump_writes_is_counted_as_the_database_counts() {
    let Some(staging) = Staging::up(&["--users", "40"]) else { return };
    let database = Database { socket: format!("--socket={}", staging.dir().join("db.sock").display()) };
    let sql = [
        r#"INSERT INTO wp_users (user_login, display_name, user_url) VALUES
            ('n1', 'a),(\'b\'', '\\'), ('n2', '-- Dump completed', '/*'), ('n3', 'x\n-- y;\n', '`'), ('n4', '"),("', '\\\'')"#,
        "CREATE TABLE wp_aal_user_tags (id int)",
        "CREATE VIEW wp_bp_users AS SELECT * FROM wp_users",
        "CREATE TRIGGER t AFTER INSERT ON wp_posts FOR EACH ROW BEGIN INSERT INTO wp_users (ID) VALUES (1),(2); END",
        "CREATE PROCEDURE p() BEGIN INSERT INTO wp_users VALUES (1),(2); /* it's */ -- isn't\n END",
    ];
    for statement in sql {
        database.run("mariadb", &["wordpress", "--delimiter=//", "-e", statement]);
    }
    let count = database.run("mariadb", &["wordpress", "-N", "-e", "SELECT COUNT(*) FROM wp_users"]);
    let users: u64 = String::from_utf8(count).unwrap().trim().parse().unwrap();
    assert!(users > 40, "{users}");

    let ways: [&[&str]; 8] = [
        &["wordpress"],
        &["--skip-extended-insert", "wordpress"],
        &["--complete-insert", "--insert-ignore", "wordpress"],
        &["--hex-blob", "--single-transaction", "--routines", "--triggers", "wordpress"],
        &["--replace", "--skip-opt", "--create-options", "wordpress"],
        &["--compatible=ansi", "wordpress"],
        &["--skip-dump-date", "--quote-names=0", "wordpress"],
        &["--databases", "wordpress"],
    ];
    for way in ways {
        let contents = read(&database.dump(way));
        let dump = contents.dump(None).unwrap();
        assert_eq!((dump.users, dump.ending, dump.lacks.len()), (users, DumpEnding::Whole, 0), "{way:?}");
        assert_eq!(dump.accessally_tables, 1, "{way:?}");
        let prefix = if way[0] == "--databases" { "wordpress.wp_" } else { "wp_" };
        assert_eq!(dump.prefix.as_deref(), Some(prefix), "{way:?}");
        // WordPress goes by `wp-config.php`, which has the port too.
        assert_eq!(contents.sites[prefix].home.as_deref(), Some("http://127.0.0.1"), "{way:?}");
    }
    let everything = read(&database.dump(&["--all-databases"]));
    assert_eq!(everything.dump(None).unwrap().users, users, "the server's own databases are no sites");

    for silent in ["--skip-comments", "--compact"] {
        let silent = read(&database.dump(&[silent, "wordpress"]));
        assert_eq!((silent.ending, silent.sites["wp_"].users), (DumpEnding::NotProven, users));
    }
    let bare = read(&database.dump(&["--no-data", "wordpress"]));
    assert_eq!((bare.ending, bare.sites["wp_"].users), (DumpEnding::Whole, 0));
    let rows = read(&database.dump(&["--no-create-info", "wordpress"])).dump(None).unwrap();
    assert_eq!(rows.lacks, ["users", "usermeta", "options"]);
    let some = read(&database.dump(&["wordpress", "wp_users", "wp_posts"])).dump(None).unwrap();
    assert_eq!(some.lacks, ["usermeta", "options"]);

    // Cut, packed or not, it is never whole; only within its first lines does it not even look like one.
    let whole = database.dump(&["wordpress"]);
    let marker = whole.windows(18).rposition(|at| at == b"-- Dump completed ").unwrap();
    for end in (0..marker).step_by(997).chain([marker, marker + 10]) {
        let ending = read(&whole[..end]).ending;
        assert!(matches!(ending, DumpEnding::Broken(_)) || end < 100, "cut at {end}: {ending:?}");
    }
    let gz = packed(&whole);
    for end in (10..gz.len()).step_by(gz.len() / 50).chain([gz.len() - 1]) {
        let mut text = std::io::BufReader::new(MultiGzDecoder::new(&gz[..end]));
        assert!(matches!(look(&mut text).unwrap().ending, DumpEnding::Broken(_)), "packing cut at {end}");
    }

    // And so for whoever runs it.
    let folder = example();
    fs::write(folder.path().join("live.sql.gz"), &gz).unwrap();
    fs::write(folder.path().join("cut.sql.zst"), {
        let zst = zstd::encode_all(whole.as_slice(), 3).unwrap();
        zst[..zst.len() / 2].to_vec()
    })
    .unwrap();
    let now = ["--plan", SITE[0], "--who", "jo"];
    // Another site's backup brings this one back to nobody.
    let other = plan(folder.path(), &[&["record", "backup", "live.sql.gz"], &now[..]].concat());
    assert_eq!(other.status.code(), Some(2), "{}", said(&other));
    for part in [
        "is a dump of `http://127.0.0.1`, and the plan's live site is https://bloom.example",
        &format!("`plan record backup live.sql.gz --plan {} --who jo --home http://127.0.0.1`", SITE[0]),
    ] {
        assert!(said(&other).contains(part), "{}", said(&other));
    }
    let elsewhere = ["--home", "https://third.example"];
    assert_eq!(
        plan(folder.path(), &[&["record", "backup", "live.sql.gz"], &elsewhere[..], &now[..]].concat()).status.code(),
        Some(2)
    );
    let good =
        plan(folder.path(), &[&["record", "backup", "live.sql.gz", "--home", "http://127.0.0.1"], &now[..]].concat());
    assert!(good.status.success() && said(&good).contains(&format!("users in `wp_users`: {users}")), "{}", said(&good));
    assert_eq!(check(folder.path(), &[]).0, ["backup-lacks-users"], "240 contacts are more");
    let cut = plan(folder.path(), &[&["record", "backup", "cut.sql.zst"], &now[..]].concat());
    assert!(said(&cut).contains("its compressed data is cut off"), "{}", said(&cut));
    assert_eq!(check(folder.path(), &[]).0, ["backup-truncated"]);
}

// ---- files ------------------------------------------------------------------------------------------------------

#[test]
fn a_dump_counts_as_captured_and_an_archive_as_word() {
    let folder = example();
    let by_word = check(folder.path(), &[]);
    assert_eq!((by_word.1.as_str(), by_word.3), ("green", 2), "a restore point is a person's word for both parts");
    fs::write(folder.path().join("live.sql.gz"), packed(dump(&["wp_"], 240).as_bytes())).unwrap();
    assert!(record(folder.path(), &["live.sql.gz"]).status.success());
    let dumped = check(folder.path(), &[]);
    assert_eq!((dumped.0.len(), dumped.1.as_str()), (0, "green"));
    assert_eq!((dumped.2, dumped.3), (by_word.2 + 2, 1), "the database and its end are captured; the files are not");
    fs::write(folder.path().join("site.zip"), "an archive").unwrap();
    assert!(record(folder.path(), &["site.zip", "--parts", "files,database"]).status.success());
    let archived = check(folder.path(), &[]);
    assert_eq!((archived.1, archived.2, archived.3), ("green".to_owned(), by_word.2, 2));
}

#[test]
fn the_recorded_file_is_read_again_where_the_folder_is_named() {
    let folder = example();
    let backups = folder.path().join("elsewhere");
    fs::create_dir(&backups).unwrap();
    let file = backups.join("live.sql");
    fs::write(&file, dump(&["wp_"], 250)).unwrap();
    assert!(record(folder.path(), &["live.sql", "--backup-dir", "elsewhere"]).status.success());
    let named = ["--backup-dir", "elsewhere"];
    let same = check(folder.path(), &named);
    assert_eq!((same.0.len(), same.1.as_str()), (0, "green"));
    assert_eq!(same.2, check(folder.path(), &[]).2 + 2, "the file is a fact more, and whether git tracks it");

    let other_end = dump(&["wp_"], 250).edited("5:10:00", "5:10:01");
    let grown = dump(&["wp_"], 251);
    for other in [Some(other_end), Some(grown), Some(String::new()), None] {
        match &other {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        assert_eq!(check(folder.path(), &named).0, ["backup-file-differs"], "{:?}", other.map(|text| text.len()));
        assert_eq!(check(folder.path(), &[]).1, "green", "without the folder the record counts as of its time");
    }
    // `plan.toml` names it as seen from the plan, and the command line has the last word.
    fs::write(folder.path().join("plan.toml"), "[backup]\nfolder = \"elsewhere\"\n").unwrap();
    assert_eq!(check(folder.path(), &[]).0, ["backup-file-differs"]);
    fs::create_dir(folder.path().join("third")).unwrap();
    fs::write(folder.path().join("third/live.sql"), dump(&["wp_"], 250)).unwrap();
    assert_eq!(check(folder.path(), &["--backup-dir", "third"]).1, "green");
    // Nothing is applied without it, confirmed or not.
    let apply = plan(folder.path(), &[&["apply"], &SITE[..], &["--no-input"]].concat());
    assert_eq!(apply.status.code(), Some(10), "{}", said(&apply));
    assert!(said(&apply).contains("backup-file-differs"), "{}", said(&apply));
    let apply = plan(folder.path(), &[&["apply"], &SITE[..], &["--no-input", "--backup-dir", "third"]].concat());
    assert_eq!(apply.status.code(), Some(12), "it gets past the gate: {}", said(&apply));
    let none = plan(folder.path(), &[&["check"], &SITE[..], &["--backup-dir", "fourth"]].concat());
    assert_eq!(none.status.code(), Some(3), "{}", said(&none));
}

#[test]
fn a_record_leads_nowhere_but_into_the_folder() {
    let folder = example();
    fs::create_dir(folder.path().join("backups")).unwrap();
    fs::write(folder.path().join("live.sql"), dump(&["wp_"], 250)).unwrap();
    assert!(record(folder.path(), &["./live.sql"]).status.success());
    let path = folder.path().join("bloom-coaching.record.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    for outside in ["../live.sql", "./live.sql", "..", "/dev/zero"] {
        fs::write(&path, text.edited("\"live.sql\"", &format!("\"{outside}\""))).unwrap();
        assert_eq!(check(folder.path(), &["--backup-dir", "backups"]).0, ["backup-file-differs"], "{outside}");
    }
    fs::copy(folder.path().join("live.sql"), folder.path().join("backups/live.sql")).unwrap();
    assert!(text.contains("\"users\":250"));
    fs::write(&path, text.edited("\"users\":250", "\"users\":9999")).unwrap();
    assert_eq!(check(folder.path(), &["--backup-dir", "backups"]).0, ["backup-file-differs"], "written by hand");
    fs::write(&path, &text).unwrap();
    assert_eq!(check(folder.path(), &["--backup-dir", "backups"]).1, "green");
    #[cfg(unix)]
    {
        fs::remove_file(folder.path().join("backups/live.sql")).unwrap();
        std::os::unix::fs::symlink("../live.sql", folder.path().join("backups/live.sql")).unwrap();
        assert_eq!(check(folder.path(), &["--backup-dir", "backups"]).0, ["backup-file-differs"], "a link");
    }
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let folder = example();
    let at = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let refuses = |words: &[&str], code: i32, what: &str| {
        let output = record(folder.path(), words);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", said(&output));
        assert!(said(&output).contains(what), "{words:?}: {}", said(&output));
    };
    at("two.sql", &dump(&["wp_", "blog_"], 240));
    at("none.sql", "-- nothing\n");
    at("empty.sql", "");
    at("site.zip", "an archive");
    let before = fs::read(folder.path().join("bloom-coaching.record.ndjson")).unwrap();
    refuses(&["two.sql"], 2, "give the prefix of this site's tables with `--prefix`: `blog_`, `wp_`");
    refuses(&["two.sql", "--prefix", "x_"], 2, "holds no site with the prefix `x_`");
    refuses(&["none.sql", "--prefix", "wp_"], 2, "no tables of a WordPress site");
    refuses(&["site.zip", "--parts", "files", "--prefix", "wp_"], 2, "look into");
    refuses(&["site.zip"], 2, "--parts");
    refuses(&["two.sql", "--prefix", "wp_", "--parts", "files"], 2, "does not hold the site's files");
    refuses(&["--restore-point", "RP-1"], 2, "--parts");
    refuses(&["empty.sql"], 3, "is empty");
    refuses(&["."], 3, "not a regular file");
    refuses(&["missing.sql"], 3, "cannot read");
    assert_eq!(fs::read(folder.path().join("bloom-coaching.record.ndjson")).unwrap(), before, "nothing was recorded");
    assert!(record(folder.path(), &["two.sql", "--prefix", "wp_"]).status.success());
    assert_eq!(check(folder.path(), &[]).1, "green");
}

#[test]
fn a_dump_that_nothing_proves_whole_is_unproven_whatever_somebody_says() {
    let folder = example();
    let silent: Vec<String> =
        dump(&["wp_"], 240).lines().filter(|line| !line.starts_with("--")).map(str::to_owned).collect();
    fs::write(folder.path().join("live.sql"), silent.join("\n")).unwrap();
    let output = record(folder.path(), &["live.sql"]);
    assert!(output.status.success() && said(&output).contains("not proven whole"), "{}", said(&output));
    let unproven = check(folder.path(), &[]);
    assert_eq!((unproven.0, unproven.1), (vec!["backup-truncated".to_owned()], "unproven".to_owned()));
    let shown = plan(folder.path(), &[&["check"], &SITE[..], &["--format", "json"]].concat());
    assert!(said(&shown).contains("without `--skip-comments`"), "{}", said(&shown));
    // What a dump holds nobody attests: the dump is made again.
    let word =
        ["record", "attest", "backup-truncated", "loaded into a test database", "--plan", SITE[0], "--who", "jo"];
    assert!(said(&plan(folder.path(), &word)).contains("`plan record attest` is gone"));
    assert_eq!(check(folder.path(), &[]).1, "unproven");
    fs::write(folder.path().join("live.sql"), dump(&["wp_"], 240)).unwrap();
    assert!(record(folder.path(), &["live.sql"]).status.success());
    assert_eq!(check(folder.path(), &[]).1, "green");
    fs::write(folder.path().join("live.sql"), &dump(&["wp_"], 240)[..900]).unwrap();
    assert!(record(folder.path(), &["live.sql"]).status.success());
    assert_eq!(check(folder.path(), &[]).1, "red");
}

#[cfg(unix)]
#[test]
fn settings_that_a_repository_brings_lead_to_no_folder_outside() {
    let place = tempfile::tempdir().unwrap();
    let plans = place.path().join("plans");
    amc_plan::example::write(&plans, amc_plan::example::SEED).unwrap();
    let outside = place.path().join("outside");
    for folder in [&outside, &plans.join("inside"), &plans.join("a/b")] {
        fs::create_dir_all(folder).unwrap();
    }
    std::os::unix::fs::symlink("../outside", plans.join("link")).unwrap();
    std::os::unix::fs::symlink("/proc/self", plans.join("proc")).unwrap();
    let settings =
        |folder: &str| fs::write(plans.join("plan.toml"), format!("[backup]\nfolder = {folder:?}\n")).unwrap();
    let absolute = outside.display().to_string();
    for folder in ["../outside", "a/../../outside", "link", "proc/cwd", "/", "..", "a/..", "", &absolute] {
        settings(folder);
        for verb in [&["check"][..], &["diff"], &["apply", "--no-input"], &["seal"]] {
            let ran = plan(&plans, &[verb, &SITE[..]].concat());
            assert_eq!(ran.status.code(), Some(3), "{folder}: {}", said(&ran));
            assert!(said(&ran).contains("--backup-dir") && said(&ran).contains("PLAN_BACKUP_DIR"), "{}", said(&ran));
        }
        let recorded = record(&plans, &["live.sql"]);
        assert_eq!(recorded.status.code(), Some(3), "{folder}: {}", said(&recorded));
        // Who runs it chooses what is read.
        assert_eq!(check(&plans, &["--backup-dir", "../outside"]).1, "green", "{folder}");
        let mut command = crate::place::program();
        command.args([&["check"], &SITE[..]].concat()).current_dir(&plans).env("PLAN_BACKUP_DIR", "../outside");
        assert_eq!(command.output().unwrap().status.code(), Some(0), "{folder}");
    }
    for folder in ["inside", "./inside", "a/b"] {
        settings(folder);
        assert_eq!(check(&plans, &[]).1, "green", "{folder}");
    }
}
