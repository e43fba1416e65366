//! One word for one thing: what a user can read says `barrier` and never `door`, `fix` and never `mend`, and so on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::docs;
use crate::place::program;
use clap::Command;

/// What is not said, and what is said instead. A word ends where a letter, a digit or a dash does not follow.
const NOT: [(&str, &str); 30] = [
    ("door", "barrier"),
    ("crossed", "passed the barrier"),
    ("by the word of", "attested by"),
    ("by word", "attested"),
    ("person's word", "attestation"),
    ("record word", "record saw"),
    ("record attest", "record saw"),
    ("told", "reported"),
    ("tell", "say"),
    ("tells", "says"),
    ("hear", "read"),
    ("heard", "respected"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("anew", "again"),
    ("by now", "now"),
    ("behind", "done, or after"),
    ("gone on with", "resumed"),
    ("put away", "archived"),
    ("set aside", "archived"),
    ("plan forget", "plan purge"),
    ("snapshot seal", "snapshot finalize"),
    ("webhook-without-fate", "webhook-undecided"),
    ("backup-cut", "backup-truncated"),
    ("waive", "accept the risk of"),
    ("waived", "accepted"),
    ("waiver", "accepted risk"),
    ("charging_guard", "production_site_url"),
    ("members_mid_drip", "members_between_modules"),
];

/// Where one of them stays, and why.
const STAYS: [(&str, &str); 1] = [("behind a proxy", "where a server stands, in the field's own words")];

/// Files whose literals are no messages, and why.
const NO_MESSAGES: [(&str, &str); 4] = [
    ("src/cli/renamed.rs", "the old names of verbs, which answer with today's"),
    ("src/shape/renamed.rs", "the old names of keys, which answer with today's"),
    ("src/rules/registry.rs", "the old names of rules, which answer with today's"),
    ("src/dump/tests.rs", "tests"),
];

/// The words of the left column in a text.
fn found(text: &str) -> Vec<&'static str> {
    let mut text = text.to_lowercase();
    for (stays, _) in STAYS {
        text = text.replace(&stays.to_lowercase(), "");
    }
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
    let has = |word: &str| {
        text.match_indices(word)
            .any(|(at, _)| ends(text[..at].chars().next_back()) && ends(text[at + word.len()..].chars().next()))
    };
    NOT.iter().filter(|(word, _)| has(word)).map(|(word, _)| *word).collect()
}

/// Each text of a place that says one of them.
fn wrong(place: &str, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let said = |text: String| {
        let found = found(&text);
        (!found.is_empty()).then(|| format!("{place}: {found:?}: {text}"))
    };
    texts.into_iter().filter_map(said).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push(path);
        }
    }
    all
}

/// The texts in quotes of a Rust source, without comments and without the tests at its foot.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("\n#[cfg(test)]").next().unwrap_or_default();
    let (mut rest, mut all) = (source, Vec::new());
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(after) = raw_opening(rest) {
            let close = format!("\"{}", "#".repeat(after - 2));
            let end = rest[after..].find(&close).unwrap_or(0);
            all.push(rest[after..after + end].to_owned());
            after + end + close.len()
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            4.min(rest.len())
        } else if rest.starts_with("'\\") {
            3 + rest[3..].find('\'').map_or(0, |end| end + 1)
        } else if c == '"' {
            let (text, length) = quoted(&rest[1..]);
            all.push(text);
            length + 1
        } else {
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    all
}

/// How long the opening of a raw literal is; none where none opens.
fn raw_opening(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?.bytes().take_while(|byte| *byte == b'#').count();
    rest[1 + hashes..].starts_with('"').then_some(hashes + 2)
}

/// A literal after its quote, and how long it is with the closing one.
fn quoted(rest: &str) -> (String, usize) {
    let (mut text, mut chars) = (String::new(), rest.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at + 1),
            '\\' => match chars.next() {
                // A wrapped line goes on with the next one's text.
                Some((_, '\n')) => {
                    let blank = rest[at + 2..].len() - rest[at + 2..].trim_start().len();
                    for _ in 0..blank {
                        chars.next();
                    }
                }
                Some((_, 'n')) => text.push('\n'),
                Some((_, c)) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, rest.len())
}

/// The long help of a verb and of each below it.
fn helps(mut command: Command, all: &mut Vec<String>) {
    all.push(command.render_long_help().to_string());
    command.get_subcommands().cloned().for_each(|one| helps(one, all));
}

#[test]
fn no_message_uses_a_word_of_the_left_column() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    let mut read = 0;
    for path in sources(&root.join("src")) {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if NO_MESSAGES.iter().any(|(file, _)| *file == name) {
            continue;
        }
        let texts = literals(&fs::read_to_string(&path).unwrap());
        read += texts.len();
        // A single word is a key, a pattern or a name; what a person reads has more.
        all.extend(wrong(&name, texts.into_iter().filter(|text| text.trim().contains(' '))));
    }
    assert!(read > 3000, "{read}");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn no_help_rule_or_schema_uses_a_word_of_the_left_column() {
    let mut texts = Vec::new();
    helps(amc_plan::cli::command(), &mut texts);
    assert!(texts.len() > 40, "{}", texts.len());
    let mut all = wrong("help", texts.iter().flat_map(|text| text.lines()).map(str::to_owned));
    let output = |args: &[&str]| String::from_utf8(program().args(args).output().unwrap().stdout).unwrap();
    for args in [
        &["explain", "--format", "json"][..],
        &["schema", "plan"],
        &["schema", "snapshot"],
        &["schema", "report"],
        &["schema", "seal"],
        &["schema", "diff"],
        &["schema", "status"],
        &["schema", "log"],
        &["schema", "lock"],
        &["schema", "verify"],
        &["schema", "merge-list"],
        &["schema", "survey"],
        &["schema", "explain"],
    ] {
        let text = output(args);
        assert!(text.len() > 500, "{args:?}");
        all.extend(wrong(&args.join(" "), text.lines().map(str::to_owned)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn no_page_uses_a_word_of_the_left_column() {
    let all: Vec<String> = docs::pages()
        .into_iter()
        .flat_map(|page| {
            let text = fs::read_to_string(&page).unwrap();
            wrong(&page.display().to_string(), text.lines().map(str::to_owned).collect::<Vec<_>>())
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn each_word_is_found_where_it_stands_and_nowhere_else() {
    assert_eq!(found("past the one-way door, told again"), ["door", "told"]);
    assert_eq!(found("By Now it is behind"), ["by now", "behind"]);
    assert_eq!(found("the barrier, an outdoor recommendation, untold, behind a proxy"), Vec::<&str>::new());
    let source = "// \"no\"\nlet a = \"one \\\n    two\"; let b = '\"'; let c = r#\"three \"x\" \"#; b\"four\"\n#[cfg(test)]\n\"no\"";
    assert_eq!(literals(source), ["one two", "three \"x\" ", "four"]);
}
