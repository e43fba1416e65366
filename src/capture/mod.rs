//! What the collector (`bridge/`) gives: a capture with values, an inventory with names and shapes. Formats: `bridge/FORMAT.md`.
//!
//! Works on bytes that it is given: it opens no file and asks no site. It knows WordPress as the collector does, and no product: what a
//! stored value means is for whoever reads it. What it holds does not grow with the file.

mod frame;
mod header;
pub mod inventory;
mod line;
mod lines;
mod members;
pub mod pointer;
mod reader;
mod source;
mod value;

pub use frame::{reported_in as reported, whole};
pub use header::{AdapterDigest, Asked, Before, Collector, Header, SiteFacts, Text, Versions};
pub use inventory::InventoryReader;
pub use line::{
    Call, Constant, Content, Cron, DefinedFunction, EmbeddedHost, InstalledPlugin, Line, MetaRow, NotLooked, Shortcode,
    StoredOption, TableBlock, Twin, TwinState, UserRow,
};
pub use lines::LONGEST_LINE;
pub use members::{Grouped, MOST_TABLES, Member, Members};
pub use reader::Reader;
pub use source::{Outcome, Scope, Source, SourceKind, Unread};
pub use value::{Form, Found, Leaf, Picked, Reason, Scalar, Value, Withheld};

#[cfg(test)]
pub(crate) mod tests;
