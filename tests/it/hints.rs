//! A command that is shown is a whole one: pasted, with its words in CAPITALS filled in, the program takes it. Every test that runs the
//! program holds what it prints to that; what no test prints is read from the source.

use std::fs;
use std::path::Path;

use amc_plan::cli::Cli;
use clap::{CommandFactory as _, Parser as _};

/// What a program said of a command line is held to this.
#[track_caller]
pub(crate) fn hold(words: &[&str], said: &str) {
    // A line of a plan in a picture, and the usage of a command line that was not taken, are no hints.
    let is_said = |line: &&str| !line.contains(" │ ") && !line.starts_with("Usage: ");
    let said = &said.lines().filter(is_said).collect::<Vec<_>>().join("\n");
    let live = words.windows(2).any(|pair| pair == ["--on", "live"]);
    for command in commands(said) {
        let command = command.replace("\\\"", "\"");
        // Where what it prints goes is the shell's.
        let command = command.split(" > ").next().unwrap_or_default().to_owned();
        if let Err(why) = is_whole(&command) {
            panic!("{words:?} shows `{command}`, and it is not whole: {why}\n{said}");
        }
        let typed = |flag: &str| command.contains(flag);
        let resumes = command.starts_with("plan apply") && typed("--resume");
        let undoes = command.starts_with("plan undo");
        let is_typed = (!resumes || typed("--on live")) && typed("--host");
        assert!(!live || !(resumes || undoes) || is_typed, "{words:?} shows `{command}`, which live refuses\n{said}");
    }
}

/// Every verb of the program, each with those it stands below.
fn verbs(command: &clap::Command, path: &mut Vec<String>, all: &mut Vec<(Vec<String>, clap::Command)>) {
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        path.push(verb.get_name().to_owned());
        all.push((path.clone(), verb.clone()));
        verbs(verb, path, all);
        path.pop();
    }
}

#[test]
fn the_help_of_every_verb_begins_with_an_example_of_it_that_can_be_pasted() {
    let (mut command, mut all) = (amc_plan::cli::command(), Vec::new());
    command.build();
    verbs(&command, &mut Vec::new(), &mut all);
    assert!(all.len() > 35, "{}", all.len());
    for (path, verb) in all {
        let begins = verb.get_before_help().map(ToString::to_string).unwrap_or_else(|| panic!("{path:?} has none"));
        let command = begins.strip_prefix("Example:\n  ").unwrap_or_else(|| panic!("{path:?}: {begins}"));
        let words = shell_words(command).unwrap();
        assert!(words[1..].starts_with(&path), "{path:?}: {command}");
        assert_eq!(is_whole(command), Ok(()), "{command}");
        assert!(command.len() <= 98, "it would be broken: {command}");
    }
}

#[test]
fn the_first_screen_names_every_verb_once_and_fits_eighty_columns() {
    let screen = String::from_utf8(crate::place::program().arg("-h").output().unwrap().stdout).unwrap();
    let before_options = screen.split("What is written where:").next().unwrap();
    for verb in amc_plan::cli::Cli::command().get_subcommands() {
        let named =
            before_options.lines().filter(|line| line.split_whitespace().next() == Some(verb.get_name())).count();
        assert_eq!(named, 1, "{}: {screen}", verb.get_name());
    }
    let groups = ["Look", "Write", "Check", "Review", "Apply", "Prove"];
    let at: Vec<usize> = groups.iter().map(|group| screen.find(&format!("\n{group} ")).expect(group)).collect();
    assert!(at.is_sorted(), "{screen}");
    let long: Vec<&str> =
        screen.split("      --color").next().unwrap().lines().filter(|line| line.chars().count() > 80).collect();
    assert_eq!(long, Vec::<&str>::new());
}

/// What a printed command asks somebody to say is no evidence where it is pasted as it stands.
#[test]
fn what_stands_in_a_command_to_be_filled_in_says_nothing() {
    let mut all = std::collections::BTreeSet::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |_, source| {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let quoted = code.split("\\\"").skip(1).step_by(2);
        let is_asked = |text: &&str| text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase() || " ,".contains(c));
        all.extend(quoted.filter(is_asked).map(str::to_owned));
    });
    assert!(all.len() > 5, "{all:?}");
    let said: Vec<&String> = all.iter().filter(|text| amc_plan::model::text::says_something(text)).collect();
    assert_eq!(said, Vec::<&String>::new());
}

/// The command lines of this program in a text: in backticks, or behind a colon to where the sentence goes on.
fn commands(text: &str) -> Vec<String> {
    let is_verb = |rest: &str| {
        let verb: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        Cli::command().get_subcommands().any(|known| known.get_name() == verb)
    };
    let quoted = text.match_indices("`plan ").filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        rest.find(['`', '\n']).map(|end| rest[..end].to_owned())
    });
    let bare = text.match_indices(": plan ").map(|(at, _)| {
        let rest = &text[at + 2..];
        let ends = ["; ", "\n", ", or ", ", read", "`", "\",", "\"\n"].iter().filter_map(|end| rest.find(end)).min();
        rest[..ends.unwrap_or(rest.len())].to_owned()
    });
    quoted.chain(bare).filter(|command| is_verb(&command["plan ".len()..])).collect()
}

