//! Options from the environment: `PLAN_` and the option's name in capitals, for whatever the command line does not say. What a person has to say
//! each time has none.

use std::cell::LazyCell;
use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _};

use super::Cli;

/// How each name begins.
const BEGINS: &str = "PLAN_";

/// Names that begin so and are no option's: the logins, this machine's own folder, how much is said.
const OTHERS: [&str; 8] = [
    "PLAN_LOGIN_ORIGIN",
    "PLAN_LOGIN_USER",
    "PLAN_LOGIN_PASSWORD",
    "PLAN_LIVE_LOGIN_ORIGIN",
    "PLAN_LIVE_LOGIN_USER",
    "PLAN_LIVE_LOGIN_PASSWORD",
    "PLAN_STATE_HOME",
    "PLAN_LOG",
];

/// Options that are said with the command, or not at all: the verb, any where it is empty; the option, each of the verb's own where it is
/// empty; and why. A hook or a job inherits an environment, and nothing of this may come to pass by that alone.
const SAID: [(&str, &str, &str); 40] = [
    ("", "confirm", "the digest that a person was shown"),
    ("", "seal", "a review, in the place of that digest"),
    ("", "acknowledge", "the phrase that passes the barrier"),
    ("", "accept-unknown", "without what knowledge somebody goes on"),
    ("", "host", "the live site, typed out"),
    ("", "on", "which of the two sites is meant"),
    ("", "who", "who answers for it"),
    ("", "yes", "that a person looked first"),
    ("", "taken-at", "evidence: when something was taken"),
    ("", "resume", "that a run is gone further"),
    ("", "through", "how far a run goes"),
    ("", "leave", "what of somebody else's an undo leaves as it is"),
    ("", "id", "whose lock is broken"),
    ("", "out", "which file is written"),
    ("", "write", "which folder is written to"),
    ("", "show-personal", "people's data would be in every log"),
    ("purge", "reason", "why what later readings are compared with is removed"),
    ("check", "fix", "that a plan is written to, which a check otherwise never is"),
    ("check", "unsafe-fixes", "that choices are made"),
    ("check", "diff", "that nothing is written"),
    ("fmt", "check", "that nothing is written"),
    ("fmt", "diff", "that nothing is written"),
    ("verify", "since", "an option of another verb has that name, with other values"),
    ("apply", "site", "the site that is written to"),
    ("undo", "site", "the site that is written to"),
    ("adopt", "site", "whose run is taken over"),
    ("purge", "site", "whose earlier reading is deleted"),
    ("lock break", "site", "whose lock is broken"),
    ("bridge zip", "writer", "that a plugin writes, and on which site"),
    ("record", "", "evidence, which somebody attests"),
    ("survey", "read", "evidence, which somebody attests"),
    ("survey", "renew", "evidence, which somebody attests"),
    ("survey", "from", "evidence, which somebody attests"),
    ("survey", "sheets", "which folder is written to"),
    ("init", "inline-contacts", "people's data would be in a file that is committed"),
    ("support-bundle", "site-names", "names of the site would be in a text that is sent away"),
    ("report", "for", "an option of another verb has that name, with other forms"),
    ("report", "after", "an option of another verb has that name, and is a site"),
    ("diff", "output", "an option of another verb has that name, with other forms"),
    ("bridge script", "inventory", "an option of another verb has that name, and is a file"),
];

/// What of the environment counts for a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    /// Those that count.
    pub used: Vec<String>,
    /// Those that do not, as the command line says otherwise.
    pub overruled: Vec<String>,
    /// Those that no option has.
    pub unknown: Vec<String>,
}

/// The variable of an option; none where it is said with the command, or is no option that takes one.
fn variable(verb: &str, arg: &Arg) -> Option<String> {
    let long = arg.get_long()?;
    let has_none = is_of_clap(arg) || SAID.iter().any(|row| is_said(*row, verb, arg, long));
    (!has_none).then(|| format!("{BEGINS}{}", long.replace('-', "_").to_uppercase()))
}

