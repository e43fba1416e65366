//! `plan site doctor`: what is wrong with the way to a site, and how to fix it.

use jiff::Timestamp;

use crate::cli::StatusFormat;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::output::doctor::{Document, table};
use crate::output::escape;
use crate::site::wordpress::doctor::{Verdict, examine};
use crate::site::wordpress::{Address, Limits, Login};

use super::connect::built_in_list;

pub(super) fn run(site: &str, format: StatusFormat, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let address = Address::parse(site)?;
    let login = Login::of(&address);
    let examined = examine(&address, login, Timestamp::now, Limits::default(), &built_in_list()?);
    match format {
        StatusFormat::Human => write!(terminal.out, "{}", table(&examined, terminal.width))?,
        StatusFormat::Json => escape::json(&Document::new(&address.to_string(), &examined), terminal.out)?,
    }
    let is_wrong = examined.checks.iter().any(|check| check.verdict == Verdict::Wrong);
    Ok(match (examined.is_reached, is_wrong) {
        (false, _) => exit::COULD_NOT_RUN,
        (true, true) => exit::NOT_GREEN,
        (true, false) => exit::OK,
    })
}