/// Whether the program takes this command line.
fn is_whole(command: &str) -> Result<(), String> {
    // What stands between single quotes is text.
    let bare = command.split('\'').step_by(2).flat_map(str::chars);
    if let Some(c) = bare.into_iter().find(|c| "…|<>()*".contains(*c)) {
        return Err(format!("nobody can paste `{c}`"));
    }
    let words = shell_words(command)?;
    let filled = words.iter().map(|word| match word.as_str() {
        "LINE" => "1",
        "LENGTH" => "25m",
        word => word,
    });
    match Cli::try_parse_from(filled) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// The words of a command line, as a shell takes them.
pub(crate) fn shell_words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote is open".to_owned()) } else { Ok(words) }
}

/// What a source file says, without its comments and its tests; what is filled in is a 1.
fn said_by(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut said = String::new();
    for line in lines {
        match line.strip_suffix('\\') {
            Some(goes_on) => said.push_str(goes_on.trim_start()),
            None => said.push_str(&format!("{}\n", line.trim_start())),
        }
    }
    let mut filled = String::new();
    let mut rest = said.as_str();
    while let Some(at) = rest.find('{') {
        let inner = rest[at + 1..].find('}').map(|end| &rest[at + 1..at + 1 + end]);
        let name = inner.filter(|inner| inner.chars().all(|c| c.is_ascii_alphanumeric() || "_:?".contains(c)));
        filled.push_str(&rest[..at]);
        filled.push_str(if name.is_some() { "1" } else { "{" });
        rest = &rest[at + 1 + name.map_or(0, |name| name.len() + 1)..];
    }
    // The end of a string ends a command in it.
    (filled + rest).replace("\\\"", "\u{1}").replace('"', "\n").replace('\u{1}', "\"")
}

fn sources(folder: &Path, read: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, read);
        } else if path.extension().is_some_and(|end| end == "rs") {
            read(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_command_that_the_source_shows_is_whole() {
    let (mut seen, mut wrong) = (0, Vec::new());
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, source| {
        for command in commands(&said_by(source)) {
            seen += 1;
            if let Err(why) = is_whole(&command) {
                wrong.push(format!("{}: `{command}`: {why}", path.display()));
            }
        }
    });
    assert!(seen > 50, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_command_of_the_transcripts_is_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(root.join("tests/cmd")).unwrap().map(|entry| entry.unwrap().path());
    for page in pages.chain(crate::docs::pages()) {
        let text = fs::read_to_string(&page).unwrap();
        let helps = text.lines().filter(|line| line.contains("help: ") || line.starts_with("plan: "));
        helps.for_each(|line| hold(&[&page.display().to_string()], line));
    }
}

#[test]
fn what_is_not_whole_is_noticed() {
    let holds = |said: &str| std::panic::catch_unwind(|| hold(&["apply", "--on", "live"], said)).is_ok();
    assert!(holds("go on: `plan apply p.yaml --site s --resume --on live --host b.example`"));
    assert!(holds("look: plan diff p.yaml --site s --on live; then say \"x\""));
    assert!(holds("no command: `planned`, `plan nothing`, a plan check"));
    assert!(holds("`plan record step push \"WHAT YOU SAW\" --plan 'a b' --who WHO`"));
    for said in [
        "`plan diff`",
        "look: plan check",
        "`plan undo p.yaml --site s`",
        "`plan apply p.yaml --site s --resume`",
        "`plan record step push \"…\" --plan p --who WHO`",
        "`plan record step push \"x --plan p --who WHO`",
    ] {
        assert!(!holds(said), "{said}");
    }
}

#[test]
fn what_is_shown_of_a_run_in_a_folder_with_a_space_can_be_pasted() {
    use crate::place::{Ran, program};
    let home = tempfile::tempdir().unwrap();
    amc_plan::example::write(&home.path().join("a b"), amc_plan::example::SEED).unwrap();
    let (plan, site) = ("a b/bloom-coaching.yaml", "a b/bloom-coaching.site.ndjson");
    let run = |words: &[&str]| {
        let mut command = program();
        let ran = Ran::from(command.args(words).current_dir(home.path()).env("NO_COLOR", "1").output().unwrap());
        hold(words, &format!("{}\n{}", ran.out, ran.err));
        ran
    };
    let of = |verb: &str, more: &[&str]| run(&[&[verb, plan, "--site", site], more].concat());
    let shown = of("diff", &["--format", "json"]).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let digest = shown["digests"]["changes"].as_str().unwrap();
    let mut said = String::new();
    let mut keep = |ran: Ran| said.push_str(&(ran.out + &ran.err));
    for gate in ["configure", "migrate", "go-live"] {
        keep(of("check", &["--gate", gate, "--format", "concise"]));
    }
    keep(of("seal", &[]));
    for more in [
        &["--no-input"][..],
        &["--confirm", "00000000"],
        &["--confirm", digest, "--no-input"],
        &["--resume", "--no-input"],
    ] {
        keep(of("apply", more));
        keep(of("status", &[]));
    }
    for verb in ["adopt", "undo", "log", "purge", "diff"] {
        keep(of(verb, &[]));
    }
    keep(of("undo", &["--confirm", digest]));
    keep(run(&["upgrade", plan]));
    keep(run(&["lock", "break", plan, "--site", site, "--id", "00000000"]));
    for word in ["not-pressed", "restored"] {
        keep(run(&["record", word, "seen", "--plan", plan, "--who", "jo", "--site", site]));
    }
    #[cfg(unix)]
    {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(home.path().join("a b/.plan"), open).unwrap();
        let ran = of("status", &[]);
        let shown = ran.out.clone() + &ran.err;
        assert!(shown.contains("`chmod go-w '") && shown.contains("a b/.plan'`"), "{shown}");
    }
    assert!(commands(&said).len() > 5, "{said}");
}
