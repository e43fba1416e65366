//! The certificate's file beside the plan: `x.yaml` has `x.rehearsal.json`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::apply::certificate::{Certificate, DAYS, Ground, VERSION, is_marked};
use crate::apply::journal::Journal;
use crate::apply::seal::{self, Signature};
use crate::failure::{Failure, exit};
use crate::fs::Folder;
use crate::output::escape::shell;
use crate::project::{Opened, settings};
use crate::site::file;
use crate::trust::Key;

use crate::project::signed::signature_of;

/// Most bytes of a certificate.
const LIMIT: u64 = 1 << 20;

/// The text of a file beside a plan; none where there is no such file.
fn text_of(path: &Path) -> Result<Option<String>, Failure> {
    let text = Folder::of(path).text(path.file_name().unwrap_or_default(), LIMIT);
    text.map_err(|error| Failure::file("read", path, &error))
}

pub(super) fn path_of(plan: &Path) -> PathBuf {
    plan.with_extension("rehearsal.json")
}

/// Writes the certificate of a finished rehearsal; nothing for a run that is none.
pub(super) fn write(plan: &Path, journal: &Journal, site: Ground) -> Result<Option<PathBuf>, Failure> {
    let Some(certificate) = Certificate::of(journal.events(), journal.digest(), site) else { return Ok(None) };
    let path = path_of(plan);
    file::save_text(&path, &certificate.text(&Key::find_or_make()?))?;
    Ok(Some(path))
}

/// The certificate beside a plan, with the text that it was read from: what is proven is what is read.
pub(crate) struct Kept {
    pub(crate) certificate: Certificate,
    path: PathBuf,
    text: String,
}

impl Kept {
    /// Whether the rehearsal is proven: it was on this machine, or a reviewer whose key the settings name signed its certificate.
    ///
    /// # Errors
    /// Why it is not, and how it can be.
    pub(crate) fn ensure_proven(&self, keys: &BTreeMap<String, settings::Key>) -> Result<(), Failure> {
        if Key::find()?.is_some_and(|key| is_marked(&self.text, &key)) {
            return Ok(());
        }
        let signature = text_of(&signature_of(&self.path))?;
        let why = match signature.map(|signature| seal::verified(&self.text, &signature, keys)) {
            Some(Signature::By(_)) => return Ok(()),
            Some(Signature::Wrong(why)) => format!("the signature next to it is not valid: {why}"),
            Some(Signature::None) | None => "no reviewer's signature is beside it".to_owned(),
        };
        let message = format!(
            "`{}` does not have the mark of this machine's key, so nothing proves on this machine that the rehearsal took place, \
                and {why}; nothing was written",
            self.path.display()
        );
        Err(Failure::new(exit::TARGET, message).help(format!(
            "replay from the machine and user that rehearsed; or have a reviewer whose key `plan.toml` names under `[seal.keys]` \
             sign it there: `minisign -S -m {}`; or rehearse again here",
            shell(&self.path.display().to_string())
        )))
    }
}

/// As [`Kept::ensure_proven`], of the certificate beside a plan.
///
/// # Errors
/// Where there is none, and as there.
pub(super) fn ensure_proven(plan: &Path, keys: &BTreeMap<String, settings::Key>) -> Result<(), Failure> {
    match kept(plan)? {
        Some(kept) => kept.ensure_proven(keys),
        None => Err(Failure::file("read", &path_of(plan), &ErrorKind::NotFound.into())),
    }
}

/// The certificate beside a plan, where the rehearsal is proven; none where there is none, or nothing here proves it: it then says
/// nothing of how long anything takes.
pub(super) fn proven(plan: &Path, keys: &BTreeMap<String, settings::Key>) -> Result<Option<Certificate>, Failure> {
    Ok(kept(plan)?.filter(|kept| kept.ensure_proven(keys).is_ok()).map(|kept| kept.certificate))
}

/// The day on which a rehearsal of this plan came to its end; none where nothing here proves one, or the plan is another now.
pub(crate) fn rehearsed(opened: &Opened) -> Option<Date> {
    let certificate = proven(&opened.path, &opened.settings.seal.keys).ok().flatten()?;
    let ended: Timestamp = certificate.ended_at.parse().ok()?;
    let age = Timestamp::now().duration_since(ended);
    let counts = certificate.is_of(&opened.plan) && age <= SignedDuration::from_hours(24 * DAYS);
    counts.then(|| ended.to_zoned_datetime(TimeZone::UTC).date())
}

/// Reads the certificate beside a plan, with its text; none where there is none.
pub(crate) fn kept(plan: &Path) -> Result<Option<Kept>, Failure> {
    let path = path_of(plan);
    let Some(text) = text_of(&path)? else { return Ok(None) };
    let read: Result<Certificate, _> = serde_json::from_str(&text);
    match read {
        Ok(certificate) if certificate.version == VERSION => Ok(Some(Kept { certificate, path, text })),
        Ok(certificate) => {
            let message =
                format!("`{}` is of version {}, and this build reads {VERSION}", path.display(), certificate.version);
            Err(Failure::new(exit::COULD_NOT_RUN, message).help("rehearse again with this build"))
        }
        Err(error) => {
            let message = format!(
                "`{}` is not a rehearsal's certificate (line {}, column {})",
                path.display(),
                error.line(),
                error.column()
            );
            Err(Failure::new(exit::COULD_NOT_RUN, message).help("take it from git again, or rehearse again"))
        }
    }
}
