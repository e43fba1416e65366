//! `plan seal`: what is to be confirmed, in a small file for review; and how `apply` reads it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::apply::gate;
use crate::apply::seal::{Seal, Sealed};
use crate::cli;
use crate::output::{concise, escape, many};
use crate::rules::{self, Phase, Verdict};

use super::apply::{Given, ask};
use super::inputs::{self, Choice};
use super::{Failure, Terminal, exit};

/// Most bytes of a seal or of a signature: some ten times what the largest takes.
const MOST_BYTES: u64 = 1 << 17;

pub(super) fn run(args: &cli::Seal, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let choice = match (&args.reading.site, &args.reading.snapshot) {
        (Some(site), _) => Choice::Live(site.clone()),
        (None, Some(file)) => Choice::Snapshot(file.clone()),
        (None, None) => Choice::None,
    };
    let opened = inputs::open(&args.plan, args.limits, false)?;
    let checked = inputs::judged(opened, &choice, Phase::Configure, false, false)?;
    if checked.judgement.verdict != Verdict::Green {
        concise::render(&checked.report(&args.plan.display().to_string()), terminal.err)?;
    }
    ask(gate::may_be_confirmed, &checked, Given::default())?;
    let Some(shown) = checked.confirmation() else {
        return Err(Failure::new(exit::USAGE, "a seal needs a site"));
    };
    let seal = Seal::new(&shown, checked.tally().changes, rules::version(), args.expires);
    let file = args.plan.with_extension("seal.json");
    replace(&file, &seal.text()).map_err(|e| Failure::file("write", &file, &e))?;
    let (total, host) = (many(seal.changes.values().sum(), "change"), escape::line(&seal.host));
    let (plan, shown) = (args.plan.display(), file.display());
    writeln!(terminal.out, "sealed {total} on {host} in {shown}, for {:#}", args.expires)?;
    writeln!(terminal.out, "  changes  {}", seal.digests.changes)?;
    if fs::symlink_metadata(signature_of(&file)).is_ok() {
        let old = signature_of(&file);
        writeln!(terminal.err, "`{}` is of the seal before; remove it, or sign this one", old.display())?;
    }
    writeln!(terminal.out, "to carry out exactly this: plan apply {plan} --site SITE --seal {shown}")?;
    checked.leave();
    Ok(exit::OK)
}

/// Puts a text in place of a file, whole or not at all; a link there is replaced, not followed.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}.tmp", std::process::id()));
    let written = OpenOptions::new().create_new(true).write(true).open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    });
    if written.as_ref().is_err_and(|e| e.kind() != ErrorKind::AlreadyExists) {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Reads a seal, and the signature beside it if there is one.
pub(super) fn read(file: &Path) -> Result<Sealed, Failure> {
    let text = text_of(file)?;
    let signature = signature_of(file);
    let signature = match fs::symlink_metadata(&signature) {
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        _ => Some(text_of(&signature)?),
    };
    Ok(Sealed { text, signature })
}

pub(super) fn signature_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let failed = |e: std::io::Error| Failure::file("read", file, &e);
    // A pipe would be waited for.
    if !fs::metadata(file).map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|open| open.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        let what = format!("`{}` has more than {MOST_BYTES} bytes, so it is no seal", file.display());
        return Err(Failure::new(exit::UNCONFIRMED, what));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(exit::UNCONFIRMED, format!("`{}` is no seal: it is not text", file.display())))
}
