//! Members from the exports that CRMs and sites have: which column is what, what stands in a cell, and what is wrong with a row.
//!
//! Works on streams that it is given: it opens no file. What it holds does not grow with an export, but for what its allowances have room
//! for. Its words name lines and columns, and no value of anybody.

mod columns;
mod contacts;
mod decoded;
mod fault;
mod known;
mod mapped;
mod quotes;
mod rows;
mod sold;
mod tags;
mod users;

pub(crate) use columns::Columns;
pub(crate) use contacts::{Taken, take_contacts, twice};
pub(crate) use fault::Faults;
pub(crate) use mapped::open_mapping;
pub(crate) use rows::Rows;
pub(crate) use sold::{take_orders, take_subscriptions};
pub(crate) use users::Users;
