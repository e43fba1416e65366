//! The pages hold together: README is one screen, every link leads somewhere, the summary names every page, and every word of the glossary
//! is linked from where it is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use amc_plan::model::{Field, Grade, Graded, Kind, ObjectRef, Worth};
use amc_plan::site::file::{seal, seal_file};
use amc_plan::site::snapshot_file::SnapshotFile;
use clap::CommandFactory;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and every page of the book.
pub(crate) fn pages() -> Vec<PathBuf> {
    let book = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = book.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    all.push(root().join("README.md"));
    all.sort();
    all
}

/// The same, and what stands beside README.md for whoever works on the project.
fn all() -> Vec<PathBuf> {
    let beside = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name));
    pages().into_iter().chain(beside).collect()
}

/// The lines outside fences.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fence: Option<&str> = None;
    text.lines().filter(move |line| {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if *line == open => fence = None,
            None if ticks.len() > 2 => fence = Some(ticks),
            None => return true,
            Some(_) => {}
        }
        false
    })
}

/// Where the links of a page lead.
fn links(text: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        targets.map(|(target, _)| target.to_owned()).collect::<Vec<_>>()
    };
    prose(text).flat_map(of_line).collect()
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    heading.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// Why a link of a page leads nowhere.
fn broken(page: &Path, link: &str) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    let (path, part) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { page.parent().unwrap().join(path) };
    if !target.exists() {
        return Some(format!("there is no `{path}`"));
    }
    let has = || anchors(&fs::read_to_string(&target).unwrap()).contains(part);
    (!part.is_empty() && !has()).then(|| format!("`{}` has no heading for `#{part}`", target.display()))
}

#[test]
fn readme_is_one_screen() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let lines = readme.lines().count();
    assert!(lines <= 120, "README.md has {lines} lines: what is more belongs on a page of docs/");
    for command in ["cargo run -- tour", "tests/run"] {
        assert!(readme.contains(command), "README.md names `{command}`");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in all() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            seen += 1;
            wrong.extend(broken(&page, &link).map(|why| format!("{}: `{link}`: {why}", page.display())));
        }
    }
    assert!(seen > 100, "{seen}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let page = root().join("docs/start.md");
    assert_eq!(links("a [b](c.md#d) and\n```\n[no](link)\n```\n[e](#f)"), ["c.md#d", "#f"]);
    assert_eq!(anchor(" `plan.toml`: what Holds"), "plantoml-what-holds");
    for link in ["gone.md", "glossary.md#gone", "#gone", "../GONE.md"] {
        assert!(broken(&page, link).is_some(), "{link}");
    }
    for link in ["glossary.md", "glossary.md#barrier", "../README.md", "https://example.com/x"] {
        assert_eq!(broken(&page, link), None, "{link}");
    }
}

/// Every file of the project that is written by hand or generated.
fn files(folder: &Path, out: &mut Vec<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        if !path.is_dir() {
            out.push(name);
        } else if name != "target" && !path.file_name().unwrap().to_str().unwrap().starts_with(".git") {
            files(&path, out);
        }
    }
}

#[test]
fn every_source_file_that_a_page_names_is_there() {
    let mut there = Vec::new();
    files(&root(), &mut there);
    // A word in capitals is for the reader to fill in.
    let is_source = |word: &&str| word.ends_with(".rs") && !word.chars().any(|c| c.is_uppercase() || c == '*');
    let (mut seen, mut gone) = (0, Vec::new());
    for page in all() {
        let text = fs::read_to_string(&page).unwrap();
        for word in prose(&text).flat_map(|line| line.split('`').skip(1).step_by(2)).filter(is_source) {
            seen += 1;
            let is = |file: &String| file == word || file.ends_with(&format!("/{word}"));
            if !there.iter().any(is) {
                gone.push(format!("{}: `{word}`", page.display()));
            }
        }
    }
    assert!(seen > 30, "{seen}");
    assert_eq!(gone, Vec::<String>::new());
}

/// The command lines of a page that begin with `plan`: in its prose, and in its `sh` fences.
fn shown_commands(text: &str) -> Vec<String> {
    let prose: String = prose(text).map(|line| format!("{line}\n")).collect();
    // A command may go on in the next line of its paragraph.
    let paragraphs = prose.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let inline = paragraphs.flat_map(|p| p.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    let fences = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).flat_map(|(sh, _)| sh.lines());
    inline.chain(fences.map(str::to_owned)).filter(|command| command.starts_with("plan ")).collect()
}

/// Why a command line cannot be one of the program's: a verb or an option that it does not have.
fn not_ours(line: &str) -> Option<String> {
    let mut command = amc_plan::cli::Cli::command();
    command.build();
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let mut verbs = 0;
    while let Some(next) = words.get(verbs).and_then(|word| command.find_subcommand(word)) {
        command = next.clone();
        verbs += 1;
    }
    let next = words.get(verbs).copied().unwrap_or_default();
    let is_verb = next.starts_with(|c: char| c.is_ascii_lowercase()) && !next.contains(['.', '/']);
    if command.has_subcommands() && is_verb || verbs == 0 && !next.starts_with("--") {
        return Some(format!("`{}` has no `{next}`", command.get_name()));
    }
    let options: Vec<String> =
        command.get_arguments().filter_map(|option| Some(format!("--{}", option.get_long()?))).collect();
    let lacks = words.iter().find(|word| word.starts_with("--") && !options.iter().any(|option| option == *word));
    lacks.map(|option| format!("`{}` has no `{option}`", command.get_name()))
}

