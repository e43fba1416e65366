//! What the collector (`bridge/`) gives: a capture with values, an inventory with names and shapes. Formats: `bridge/FORMAT.md`.
//!
//! Works on bytes that it is given: it opens no file and asks no site. It knows WordPress as the collector does, and no product: what a
//! stored value means is for whoever reads it. What it holds does not grow with the file.

mod frame;
mod header;
mod line;
mod lines;
pub mod pointer;
mod reader;
mod value;

pub use header::{AdapterDigest, Asked, Before, Collector, Header, SiteFacts, Text, Versions};
pub use line::{
    Call, Constant, Content, Cron, EmbeddedHost, InstalledPlugin, Line, MetaRow, NotLooked, Outcome, Scope, Shortcode,
    Source, SourceKind, StoredOption, TableBlock, Twin, TwinState, Unread, UserRow,
};
pub use lines::LONGEST_LINE;
pub use reader::Reader;
pub use value::{Form, Found, Leaf, Picked, Reason, Scalar, Value, Withheld};

#[cfg(test)]
mod tests;
