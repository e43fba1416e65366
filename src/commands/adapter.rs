//! `plan adapter`: adapters checked, explained, and compiled into the list of what a collector may read.

use std::path::{Path, PathBuf};

use crate::adapter::explain::{Facts, facts};
use crate::adapter::{self, LONGEST, Loaded, Opened, Set, built_in, compile, uses};
use crate::cli::{Adapter, AdapterVerb, StatusFormat};
use crate::diag::Finding;
use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::text::many;
use crate::output::escape;
use crate::site::file::save_text;
use crate::text::nearest;

use super::Terminal;
use super::collector;

pub(super) fn run(args: &Adapter, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match &args.verb {
        AdapterVerb::Check { files } => check(files, terminal),
        AdapterVerb::Explain { adapters, format } => explain(adapters, *format, terminal),
        AdapterVerb::Request { files, out } => request(files, out.as_deref(), terminal),
    }
}

/// The built-in adapters, and a site's own before them.
pub(super) fn with_own(files: &[PathBuf]) -> Result<Set, Failure> {
    read_own(files).map(|(set, _)| set)
}

/// The same, and how many guesses of drafts among them are not decided.
pub(super) fn read_own(files: &[PathBuf]) -> Result<(Set, usize), Failure> {
    own(texts(files)?)
}

/// The same, of adapters that were read already.
pub(super) fn own(texts: Vec<(PathBuf, Vec<u8>)>) -> Result<(Set, usize), Failure> {
    let own = opened(texts);
    let undecided = own.iter().map(|(_, opened)| opened.undecided).sum();
    let broken: Vec<String> = own.iter().flat_map(|(path, opened)| lines(path, opened)).collect();
    if let Some((first, more)) = broken.split_first() {
        let mut failure = Failure::new(exit::COULD_NOT_RUN, format!("an adapter cannot be used: {first}"));
        failure.details = more.iter().take(MOST).cloned().collect();
        return Err(failure.help("`plan adapter check FILE` shows each mistake with what to do about it"));
    }
    let own: Vec<Loaded> = own.into_iter().filter_map(|(_, opened)| opened.adapter).collect();
    ensure_names_differ(&own)?;
    Ok((Set::new(own.into_iter().chain(built_in().iter().cloned())), undecided))
}

/// How many further mistakes are listed where an adapter is only used.
const MOST: usize = 10;

/// Refuses two adapters of one name: the collector's list knows them by their names.
fn ensure_names_differ(own: &[Loaded]) -> Result<(), Failure> {
    let all = own.iter().chain(built_in());
    let names: Vec<&str> = all.map(|loaded| loaded.adapter.name.as_str()).collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        None => Ok(()),
        Some((_, name)) => Err(Failure::new(exit::COULD_NOT_RUN, format!("two adapters have the name `{name}`"))
            .help("give yours another `name`; what it says counts before what is built in")),
    }
}

/// Reads files that a person named.
pub(super) fn texts(files: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let read = |path: &PathBuf| {
        let bytes = fs::read(path, LONGEST).map_err(|error| Failure::file("read", path, &error))?;
        Ok((path.clone(), bytes))
    };
    files.iter().map(read).collect()
}

/// What adapters say, each of which may refer to what the others and the built-in ones have.
fn opened(texts: Vec<(PathBuf, Vec<u8>)>) -> Vec<(PathBuf, Opened)> {
    let open =
        |path: &Path, bytes: &[u8], others: &Set| adapter::open(&path.display().to_string(), bytes.to_vec(), others);
    let alone = texts.iter().filter_map(|(path, bytes)| open(path, bytes, &Set::default()).adapter);
    // Of one that refers to another its first reading fails, and its own lookups are its own all the same.
    let others = Set::new(alone.chain(built_in().iter().cloned()));
    let found = |(path, bytes): (PathBuf, Vec<u8>)| {
        let opened = open(&path, &bytes, &others);
        (path, opened)
    };
    texts.into_iter().map(found).collect()
}

/// What is wrong with an adapter, a line each.
fn lines(path: &Path, opened: &Opened) -> Vec<String> {
    opened.findings.iter().map(|finding| format!("{}: {}", place(path, finding, opened), finding.message)).collect()
}

fn place(path: &Path, finding: &Finding, opened: &Opened) -> String {
    let start = opened.sources.spot(&finding.primary.place).start;
    format!("{}:{}:{}", path.display(), start.line, start.column)
}

