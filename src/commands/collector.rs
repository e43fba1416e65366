//! The commands that make the collector with the list of a site's own adapters, as messages show them.

use std::path::{Path, PathBuf};

use crate::output::escape;

/// How the plugin's zip is called, in the mail to the owner too.
pub(super) const NAME: &str = "plan-bridge.zip";

/// The command that makes the plugin with the list of these adapters, into a file that is not there yet: none is overwritten.
pub(super) fn zip(adapters: &[PathBuf]) -> String {
    let further = (2..).map(|n| format!("plan-bridge-{n}.zip"));
    let is_new = |name: &String| Path::new(name).symlink_metadata().is_err();
    let name = std::iter::once(NAME.to_owned()).chain(further).find(is_new).unwrap_or_default();
    command(["plan bridge zip", &format!(" --out {name}")], adapters)
}

/// A command, with these adapters between its two parts.
pub(super) fn command([words, to]: [&str; 2], adapters: &[PathBuf]) -> String {
    let named = adapters.iter().map(|path| format!(" --adapter {}", escape::shell(&path.display().to_string())));
    named.fold(words.to_owned(), |words, adapter| words + &adapter) + to
}
