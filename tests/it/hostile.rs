//! Files made to hurt: each ends in clear findings, well under a second on an optimised build.

use std::time::Duration;

use crate::common::{plan, survives, this_time, validator};
use serde_json::Value;

/// The most that a case may take, on a busy machine and without optimisation: what grows with the square takes minutes.
const SECONDS: Duration = Duration::from_secs(30);

const FORMATS: [&str; 2] = ["json", "human"];

fn rules(report: &Value) -> Vec<String> {
    let told = report["findings"].as_array().unwrap().iter().filter(|f| f["unproven"] == false);
    told.map(|f| f["rule"].as_str().unwrap().to_owned()).collect()
}

/// Each case with the rule that must be among its findings.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let bomb = (1..10).fold("a0: &a0 [x]\n".to_owned(), |all, n| {
        let m = n - 1;
        all + &format!("a{n}: &a{n} [*a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}, *a{m}]\n")
    });
    vec![
        ("100,000 brackets", vec![b'['; 100_000], "too-deep"),
        ("100,000 braces", text(&"{a: ".repeat(100_000)), "too-deep"),
        ("100,000 objects in lists", text(&"[{\"\":".repeat(50_000)), "too-deep"),
        ("2,000 dashes", text(&"- ".repeat(2_000)), "too-deep"),
        (
            "2,000 levels",
            (0..2_000).flat_map(|n| [" ".repeat(n), "a:\n".into()]).collect::<String>().into(),
            "too-deep",
        ),
        ("closed brackets", [vec![b'['; 100_000], vec![b']'; 100_000]].concat(), "too-deep"),
        ("question marks", text(&"? ".repeat(50_000)), "too-deep"),
        ("an alias bomb", text(&bomb), "alias-refused"),
        ("an alias of itself", text("a: &a [*a]\n"), "alias-refused"),
        ("100,000 anchors", (0..100_000).map(|n| format!("- &a{n} x\n")).collect::<String>().into(), "more-problems"),
        ("100,000 equal keys", text(&"a: 1\n".repeat(100_000)), "more-problems"),
        (
            "100,000 wrong values",
            format!("people:\n{}", (0..100_000).map(|n| format!("  k{n}: 1\n")).collect::<String>()).into(),
            "more-problems",
        ),
        (
            "100,000 empty keys",
            format!("{{{}}}", (0..100_000).map(|n| format!("k{n},")).collect::<String>()).into(),
            "more-problems",
        ),
        ("100,000 unknown keys", (0..100_000).map(|n| format!("k{n}: 1\n")).collect::<String>().into(), "unknown-key"),
        (
            "100,000 keys in a flow",
            format!("{{{}}}", (0..100_000).map(|n| format!("k{n}: 1,")).collect::<String>()).into(),
            "unknown-key",
        ),
        ("a key of a megabyte", text(&format!("{}: 1\n", "k".repeat(1 << 20))), "yaml-syntax"),
        ("a value of a megabyte", text(&format!("name: {}\n", "v ".repeat(1 << 19))), "missing-key"),
        (
            "a megabyte of one line",
            text(&format!("offerings: {{x: {{access_through: {}}}}}\n", "v".repeat(1 << 20))),
            "wrong-value",
        ),
        ("a mistake far to the right", text(&format!("? [\n{}", "a:".repeat(500_000))), "yaml-syntax"),
        (
            "many mistakes far to the right",
            text(&format!("name: [{}1.e999]\n", "\t.nan, ".repeat(20_000))),
            "number-not-finite",
        ),
        ("a megabyte of one address", text(&format!("nam: {}\n", "a@".repeat(1 << 19))), "unknown-key"),
        ("a megabyte of addresses", text(&format!("nam: {}\n", "é@ü ".repeat(1 << 17))), "unknown-key"),
        ("a megabyte of marks", text(&format!("nam: x{}\n", "@".repeat(1 << 20))), "unknown-key"),
        (
            "30,000 fields of contacts",
            text(&(0..30_000).map(|n| format!("k{n}: {{email: x}}\n")).collect::<String>()),
            "unknown-key",
        ),
        (
            "100,000 comments about contacts",
            text(&format!("nam: x\n{}", "# email: x\n".repeat(100_000))),
            "unknown-key",
        ),
        ("30,000 repeated fields", text(&format!("nam: x\n{}", "email: x\n".repeat(30_000))), "duplicate-key"),
        (
            "30,000 keys like contacts",
            text(&(0..30_000).map(|n| format!("contacts{n}: x\n")).collect::<String>()),
            "unknown-key",
        ),
        ("a megabyte of blanks", text(&" ".repeat(1 << 20)), "empty-plan"),
        ("a megabyte of comments", text(&"#\n".repeat(1 << 19)), "empty-plan"),
        ("100,000 documents", text(&"---\n".repeat(100_000)), "second-document"),
        ("a byte order mark", text("\u{feff}version: 2\n"), "wrong-value"),
        ("carriage returns", text("version: 2\r\nname: x\r\n"), "wrong-value"),
        ("old line ends", text("version: 2\rname: x\r"), "wrong-value"),
        ("a tab", text("version: 2\nsites:\n\tstaging: x\n"), "yaml-syntax"),
        ("a NUL", b"version: 2\0\n".to_vec(), "control-character"),
        ("only NULs", vec![0; 4096], "control-character"),
        ("an escape sequence", text("version: 2\nname: \u{1b}[31mred\u{202e}\n"), "control-character"),
        ("a hidden escape", text("version: 2\nsites: \"\\e[31m\\u202e\\x9b\"\n"), "wrong-type"),
        ("a bidi key", text("\u{202e}version: 2\n"), "unknown-key"),
        ("bytes that are no text", b"version: 2\nname: \xff\xfe\xc3\n".to_vec(), "not-utf8"),
        ("surrogates", b"version: 2\nname: \xed\xa0\x80\n".to_vec(), "not-utf8"),
        ("two bytes for one", b"version: 2\nname: \xc0\xaf\n".to_vec(), "not-utf8"),
        ("UTF-16", b"\xff\xfev\0e\0r\0".to_vec(), "not-utf8"),
        ("nothing", Vec::new(), "empty-plan"),
        ("a line break", text("\n"), "empty-plan"),
        ("a null", text("~\n"), "wrong-type"),
        ("a word", text("plan\n"), "wrong-type"),
        ("a list", text("- a\n"), "wrong-type"),
        ("no number", text("version: .nan\n"), "number-not-finite"),
        ("no end", text("version: -.inf\n"), "number-not-finite"),
        ("too large", text("version: 340282366920938463463374607431768211456\n"), "number-out-of-range"),
        ("too large a power", text("version: 1e999\n"), "number-out-of-range"),
        ("digits without end", text(&format!("version: {}\n", "9".repeat(1 << 20))), "number-out-of-range"),
        ("a tag that runs", text("version: !!python/object/apply:os.system [\"true\"]\n"), "tag-refused"),
        ("a local tag", text("version: !x 1\n"), "tag-refused"),
        ("a directive", text("%YAML 1.1\n---\nversion: 1\n"), "directive-refused"),
        ("a tag directive", text("%TAG ! tag:x,2000:\n---\nversion: !x 1\n"), "directive-refused"),
        ("a merge key", text("version: 1\n<<: {name: x}\n"), "merge-key-refused"),
        ("a second document", text("version: 1\n---\nversion: 1\n"), "second-document"),
        ("a list as a key", text("? [a]\n: 1\nversion: 1\n"), "key-not-text"),
        ("a program", b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), "control-character"),
        ("a file outside", text("spot_check: {values: ../../../../etc/passwd}\n"), "contact-values-unreadable"),
        ("a device", text("spot_check: {values: /dev/zero}\n"), "contact-values-unreadable"),
    ]
}