fn check(files: &[PathBuf], terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (mut count, mut all) = (0, Vec::new());
    for (path, opened) in opened(texts(files)?) {
        let mut findings: Vec<&Finding> = opened.findings.iter().collect();
        findings.sort_by_key(|finding| opened.sources.spot(&finding.primary.place).span.start);
        for finding in findings {
            count += 1;
            let (at, message) = (escape::line(&place(&path, finding, &opened)), escape::line(&finding.message));
            writeln!(terminal.out, "{at}: {message} ({})", finding.rule)?;
            if let Some(help) = &finding.help {
                writeln!(terminal.out, "  help: {}", escape::line(help))?;
            }
        }
        if opened.undecided > 0 {
            writeln!(
                terminal.out,
                "{}: {} still marked `# decide`: while one is left, what is read by a guess counts as recorded at most",
                escape::path(&path),
                many(opened.undecided, "line")
            )?;
        }
        if let Some(loaded) = &opened.adapter {
            let adapter = &loaded.adapter;
            let kinds: Vec<&str> = adapter.objects.iter().map(|(kind, _)| kind).collect();
            let of = if kinds.is_empty() { "no objects".to_owned() } else { kinds.join(", ") };
            writeln!(terminal.out, "{}: `{}` is right: {of}", escape::path(&path), escape::line(&adapter.name))?;
        }
        all.extend(opened.adapter);
    }
    match count {
        0 => {
            writeln!(
                terminal.notes(),
                "next: `{}`, upload it under Plugins > Add New > Upload Plugin, and take a capture",
                escape::line(&collector::zip(files))
            )?;
            if !uses::writable(&Set::new(all)).is_empty() {
                writeln!(
                    terminal.notes(),
                    "what is `writable` there the build writes that `plan bridge zip --writer URL --adapter FILE --out NEW.zip` makes, where the \
                     site's owner agreed (docs/writing.md)"
                )?;
            }
            Ok(exit::OK)
        }
        count => {
            writeln!(terminal.err, "{}", many(count, "mistake"))?;
            Ok(exit::NOT_GREEN)
        }
    }
}

fn explain(names: &[String], format: StatusFormat, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let set = match names.is_empty() {
        true => Set::new(built_in().iter().cloned()),
        false => named(names)?,
    };
    let named: Vec<&str> = set.all().iter().map(|loaded| loaded.adapter.name.as_str()).collect();
    let others = built_in().iter().filter(|loaded| !named.contains(&loaded.adapter.name.as_str()));
    let facts = facts(&set, &Set::new(set.all().iter().chain(others).cloned()));
    match format {
        StatusFormat::Json => escape::json(&facts, terminal.out)?,
        StatusFormat::Human => readable(&facts, names.is_empty(), terminal)?,
    }
    Ok(exit::OK)
}

fn named(names: &[String]) -> Result<Set, Failure> {
    let (mut all, mut files) = (Vec::new(), Vec::new());
    for name in names {
        match built_in().iter().find(|loaded| loaded.adapter.name == *name) {
            Some(loaded) => all.push(loaded.clone()),
            None if Path::new(name).exists() => files.push(PathBuf::from(name)),
            None => {
                let failure =
                    Failure::new(exit::USAGE, format!("there is neither a built-in adapter nor a file `{name}`"));
                let known: Vec<&str> = built_in().iter().map(|loaded| loaded.adapter.name.as_str()).collect();
                return Err(match nearest(name, known.iter().copied()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure.help(format!("built in are `{}`", known.join("`, `"))),
                });
            }
        }
    }
    let own = with_own(&files)?;
    all.extend(own.all().iter().filter(|loaded| !loaded.is_built_in).cloned());
    Ok(Set::new(all))
}

fn readable(facts: &Facts, shows_all: bool, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let out = &mut *terminal.out;
    for about in &facts.adapters {
        writeln!(out, "{}: {}", escape::line(&about.name), escape::line(&about.about))?;
        for fact in facts.facts.iter().filter(|fact| fact.adapter == about.name) {
            let writable = if fact.writable { ", can be written back" } else { "" };
            writeln!(out, "  {}", escape::line(&fact.of))?;
            let when = fact.when.as_ref().map(|when| format!(", {when}")).unwrap_or_default();
            let at = if fact.place.starts_with("always") { "" } else { "in " };
            writeln!(out, "    {at}{}{}", escape::line(&fact.place), escape::line(&when))?;
            writeln!(out, "    {}{writable}: {}", fact.evidence.name(), escape::line(&fact.source))?;
        }
    }
    for replaced in &facts.replaced {
        writeln!(out, "{}", escape::line(&replaced.sentence()))?;
    }
    let open: Vec<_> = facts.questions.iter().filter(|open| shows_all || open.touched).collect();
    if !open.is_empty() {
        writeln!(
            out,
            "{}",
            if shows_all {
                "What is not known of AccessAlly:"
            } else {
                "What of the open questions about AccessAlly these settle:"
            }
        )?;
    }
    for open in open {
        let state = match (open.settled, open.missing.is_empty()) {
            (true, _) => "settled by these adapters".to_owned(),
            (false, true) => "no stored value can settle it".to_owned(),
            (false, false) => format!("open until an adapter says where to find: {}", open.missing.join(", ")),
        };
        writeln!(out, "  {}: {}", open.id, open.question)?;
        writeln!(out, "    {state}")?;
        if !open.settled {
            writeln!(out, "    until then, {}", open.until_then)?;
        }
    }
    Ok(())
}

fn request(files: &[PathBuf], out: Option<&Path>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = out.filter(|out| out.exists()) {
        return Err(Failure::exists(out));
    }
    let text = compile::text(&with_own(files)?);
    match out {
        Some(out) => {
            save_text(out, &text)?;
            writeln!(
                terminal.notes(),
                "wrote {}: put it in place of `request.json` in the plugin's folder `plan-bridge`",
                escape::path(out)
            )?;
        }
        None => write!(terminal.out, "{text}")?,
    }
    Ok(exit::OK)
}
