//! The collector on its way to a site: its files, the plugin's zip, one script for a command line, what its list reads in words, and
//! the mail that asks a site's owner for it. Pure.

mod list;
mod mail;
mod packed;
mod script;

pub use list::{Read, read_in_words, reads_text};
pub use mail::{Asked, Way, ask, ways};
pub use packed::{FOLDER, packed, packed_writer};
pub use script::{Gives, script};

use crate::model::digest::of_parts;

/// The collector's PHP files, in the order of their paths, which is the order of its digest.
macro_rules! files {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/bridge/", $path)))),*]
    };
}

/// The PHP files of `bridge/` with their paths in the plugin's folder, sorted by path.
pub const FILES: &[(&str, &str)] = files![
    "plan-bridge.php"
    "src/Capture.php"
    "src/Database.php"
    "src/Failure.php"
    "src/Inside.php"
    "src/Inventory.php"
    "src/Page.php"
    "src/Picker.php"
    "src/Plugin.php"
    "src/Request.php"
    "src/Runtime.php"
    "src/Screen.php"
    "src/Secrets.php"
    "src/Stream.php"
    "src/Withheld.php"
    "src/Words.php"
];

/// What the build that writes has in the place of the reading one's main file, or beside its files, sorted by path.
pub const WRITER_FILES: &[(&str, &str)] = &[
    ("plan-bridge.php", include_str!("../../bridge/writer/plan-bridge.php")),
    ("src/Aftermath.php", include_str!("../../bridge/writer/src/Aftermath.php")),
    ("src/Change.php", include_str!("../../bridge/writer/src/Change.php")),
    ("src/Lock.php", include_str!("../../bridge/writer/src/Lock.php")),
    ("src/Splice.php", include_str!("../../bridge/writer/src/Splice.php")),
    ("src/Store.php", include_str!("../../bridge/writer/src/Store.php")),
    ("src/Trial.php", include_str!("../../bridge/writer/src/Trial.php")),
    ("src/Writer.php", include_str!("../../bridge/writer/src/Writer.php")),
    ("src/Writes.php", include_str!("../../bridge/writer/src/Writes.php")),
    ("uninstall.php", include_str!("../../bridge/writer/uninstall.php")),
];

/// The digest of the code, as the collector says it in each first line (`bridge/FORMAT.md`, section 3).
pub fn code_digest() -> String {
    of_parts(FILES.iter().flat_map(|(path, text)| [*path, "\0", *text, "\0"]))
}
