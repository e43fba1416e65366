//! `docs/tutorial.md`, done as it stands there: its commands in one shell, and what a person does in the browser.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::Site;
use super::story::person::Person;
use crate::place::{Edited as _, own};
use crate::staging::Staging;

/// A shell that goes on from one block to the next.
struct Shell {
    child: Child,
    keys: ChildStdin,
    shown: BufReader<ChildStdout>,
}

impl Shell {
    fn begin(folder: &Path, home: &Path) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_plan")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut bash = Command::new("bash");
        bash.current_dir(folder).env("PATH", path).env("PLAN_STATE_HOME", home).env("NO_COLOR", "1");
        let mut child = bash.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (keys, shown) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut shell = Self { child, keys, shown };
        shell.runs("exec 2>&1", 0);
        shell
    }

    /// Runs a line: what it prints.
    #[track_caller]
    fn runs(&mut self, line: &str, code: i32) -> String {
        writeln!(self.keys, "{line}\necho \"+++ $?\"").unwrap();
        let mut all = String::new();
        loop {
            let mut said = String::new();
            assert_ne!(self.shown.read_line(&mut said).unwrap(), 0, "`{line}` ended the shell: {all}");
            match said.strip_prefix("+++ ") {
                Some(ended) => {
                    assert_eq!(ended.trim().parse(), Ok(code), "{line}\n{all}");
                    return all;
                }
                None => all += &said,
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the page has somebody do, in its order.
#[derive(Debug, PartialEq)]
enum Does {
    /// A line of a shell, and how it ends.
    Types(String, i32),
    /// One line of the table.
    Saves([String; 4]),
    /// What is marked in the text.
    Acts(String),
}

fn all_of(page: &str) -> VecDeque<Does> {
    let (mut all, mut in_shell, mut begun) = (VecDeque::new(), false, String::new());
    for line in page.lines() {
        if line == "```sh" || in_shell && line == "```" {
            in_shell = !in_shell;
        } else if in_shell {
            let (command, code) = match line.split_once("   # ends with ") {
                Some((command, code)) => (command, code.parse().unwrap()),
                None => (line, 0),
            };
            match command.strip_suffix('\\') {
                Some(first) => begun += first,
                None => all.push_back(Does::Types(std::mem::take(&mut begun) + command, code)),
            }
        } else if line.starts_with("| `") {
            let cells: Vec<String> = line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
            all.push_back(Does::Saves([1, 2, 3, 4].map(|at| cells[at].clone())));
        } else if let Some((_, act)) = line.split_once("<!-- ") {
            all.push_back(Does::Acts(act.split_once(" -->").unwrap().0.to_owned()));
        }
    }
    all
}

#[test]
fn the_tutorial_leads_from_the_first_command_to_the_proof() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/tutorial.md")).unwrap();
    if std::env::var_os("PLAN_WITHOUT_STAGING").is_some() {
        return;
    }
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    own(home.path(), 0o700);
    // The folder lies elsewhere here, so that no two tests meet.
    let page = page
        .edited_once("mkdir -p target/practice && cd target/practice\n", "true\n")
        .edited_once("cd ../.. && rm -r target/practice\n", "true\n")
        .edited("../../", &format!("{}/", root.display()));
    let mut shell = Shell::begin(folder.path(), home.path());
    let (mut folder, mut site, mut shown, mut digest, mut done) =
        (Some(folder), None, String::new(), String::new(), [0; 3]);
    let here = folder.as_ref().unwrap().path().to_owned();
    let mut all = all_of(&page);
    // The site is taken down by the page; whatever fails before that, by this.
    while let Some(does) = all.pop_front() {
        match does {
            Does::Types(line, code) => {
                done[0] += 1;
                let now = shell.runs(&line.replace("DIGEST", &digest), code);
                if let Some((_, confirms)) = now.rsplit_once(" --confirm ").filter(|_| line.starts_with("plan diff")) {
                    digest = confirms.trim().to_owned();
                }
                if line.contains("/up ") {
                    let said = serde_json::from_slice(&fs::read(here.join("site.json")).unwrap()).unwrap();
                    site = folder.take().map(|folder| Site { staging: Staging::that_is_up(folder, said) });
                }
                writeln!(shown, "$ {line}\n{now}").unwrap();
            }
            Does::Saves([option, meta, at, value]) => {
                done[1] += 1;
                let fields = [("option", &*option), ("meta", &*meta), ("at", &*at), ("value", &*value)];
                let person = Person::signs_in(site.as_ref().unwrap(), "operator");
                assert_eq!(person.presses("save", &fields), 302, "{fields:?}");
            }
            Does::Acts(act) => {
                done[2] += 1;
                let person = Person::signs_in(site.as_ref().unwrap(), "operator");
                match &*act {
                    "uploads plan-bridge.zip" => person.installs(&here.join("plan-bridge.zip")),
                    "copies the lines into lines.txt" => {
                        fs::write(here.join("lines.txt"), person.verification().join("\n") + "\n").unwrap();
                    }
                    "presses migrate" => assert_eq!(person.presses("migrate", &[("maintenance", "yes")]), 302),
                    other => panic!("nobody knows how to do this: {other}"),
                }
            }
        }
    }
    assert!(done[0] > 25 && done[1..] == [8, 3], "{done:?}");
    for words in [
        "0 wrong",
        "no backup of the live site that holds its files and its database is recorded",
        "switch.yaml: green at gate `configure`",
        "7 changes (1 of charging-guard,",
        "the site is as it was before the run",
        "all of it in place on ",
        "now press *Run Migration*, once",
        "done: Review contacts (automatic): verified: equal",
        "switch.yaml: equal: everybody is as before",
        "240 before = 239 same + 1 changed",
    ] {
        assert!(shown.contains(words), "`{words}` is not shown:\n{shown}");
    }
    assert!(!here.join("site").exists(), "the page takes the site down");
}

#[test]
fn a_page_is_taken_apart_as_a_reader_does() {
    let page = "a <!-- presses x -->\n\n```sh\none \\\n  two\nthree   # ends with 20\n```\n\n| a |\n|---|\n| `o` | | `at` | `[\"1\"]` |\n";
    let texts = ["o", "", "at", "[\"1\"]"].map(str::to_owned);
    let wanted = [
        Does::Acts("presses x".to_owned()),
        Does::Types("one   two".to_owned(), 0),
        Does::Types("three".to_owned(), 20),
        Does::Saves(texts),
    ];
    assert_eq!(all_of(page), wanted);
}
