//! The real binary on files of a private folder.

#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use jsonschema::Validator;
use serde_json::Value;

/// What a run of the binary gave.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

/// Runs `plan` in a folder, without the environment's wishes for colours and width.
pub fn plan(folder: &Path, args: &[&str]) -> Ran {
    let began = Instant::now();
    let ended = crate::place::program()
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "120")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let out = text(ended.stdout);
    crate::published::hold(args, folder, &out);
    Ran { code: ended.status.code().unwrap_or(-1), out, err: text(ended.stderr), took: began.elapsed() }
}

/// The project's folder of examples.
pub fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("plans")
}

/// A private copy of the examples.
pub fn copy_of_plans() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&plans(), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// A committed schema, ready to validate.
pub fn validator(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// Whether output holds a character that steers a terminal or cannot be seen.
pub fn steers(text: &str) -> Option<char> {
    text.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    })
}

/// Whether everything is to be tried, as this variable says; and where this time's part of it begins, elsewhere each time.
pub fn by_turns(variable: &str) -> (bool, usize) {
    (std::env::var_os(variable).is_some(), std::process::id() as usize)
}

/// Which of many cases are tried: one in so many, elsewhere each time; all where this variable is set.
pub fn this_time(variable: &str, one_in: usize) -> impl Fn(usize) -> bool {
    let (all, turn) = by_turns(variable);
    move |nth| all || (nth + turn).is_multiple_of(one_in)
}

/// The same for tests that take turns among themselves, as each costs seconds: none where it is another's of them this time.
pub fn one_of(variable: &str, (nth, of): (usize, usize)) -> Option<(bool, usize)> {
    let (all, turn) = by_turns(variable);
    (all || turn % of == nth).then_some((all, turn / of))
}

/// Feeds one text to `check` in these forms: an exit code of the table, no panic, a valid report with places.
pub fn survives(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    report: &Validator,
    most: Duration,
    formats: &[&str],
) -> Value {
    std::fs::write(folder.join("p.yaml"), bytes).expect("a file");
    let mut json = Value::Null;
    for &format in formats {
        let ran = plan(folder, &["check", "p.yaml", "--no-site", "--format", format]);
        assert_eq!(ran.code, 1, "{name} as {format}: {}{}", ran.out, ran.err);
        assert!(ran.err.is_empty(), "{name} as {format}: {}", ran.err);
        assert!(!ran.out.contains("panicked"), "{name} as {format}: {}", ran.out);
        assert!(ran.took < most, "{name} as {format} took {:?}", ran.took);
        assert_eq!(steers(&ran.out), None, "{name} as {format}: {}", ran.out);
        assert!(ran.out.len() < 1 << 20, "{name} as {format} fills {} bytes", ran.out.len());
        if format == "json" {
            json = ran.json();
            let errors: Vec<String> = report.iter_errors(&json).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
    for finding in json["findings"].as_array().expect("findings") {
        let number = |key: &str| finding["location"][key].as_u64().expect("a number");
        let (start, end) = ((number("line"), number("column")), (number("end_line"), number("end_column")));
        assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{name}: {finding}");
        let message = finding["message"].as_str().expect("a message");
        assert!(!message.ends_with('.') && !message.contains('\n') && !message.is_empty(), "{name}: {message}");
    }
    json
}

/// Rule, line, first column and end column of each due finding that is not merely unproven.
pub fn places(report: &Value) -> Vec<(String, u64, u64, u64)> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let told = findings.filter(|f| f["due"] == true && f["unproven"] == false);
    told.map(|f| {
        let at = |key: &str| f["location"][key].as_u64().expect("a number");
        (f["rule"].as_str().expect("a rule").to_owned(), at("line"), at("column"), at("end_column"))
    })
    .collect()
}
