//! `plan`: the switch of a membership site to AccessAlly Managed Contacts, as a reviewed text file.

#![warn(clippy::unwrap_used)]

pub mod adapter;
pub mod apply;
pub mod bridge;
pub mod capture;
pub mod change;
pub mod cli;
pub mod commands;
pub mod diag;
pub mod dump;
pub mod example;
mod exports;
pub mod failure;
pub mod fs;
pub mod guide;
pub mod journey;
pub mod model;
pub mod output;
pub mod own;
pub mod population;
pub mod project;
pub mod reconcile;
pub mod rules;
pub mod shape;
pub mod site;
pub mod suggest;
pub mod survey;
pub mod text;
pub mod trust;
mod verify;
