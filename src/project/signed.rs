//! A seal in its file, with the signature beside it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, exit};
use crate::fs::{self, Folder};

/// Most bytes of a seal or of a signature: some ten times what the largest takes.
const MOST_BYTES: u64 = 1 << 17;

/// A seal as it lies in its file, with the signature beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The text of the seal.
    pub text: String,
    /// The text of the signature, if there is one.
    pub signature: Option<String>,
}

/// Reads a seal that a person named, and the signature beside it if there is one.
pub(crate) fn read(file: &Path) -> Result<Sealed, Failure> {
    let text = text_of(file, fs::read(file, MOST_BYTES))?;
    let signature = signature_of(file);
    let read = Folder::of(&signature).read(signature.file_name().unwrap_or_default(), MOST_BYTES);
    let signature = match read {
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        read => Some(text_of(&signature, read)?),
    };
    Ok(Sealed { text, signature })
}

pub(crate) fn signature_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

fn text_of(file: &Path, read: io::Result<Vec<u8>>) -> Result<String, Failure> {
    let bytes = read.map_err(|e| match e.kind() {
        ErrorKind::FileTooLarge => {
            let what = format!("`{}` has more than {MOST_BYTES} bytes, so it is not a seal", file.display());
            Failure::new(exit::UNCONFIRMED, what)
        }
        _ => Failure::file("read", file, &e),
    })?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(exit::UNCONFIRMED, format!("`{}` is not a seal: it is not text", file.display())))
}
