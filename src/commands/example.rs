//! `plan example`: writes the example site, its population and its plans.

use crate::cli::Example;
use crate::example;
use crate::failure::{Failure, exit};
use crate::output::escape;

use super::Terminal;

pub(super) fn run(args: &Example, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let written = example::write(&args.folder, args.seed).map_err(|e| Failure::file("write into", &args.folder, &e))?;
    for path in written {
        writeln!(terminal.notes(), "wrote {}", escape::path(&path))?;
    }
    Ok(exit::OK)
}
