//! Verbs that an earlier version, or another tool, calls otherwise: such a name answers with today's.

use std::ffi::OsString;

/// The old words of a verb, and today's.
const RENAMED: [(&[&str], &str); 2] = [(&["forget"], "purge"), (&["snapshot", "seal"], "snapshot finalize")];

/// The old words of a verb that is gone, and what is done in its place.
const GONE: [(&[&str], &str); 2] = [(&["record", "word"], SAW), (&["record", "attest"], SAW)];

/// What other tools call a verb, today's, and what it does.
const HABITS: [(&[&str], &str, &str); 9] = [
    (&["plan", "preview", "dry-run"], "diff", "shows before and after, and the digest to confirm"),
    (&["validate", "lint", "test"], "check", "judges a plan against a site"),
    (&["run", "deploy", "execute", "migrate", "up"], "apply", "carries out what was confirmed"),
    (&["rollback", "revert", "destroy", "down"], "undo", "takes a run back, up to the barrier"),
    (&["show", "state", "ps"], "status", "says where a run stands"),
    (&["history", "audit"], "log", "says what a run did, line by line"),
    (&["new", "create", "scaffold"], "init", "writes a first plan from a site"),
    (&["refresh", "pull", "export"], "snapshot", "reads a site into a file"),
    (
        &["doctor", "login", "connect"],
        "site",
        "reads a site at an address: `plan site doctor URL`, `plan site connect URL`",
    ),
];

/// Nobody attests that a rule holds any more.
const SAW: &str =
    "a person attests what they saw, and rules judge it: `plan record saw OBJECT FIELD=VALUE --plan PLAN --who WHO`";

/// What is answered to a command line that begins with a verb's old name; none where it does not.
pub fn renamed(arguments: &[OsString]) -> Option<String> {
    let mut words = arguments.iter().skip(1);
    let mut first = words.next()?;
    while first.to_str().is_some_and(|word| word.starts_with("--color")) {
        // `--color WHEN` is two words, `--color=WHEN` one.
        if first == "--color" {
            words.next();
        }
        first = words.next()?;
    }
    let given = [Some(first), words.next()];
    let is = |old: &[&str]| old.iter().zip(given).all(|(old, given)| given.is_some_and(|given| given == old));
    if let Some((old, instead)) = GONE.iter().find(|(old, _)| is(old)) {
        return Some(format!("plan: `plan {}` is gone\n  help: {instead}\n", old.join(" ")));
    }
    if let Some((old, new)) = RENAMED.iter().find(|(old, _)| is(old)) {
        let old = old.join(" ");
        return Some(format!(
            "plan: `plan {old}` is called `plan {new}` now\n  help: type `plan {new}` with the same arguments\n"
        ));
    }
    let habit = HABITS.iter().flat_map(|(names, verb, does)| names.iter().map(move |name| (name, verb, does)));
    let (name, verb, does) = habit.into_iter().find(|(name, ..)| is(&[name]))?;
    Some(format!(
        "plan: there is no `plan {name}`\n  help: `plan {verb}` {does}; `plan {verb} --help` shows an example\n"
    ))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn answers(line: &str) -> Option<String> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        renamed(&arguments)
    }

    #[test]
    fn an_old_name_answers_with_todays_wherever_colour_stands() {
        for line in ["plan forget P --site S", "plan --color never forget", "plan --color=never forget"] {
            assert!(answers(line).unwrap().contains("`plan forget` is called `plan purge` now"), "{line}");
        }
        for line in ["plan record word R x", "plan record attest R x"] {
            assert!(answers(line).unwrap().contains("`plan record saw OBJECT"), "{line}");
        }
        assert!(answers("plan snapshot seal F").unwrap().contains("`plan snapshot finalize`"));
    }

    #[test]
    fn what_another_tool_calls_it_answers_with_what_it_is_called_here_and_is_no_verb_of_this_one() {
        assert!(answers("plan plan p.yaml").unwrap().contains("there is no `plan plan`\n  help: `plan diff` shows"));
        assert!(answers("plan --color never validate").unwrap().contains("`plan check` judges"));
        let verbs: Vec<String> = Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        for (names, verb, _) in HABITS {
            assert!(verbs.iter().any(|own| own == verb), "{verb}");
            assert!(names.iter().all(|name| !verbs.iter().any(|own| own == name)), "{names:?}");
        }
    }

    #[test]
    fn todays_verbs_and_arguments_that_look_alike_are_left_alone() {
        for line in ["plan", "plan seal P", "plan check forget", "plan snapshot --site seal", "plan record step word"] {
            assert_eq!(answers(line), None, "{line}");
        }
    }
}
