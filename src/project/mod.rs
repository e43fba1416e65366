//! What stands around a plan: what git knows of its files.

pub mod git;
