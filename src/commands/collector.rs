//! The commands that make the collector with the list of a site's own adapters, as messages show them.

use std::path::PathBuf;

use crate::output::escape;

/// What makes the plugin with the list of these adapters.
pub(super) const ZIP: [&str; 2] = ["plan bridge zip", " --out plan-bridge.zip"];

/// A command that makes the collector, with these adapters between its two parts.
pub(super) fn command([words, to]: [&str; 2], adapters: &[PathBuf]) -> String {
    let named = adapters.iter().map(|path| format!(" --adapter {}", escape::shell(&path.display().to_string())));
    named.fold(words.to_owned(), |words, adapter| words + &adapter) + to
}
