//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    ExitCode::from(amc_plan::commands::run(amc_plan::cli::Cli::parse()))
}
