//! A report in a file: `FORMAT=FILE`.

use std::path::PathBuf;

use clap::ValueEnum;

/// A report in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<F> {
    /// Its form.
    pub format: F,
    /// The file.
    pub path: PathBuf,
}

/// Reads `FORMAT=FILE`.
pub(super) fn written<F: ValueEnum + 'static>(text: &str) -> Result<Written<F>, String> {
    let forms = || F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let known = || {
        format!(
            "write FORMAT=FILE, where FORMAT is one of {}",
            forms().map(|form| form.get_name().to_owned()).collect::<Vec<_>>().join(", ")
        )
    };
    let (format, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(known)?;
    let format = F::from_str(format, false).map_err(|_| known())?;
    if path == "-" {
        return Err("write a file's name: what is printed is said by `--format`".to_owned());
    }
    Ok(Written { format, path: path.into() })
}
