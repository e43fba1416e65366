//! The nouns: what a plan may say, what a site is, who is in it, what is on record.
//!
//! Types only, with serde and schemars. No input or output, no clock, no spans.

pub mod adapter;
pub mod attested;
mod canonical;
pub mod deadline;
pub mod digest;
pub mod drip;
#[cfg(test)]
pub(crate) mod every_key;
mod executor;
pub mod extra;
pub mod facts;
pub mod fault;
mod field;
mod grade;
mod home;
mod identity;
pub mod keyed;
mod known;
mod looked_again;
pub mod mapping;
mod merge_list;
mod misfit;
pub mod money;
pub mod not_read;
pub mod own_rules;
pub(crate) mod pattern;
pub mod plan;
pub mod population;
mod price;
pub mod purchase;
pub mod record;
mod record_time;
pub mod release;
pub mod saw;
pub mod schedule;
mod screen;
pub mod snapshot;
pub mod spelling;
pub mod standing;
pub mod state;
pub mod status;
mod step;
pub mod text;
mod unmeasured;
pub mod verified;

pub use executor::Executor;
pub use field::Field;
pub use grade::{Grade, Graded, NOBODY, Worth};
pub use identity::{Identity, NoIdentity};
pub use misfit::{Misfit, Misfits};
pub use plan::Plan;
pub(crate) use price::PRICE;
pub use price::Price;
pub use release::Release;
pub use snapshot::{Capture, Header, How, Snapshot};
pub use state::{Kind, ObjectRef, State};
pub use step::Step;
pub use unmeasured::Unmeasured;