fn is_said((of, option, _): (&str, &str, &str), verb: &str, arg: &Arg, long: &str) -> bool {
    let is_of = of.is_empty() || verb == of || verb.strip_prefix(of).is_some_and(|rest| rest.starts_with(' '));
    // Where backups lie is no evidence, and is asked of the environment for every verb.
    let is_each = option.is_empty() && !arg.is_global_set() && long != "backup-dir";
    is_of && (is_each || option == long)
}

fn is_of_clap(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
}

/// Each variable that an option has, in the order of the alphabet.
pub fn all() -> Vec<String> {
    fn walk(verb: &str, command: &Command, found: &mut Vec<String>) {
        found.extend(command.get_arguments().filter_map(|arg| variable(verb, arg)));
        for sub in command.get_subcommands() {
            walk(format!("{verb} {}", sub.get_name()).trim(), sub, found);
        }
    }
    let (mut command, mut found) = (Cli::command(), Vec::new());
    command.build();
    walk("", &command, &mut found);
    found.sort();
    found.dedup();
    found
}

/// A command line with what the environment says in addition, and what that is.
///
/// # Errors
/// Where a variable says something that its option does not take, or two of them cannot be together.
pub(super) fn added(
    words: Vec<OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(Vec<OsString>, Variables), clap::Error> {
    let is_ours = |name: &str| name.starts_with(BEGINS) && !OTHERS.contains(&name);
    let set = environment.into_iter().filter(|(_, value)| !value.is_empty());
    let mut set: Vec<(String, OsString)> =
        set.filter_map(|(name, value)| Some((name.into_string().ok().filter(|name| is_ours(name))?, value))).collect();
    let mut counted = Variables::default();
    if set.is_empty() || !is_complete_but_for_options(&words) {
        return Ok((words, counted));
    }
    set.sort();
    let mut command = Cli::command();
    command.build();
    let Ok(matches) = Cli::command().ignore_errors(true).try_get_matches_from(&words) else {
        return Ok((words, counted));
    };
    let chosen = Chosen::of(&command, &matches);
    let at = chosen.place_in(&words, &command);
    let with = |all: &[&Vec<OsString>]| -> Vec<OsString> {
        let (before, after) = words.split_at(at);
        before.iter().chain(all.iter().copied().flatten()).chain(after).cloned().collect()
    };
    let mut taken: Vec<(String, Vec<OsString>)> = Vec::new();
    let known = LazyCell::new(all);
    for (name, value) in set {
        let Some(arg) = chosen.arg_of(&name) else {
            if !known.contains(&name) {
                counted.unknown.push(name);
            }
            continue;
        };
        // Of what is global clap sees a conflict only where both stand at one verb.
        if chosen.is_given(arg)
            || chosen.command.get_arg_conflicts_with(arg).into_iter().any(|other| chosen.is_given(other))
        {
            counted.overruled.push(name);
            continue;
        }
        let own = spelt(arg, &value)
            .map_err(|takes| wrong(&format!("{name} is `{}`, and {takes}", value.to_string_lossy())))?;
        match refused(with(&[&own])) {
            Some(error) if error.kind() == ErrorKind::ArgumentConflict => {
                counted.overruled.push(name);
                continue;
            }
            Some(error) if is_of_value(error.kind()) => {
                return Err(wrong(&format!("{name} is `{}`: {}", value.to_string_lossy(), why(&error))));
            }
            _ => {}
        }
        let conflicts = |other: &&(String, Vec<OsString>)| {
            refused(with(&[&other.1, &own])).is_some_and(|error| error.kind() == ErrorKind::ArgumentConflict)
        };
        if let Some((other, _)) = taken.iter().find(conflicts) {
            return Err(wrong(&format!("{other} and {name} cannot be used together: unset one of them")));
        }
        taken.push((name, own));
    }
    let words = with(&taken.iter().map(|(_, own)| own).collect::<Vec<_>>());
    counted.used = taken.into_iter().map(|(name, _)| name).collect();
    Ok((words, counted))
}

/// Whether nothing but options can be missing: what else is wrong is said as it is.
fn is_complete_but_for_options(words: &[OsString]) -> bool {
    refused(words.to_vec()).is_none_or(|error| error.kind() == ErrorKind::MissingRequiredArgument)
}

fn refused(words: Vec<OsString>) -> Option<clap::Error> {
    Cli::command().try_get_matches_from(words).err()
}

fn is_of_value(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8)
}