#[test]
fn every_command_that_a_page_shows_is_one_of_the_program() {
    let (mut seen, mut wrong) = (0, Vec::new());
    // The changelog also names what is no more.
    for page in all().into_iter().filter(|page| !page.ends_with("CHANGELOG.md")) {
        for command in shown_commands(&fs::read_to_string(&page).unwrap()) {
            seen += 1;
            wrong.extend(not_ours(&command).map(|why| format!("{}: `{command}`: {why}", page.display())));
        }
    }
    assert!(seen > 50, "{seen}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_command_that_the_program_does_not_have_is_noticed() {
    assert_eq!(shown_commands("a `plan undo\nX` b\n\n```sh\nplan check\nls\n```\n"), ["plan undo X", "plan check"]);
    for command in ["plan gone", "plan snapshot gone FILE", "plan check --gone", "plan record gone --plan p"] {
        assert!(not_ours(command).is_some(), "{command}");
    }
    for command in
        ["plan check p.yaml --site X", "plan snapshot --site X", "plan undo", "plan --version", "plan apply … --resume"]
    {
        assert_eq!(not_ours(command), None, "{command}");
    }
}

#[test]
fn the_site_file_that_its_page_shows_is_read_as_the_page_says() {
    let page = fs::read_to_string(root().join("docs/site-file.md")).unwrap();
    let blocks = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let records: String = blocks.filter(|block| !block.contains(r#"{"kind":"contact""#)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.site.ndjson");
    fs::write(&path, &records).unwrap();
    seal_file(&path).unwrap();
    let sealed = fs::read_to_string(&path).unwrap();
    let file = SnapshotFile::read(sealed.as_bytes()).unwrap();
    assert_eq!(file.text(), sealed);
    let site = file.into_snapshot().with_worth(Worth::Captured);
    let form = |key: &str| ObjectRef::new(Kind::OrderForm, key);
    let grade = |on: &ObjectRef, field: &str| {
        let is_known = site.state.get(on).unwrap().fields().contains_key(field);
        site.field_grade(on, field, is_known).word()
    };
    let checkout = form("group-coaching-checkout");
    assert_eq!(site.state.order_forms[&checkout.key].after_final_retry, Field::Nothing);
    assert_eq!(grade(&checkout, "after_final_retry"), Graded::Attested);
    assert_eq!(grade(&checkout, "gateway"), Graded::Unknown);
    assert_eq!((grade(&form("vip"), "price"), grade(&form("vip"), "gateway")), (Graded::Attested, Graded::Unknown));
    let plugin = ObjectRef::new(Kind::Plugin, "accessally/accessally.php");
    assert_eq!((grade(&plugin, "active"), site.list_grade(Kind::Plugin).word()), (Graded::Captured, Graded::Unknown));
    assert_eq!(site.list_grade(Kind::OrderForm).word(), Graded::Attested);
    assert_eq!(site.list_grade(Kind::Webhook), Grade::Unknown("the log is off".to_owned()));
    // The same in format 1.0, which tells less.
    let older = seal(&records.replace(r#""format":"1.1""#, r#""format":"1.0""#)).unwrap();
    let older = SnapshotFile::read(older.as_bytes()).unwrap().into_snapshot().state;
    assert_eq!(older.order_forms["vip"].after_final_retry, Field::Nothing);
    assert_eq!(older.offerings["group-coaching"].modules.set().unwrap()[0].release, Field::Unknown);
}

#[test]
fn the_summary_names_every_page_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut named = links(&summary);
    // A heading without a page, and what `book.rs` holds.
    named.retain(|link| !link.is_empty() && !link.starts_with("verbs/"));
    named.sort();
    let name = |page: PathBuf| page.file_name().unwrap().to_str().unwrap().to_owned();
    let there = pages().into_iter().map(name).filter(|name| !["README.md", "SUMMARY.md"].contains(&name.as_str()));
    assert_eq!(named, there.collect::<Vec<_>>());
}

#[test]
fn every_word_of_the_glossary_is_linked_from_a_page_that_uses_it() {
    let glossary = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let words: Vec<&str> = prose(&glossary).filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(words.len() > 30 && words.is_sorted_by_key(|word| word.to_lowercase()), "{words:?}");
    let elsewhere = all().into_iter().filter(|page| !page.ends_with("docs/glossary.md"));
    let linked: BTreeSet<String> = elsewhere
        .flat_map(|page| links(&fs::read_to_string(page).unwrap()))
        .filter_map(|link| Some(link.split_once("glossary.md#")?.1.to_owned()))
        .collect();
    let alone: Vec<&&str> = words.iter().filter(|word| !linked.contains(&anchor(word))).collect();
    assert_eq!(alone, Vec::<&&str>::new(), "nothing links to these");
}

/// Whoever writes a site by hand finds every kind of record there is, and where the members are declared.
#[test]
fn every_kind_of_record_is_listed_where_sites_are_written_by_hand() {
    let page = std::fs::read_to_string(root().join("docs/site-file.md")).unwrap();
    let written = page.split("## Written by hand").nth(1).unwrap().split("\n## ").next().unwrap();
    let kinds = amc_plan::model::Kind::ALL.iter().map(|kind| kind.name());
    for kind in kinds.chain(["contact", "order", "subscription"]) {
        assert!(written.contains(&format!("`{kind}`")), "{kind}");
    }
}
