//! The nouns: what a plan may say, what a site is, who is in it, what is on record.
//!
//! Types only, with serde and schemars. No input or output, no clock, no spans.

mod canonical;
pub mod digest;
pub mod plan;
pub mod population;
pub mod record;
pub mod release;
pub mod snapshot;
pub mod state;
pub mod text;

pub use plan::Plan;
pub use release::Release;
pub use snapshot::{Capture, Header, How, Snapshot};
pub use state::{Kind, On, State};
