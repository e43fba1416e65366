//! `plan`: the switch of a membership site to AccessAlly Managed Contacts, as a reviewed text file.

#![warn(clippy::unwrap_used)]

pub mod change;
pub mod diag;
pub mod example;
pub mod model;
pub mod population;
pub mod rules;
pub mod site;
