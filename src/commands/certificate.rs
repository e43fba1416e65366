//! The certificate's file beside the plan: `x.yaml` has `x.rehearsal.json`.

use std::path::{Path, PathBuf};

use crate::apply::certificate::{Certificate, VERSION};
use crate::apply::journal::Journal;
use crate::site::file;

use super::record_file::read_text;
use super::{Failure, exit};

fn path_of(plan: &Path) -> PathBuf {
    plan.with_extension("rehearsal.json")
}

/// Writes the certificate of a finished rehearsal; nothing for a run that is none.
pub(super) fn write(plan: &Path, journal: &Journal) -> Result<Option<PathBuf>, Failure> {
    let Some(certificate) = Certificate::of(journal.events(), journal.digest()) else { return Ok(None) };
    let path = path_of(plan);
    let text = serde_json::to_string_pretty(&certificate).unwrap_or_default() + "\n";
    file::save_text(&path, &text)?;
    Ok(Some(path))
}

/// Reads the certificate beside a plan; none where there is none.
pub(super) fn load(plan: &Path) -> Result<Option<Certificate>, Failure> {
    let path = path_of(plan);
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::file("read", &path, &error)),
    };
    let read: Result<Certificate, _> = serde_json::from_str(&text);
    match read {
        Ok(certificate) if certificate.version == VERSION => Ok(Some(certificate)),
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
