//! What is known of where products keep their settings, as data: adapters, read, checked, compiled into what a collector may read, and
//! applied to what it gave.
//!
//! Pure: it opens no file. An adapter can come with a plan's repository and is hostile until proven otherwise: it names places and
//! codecs, and can hold no expression, no code and no template.

pub mod check;
mod codec;
pub mod compile;
pub mod explain;
pub mod map;
mod open;
mod place;
pub mod pointer;
pub mod questions;
pub mod raw;
pub mod read;
mod secret;
pub mod set;
pub mod splice;
pub mod uses;

pub use open::{LONGEST, Opened, built_in, built_in_text, open};
pub use set::{Loaded, Replaced, Set};
