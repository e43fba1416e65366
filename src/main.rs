//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(amc_plan::commands::arguments(std::env::args_os()).map_or_else(|code| code, amc_plan::commands::run))
}