/// Why an option does not take a value.
fn why(error: &clap::Error) -> String {
    let known = error.context().find_map(|(kind, value)| match (kind, value) {
        (ContextKind::ValidValue, clap::error::ContextValue::Strings(known)) if !known.is_empty() => {
            Some(format!("it can be {}", known.join(", ")))
        }
        _ => None,
    });
    let said = || std::error::Error::source(error).map(ToString::to_string);
    known.or_else(said).unwrap_or_else(|| "its option does not take that".to_owned())
}

fn wrong(what: &str) -> clap::Error {
    Cli::command().error(ErrorKind::InvalidValue, what)
}

/// The words that a variable stands for.
fn spelt(arg: &Arg, value: &OsStr) -> Result<Vec<OsString>, &'static str> {
    let long = arg.get_long().unwrap_or_default();
    let flag = || OsString::from(format!("--{long}"));
    let text = value.to_str();
    match arg.get_action() {
        ArgAction::SetTrue | ArgAction::SetFalse => match text {
            Some("1" | "true") => Ok(vec![flag()]),
            Some("0" | "false") => Ok(Vec::new()),
            _ => Err("can be 1, 0, true or false"),
        },
        ArgAction::Count => match text {
            Some("1" | "true") => Ok(vec![flag()]),
            Some("2") => Ok(vec![flag(), flag()]),
            Some("0" | "false") => Ok(Vec::new()),
            _ => Err("can be 0, 1 or 2"),
        },
        ArgAction::Append => match text {
            Some(lines) => {
                Ok(lines.lines().filter(|line| !line.is_empty()).map(|line| with(long, OsStr::new(line))).collect())
            }
            None => Ok(vec![with(long, value)]),
        },
        _ => Ok(vec![with(long, value)]),
    }
}

fn with(long: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("--{long}="));
    word.push(value);
    word
}

/// The verb that a command line chooses.
struct Chosen<'c> {
    /// Its words.
    verb: Vec<String>,
    command: &'c Command,
    matches: ArgMatches,
}

impl<'c> Chosen<'c> {
    fn of(command: &'c Command, matches: &ArgMatches) -> Self {
        let mut chosen = Self { verb: Vec::new(), command, matches: matches.clone() };
        while let Some((name, within)) = chosen.matches.subcommand() {
            let Some(command) = chosen.command.find_subcommand(name) else { break };
            let (name, within) = (name.to_owned(), within.clone());
            chosen.verb.push(name);
            chosen.command = command;
            chosen.matches = within;
        }
        chosen
    }

