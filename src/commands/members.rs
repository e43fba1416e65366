//! By what a site at an address is read: the built-in adapters, and the site's own.

use std::path::PathBuf;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::adapter::LONGEST;
use crate::failure::{Failure, exit};
use crate::project::site::OfSite;
use crate::site::wordpress::{Through, Writes};
use crate::trust::{Key, Purpose};

use super::adapter::{own, texts};
use super::progress;

/// By what these sites are read; none where all of them are files, which have their members beside them.
///
/// Adapters that the command line names take the place of all that the settings name.
pub(super) fn through<'n>(
    sites: impl IntoIterator<Item = &'n str>,
    adapters: &[PathBuf],
    settings: &OfSite,
) -> Result<Option<Through>, Failure> {
    if !sites.into_iter().any(|site| site.contains("://")) {
        return match adapters {
            [] => Ok(None),
            [_, ..] => Err(Failure::new(exit::USAGE, "`--adapter` is for a site at an address").help(
                "what a site in a file says was read through adapters when it was made (`plan snapshot from-capture FILE --out SITE`)",
            )),
        };
    }
    let (set, undecided) = match adapters {
        [] => own(settings.adapters(LONGEST)?)?,
        [_, ..] => own(texts(adapters)?)?,
    };
    if undecided > 0 {
        let message =
            format!("{undecided} lines of the adapters are still marked `# decide`, so nothing is read through them");
        return Err(Failure::new(exit::USAGE, message)
            .help("decide each guess and delete its mark; `plan adapter check FILE` shows what is left"));
    }
    let writes = match settings.writes(TimeZone::UTC.to_datetime(Timestamp::now()).date())? {
        true => Some(Writes { holder: Key::find_or_make()?.mark(Purpose::SiteLock, b"") }),
        false => None,
    };
    Ok(Some(Through { adapters: Rc::new(set), came: progress::drawn("the site"), is_to_be_whole: false, writes }))
}

/// The same for a run, which reads it whole or goes no further. It goes by what the settings name alone: many commands
/// take it further, and all of them are to read alike. Nothing is drawn into a log that is on standard error.
pub(super) fn of_a_run(site: &str, settings: &OfSite, log_is_on_stderr: bool) -> Result<Option<Through>, Failure> {
    let through = through([site], &[], settings)?;
    Ok(through.map(|through| Through {
        is_to_be_whole: true,
        came: if log_is_on_stderr { progress::unseen() } else { through.came },
        ..through
    }))
}