#[test]
fn each_ends_in_a_clear_finding() {
    let (folder, report) = (tempfile::tempdir().unwrap(), validator("report"));
    let (tried, in_words) = (this_time("CASES", 2), this_time("CASES", 6));
    for (index, (name, bytes, rule)) in cases().into_iter().enumerate().filter(|(index, _)| tried(*index)) {
        let formats = if in_words(index) { &FORMATS[..] } else { &FORMATS[..1] };
        let json = survives(folder.path(), name, &bytes, &report, SECONDS, formats);
        let found = rules(&json);
        assert!(found.iter().any(|found| found == rule), "{name}: {found:?}");
    }
}

#[test]
fn caps_name_their_flags_and_obey_them() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, flag: &[&str], rule: &str| {
        std::fs::write(folder.path().join("p.yaml"), text).unwrap();
        let args = [&["check", "p.yaml", "--no-site", "--format", "json"], flag].concat();
        let findings = plan(folder.path(), &args).json()["findings"].as_array().unwrap().clone();
        findings.iter().find(|f| f["rule"] == rule).map(|f| f["message"].as_str().unwrap().to_owned())
    };
    let small = "version: 1\nname: [[x]]\n";
    for (flag, rule) in [("--max-bytes", "too-large"), ("--max-depth", "too-deep"), ("--max-nodes", "too-many-nodes")] {
        let message = check(small, &[flag, "2"], rule).unwrap();
        assert!(message.contains(&format!("`{flag} 2`")), "{message}");
        assert_eq!(check(small, &[flag, "1000"], rule), None);
    }
    let deep = |levels: usize| format!("{}{}\n", "[".repeat(levels), "]".repeat(levels));
    assert!(check(&deep(65), &[], "too-deep").is_some());
    assert_eq!(check(&deep(64), &[], "too-deep"), None);
    assert!(check(&"#".repeat((32 << 20) + 1), &[], "too-large").unwrap().contains("33554432"));
}

#[test]
fn what_is_no_file_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["absent.yaml", "/dev/zero"] {
        let ran = plan(folder.path(), &["check", name, "--no-site"]);
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
        assert!(ran.err.starts_with("plan: cannot read"), "{}", ran.err);
    }
}