    fn arg_of(&self, name: &str) -> Option<&'c Arg> {
        let verb = self.verb.join(" ");
        self.command.get_arguments().find(|arg| variable(&verb, arg).as_deref() == Some(name))
    }

    fn is_given(&self, arg: &Arg) -> bool {
        let id = arg.get_id().as_str();
        self.matches.try_contains_id(id).is_ok() && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// Where options of the verb can stand among the words: after its last one.
    fn place_in(&self, words: &[OsString], top: &Command) -> usize {
        let (mut at, mut command) = (1, top);
        for name in &self.verb {
            while words.get(at).is_some_and(|word| word != name.as_str()) {
                // `--color WHEN` is two words, `--color=WHEN` one.
                let takes_next = words[at].to_str().and_then(|word| word.strip_prefix("--")).is_some_and(|long| {
                    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(long));
                    arg.is_some_and(|arg| arg.get_action().takes_values())
                });
                at += 1 + usize::from(takes_next);
            }
            at += 1;
            command = command.find_subcommand(name).unwrap_or(command);
        }
        at.min(words.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every verb that runs something, by its words, with its description.
    fn verbs() -> Vec<(String, Command)> {
        fn walk(verb: &str, command: &Command, found: &mut Vec<(String, Command)>) {
            let subs: Vec<&Command> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
            if !command.is_subcommand_required_set() && !verb.is_empty() {
                found.push((verb.to_owned(), command.clone()));
            }
            for sub in subs {
                walk(format!("{verb} {}", sub.get_name()).trim(), sub, found);
            }
        }
        let (mut command, mut found) = (Cli::command(), Vec::new());
        command.build();
        walk("", &command, &mut found);
        assert!(found.len() > 50, "{}", found.len());
        found
    }

    fn options(command: &Command) -> impl Iterator<Item = &Arg> {
        command.get_arguments().filter(|arg| arg.get_long().is_some() && !is_of_clap(arg))
    }

    #[test]
    fn each_option_has_its_variable_or_a_reason_why_a_person_says_it() {
        let (mut of_names, mut reasons) = (BTreeMap::<String, BTreeSet<bool>>::new(), BTreeSet::new());
        for (verb, command) in verbs() {
            for arg in options(&command) {
                let long = arg.get_long().unwrap();
                let rows: Vec<usize> = (0..SAID.len()).filter(|row| is_said(SAID[*row], &verb, arg, long)).collect();
                reasons.extend(rows.iter().copied());
                let expected = format!("PLAN_{}", long.to_uppercase().replace('-', "_"));
                assert_eq!(variable(&verb, arg), rows.is_empty().then(|| expected.clone()), "`{verb} --{long}`");
                if rows.is_empty() {
                    of_names.entry(expected).or_default().insert(arg.get_action().takes_values());
                }
            }
        }
        assert_eq!(reasons.len(), SAID.len(), "a row is of no option any more");
        // One name is one thing: a flag here and a value there would be no use to anybody.
        let of_two: Vec<_> = of_names.iter().filter(|(_, kinds)| kinds.len() > 1).collect();
        assert!(of_two.is_empty(), "{of_two:?}");
        assert_eq!(of_names.keys().cloned().collect::<Vec<_>>(), all());
        assert!(OTHERS.iter().all(|other| !of_names.contains_key(*other)));
    }

    /// What opens, confirms or answers for something, by each verb that takes it: none of it can come with an environment.
    #[test]
    fn what_writes_confirms_or_attests_has_no_variable() {
        let person = [
            "confirm",
            "seal",
            "acknowledge",
            "accept-unknown",
            "host",
            "on",
            "who",
            "yes",
            "resume",
            "through",
            "leave",
            "id",
            "reason",
            "saw",
            "until",
            "taken-at",
            "out",
            "write",
            "show-personal",
            "inline-contacts",
            "restore-point",
            "stored-off-server",
        ];
        let known = all();
        for option in person {
            let name = format!("PLAN_{}", option.to_uppercase().replace('-', "_"));
            assert!(!known.contains(&name), "{name}");
        }
        for (verb, command) in verbs() {
            let writes = ["apply", "undo", "adopt", "purge", "lock break"].contains(&verb.as_str());
            let site = options(&command).find(|arg| arg.get_long() == Some("site"));
            assert!(!writes || site.is_some_and(|site| variable(&verb, site).is_none()), "{verb}");
        }
    }

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn pairs(set: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        set.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// The command line that comes of one and an environment.
    fn line(line: &str, set: &[(&str, &str)]) -> Result<String, String> {
        let (words, _) = added(words(line), pairs(set)).map_err(|error| error.to_string())?;
        Ok(words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_the_command_line_says_comes_first() {
        let said = |given: &str, set: &[(&str, &str)], is: &str| assert_eq!(line(given, set).as_deref(), Ok(is));
        said("plan check x", &[("PLAN_GATE", "migrate")], "plan check --gate=migrate x");
        said(
            "plan --color never check x -- -y",
            &[("PLAN_GATE", "migrate")],
            "plan --color never check --gate=migrate x -- -y",
        );
        said("plan check x --gate configure", &[("PLAN_GATE", "migrate")], "plan check x --gate configure");
        said("plan check x", &[("PLAN_GATE", "")], "plan check x");
        // What cannot be with it does not count either.
        for given in ["--no-site", "--snapshot f", "--site f"] {
            let given = format!("plan check x {given}");
            said(&given, &[("PLAN_SITE", "https://x.example")], &given);
        }
        said("plan check x --no-site", &[("PLAN_LIVE", "https://x.example")], "plan check x --no-site");
        // A required option can come from there, and options of another verb are no matter.
        said("plan status x", &[("PLAN_SITE", "s"), ("PLAN_EXPIRES", "1h")], "plan status --site=s x");
        said("plan lock status x", &[("PLAN_SITE", "s")], "plan lock status --site=s x");
        said("plan lock break x --id 7", &[("PLAN_SITE", "s")], "plan lock break x --id 7");
        said("plan -v check x", &[("PLAN_VERBOSE", "2"), ("PLAN_QUIET", "1")], "plan -v check x");
        said("plan check x", &[("PLAN_SITE", "-x")], "plan check --site=-x x");
        for whole in ["plan", "plan check --help", "plan none x", "plan check x --none", "plan explain"] {
            said(
                whole,
                &[("PLAN_GATE", "migrate"), ("PLAN_COLOR", "never")],
                &if whole == "plan explain" { format!("{whole} --color=never") } else { whole.to_owned() },
            );
        }
    }

    #[test]
    fn flags_take_a_few_words_and_lists_a_line_each() {
        let said = |set: &[(&str, &str)], is: &str| assert_eq!(line("plan check x", set).as_deref(), Ok(is));
        for (value, is) in [("1", " --no-site"), ("true", " --no-site"), ("0", ""), ("false", "")] {
            said(&[("PLAN_NO_SITE", value)], &format!("plan check{is} x"));
        }
        said(&[("PLAN_VERBOSE", "2")], "plan check --verbose --verbose x");
        let lists = "plan check --output=json=a b.json --output=sarif=c x";
        said(&[("PLAN_OUTPUT", "json=a b.json\n\nsarif=c\n")], lists);
        for (name, value, says) in [
            ("PLAN_NO_SITE", "yes", "PLAN_NO_SITE is `yes`, and can be 1, 0, true or false"),
            ("PLAN_VERBOSE", "3", "PLAN_VERBOSE is `3`, and can be 0, 1 or 2"),
            ("PLAN_GATE", "soon", "PLAN_GATE is `soon`: it can be fit, configure"),
            ("PLAN_OUTPUT", "loud=x", "PLAN_OUTPUT is `loud=x`: write FORMAT=FILE"),
            ("PLAN_MAX_BYTES", "many", "PLAN_MAX_BYTES is `many`: invalid digit"),
        ] {
            let error = line("plan check x", &[(name, value)]).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        let both = line("plan check x", &[("PLAN_SITE", "a"), ("PLAN_SNAPSHOT", "b")]).unwrap_err();
        assert!(both.contains("PLAN_SITE and PLAN_SNAPSHOT cannot be used together"), "{both}");
    }

    #[test]
    fn it_is_known_which_count() {
        let set = pairs(&[
            ("PLAN_GATE", "migrate"),
            ("PLAN_FORMAT", "json"),
            ("PLAN_GAET", "x"),
            ("PLAN_CONFIRM", "x"),
            ("PLAN_EXPIRES", "1h"),
            ("HOME", "x"),
            ("PLAN_LOG", "http"),
        ]);
        let (_, counted) = added(words("plan check x --format human"), set).unwrap();
        let (used, overruled) = (vec!["PLAN_GATE".to_owned()], vec!["PLAN_FORMAT".to_owned()]);
        let unknown = vec!["PLAN_CONFIRM".to_owned(), "PLAN_GAET".to_owned()];
        assert_eq!(counted, Variables { used, overruled, unknown });
    }
}
