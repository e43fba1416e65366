//! `plan apply` through the real binary: it carries out what was confirmed, or says why not and touches nothing.

mod confirmed;
mod refused;
mod resumed;
#[cfg(unix)]
mod unix;

use std::fs;

use amc_plan::apply::confirmation::Confirmation;
use amc_plan::site::snapshot_file::SnapshotFile;

use crate::place::{Edited, PLAN, Place, SITE};

const BOGUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
