//! `plan site ask`: the mail to a site's owner for one way to read the site.

use std::path::{Path, PathBuf};

use crate::bridge::{Asked, Way, ask, ways};
use crate::cli::AskWay;
use crate::failure::{Failure, exit};
use crate::model::digest;
use crate::output::escape;
use crate::project::Project;
use crate::site::file::save_text;
use crate::text::Limits;

use super::Terminal;
use super::adapter::with_own;
use super::bridge::{Made, made};
use super::collector::{ZIP, command};
use super::new_file::ensure_new;

pub(super) fn run(
    way: Option<AskWay>,
    plan: Option<&Path>,
    (adapters, out): (&[PathBuf], Option<&Path>),
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    if let Some(out) = out {
        ensure_new(out, terminal)?;
    }
    let path = plan;
    let plan =
        plan.map(|plan| Project::new(plan, Limits::default()).open()).transpose()?.map(|opened| opened.plan.clone());
    let Made { zip, reads, reads_text } = made(&with_own(adapters)?)?;
    let zip = digest::of_bytes(&zip);
    let sites = plan.as_ref().map(|plan| [plan.sites.staging.as_str(), plan.sites.live.as_str()]);
    if let Some(path) = path.filter(|_| sites.is_some_and(|sites| sites.contains(&""))) {
        let message = format!("the sites of `{}` cannot be read, and the mail names them", path.display());
        let help = "name both under `sites`, each as an address such as `https://example.com`";
        return Err(Failure::new(exit::USAGE, message).help(help));
    }
    let strategy = plan.as_ref().and_then(|plan| plan.strategy);
    let text = match way {
        None => ways(),
        Some(way) => ask(&Asked { way: of(way), reads: &reads, reads_text, zip: &zip, sites, strategy }),
    };
    match out {
        Some(out) => {
            save_text(out, &escape::terminal(&text))?;
            writeln!(terminal.err, "wrote {}: read it before you send it", escape::path(out))?;
        }
        None => write!(terminal.out, "{}", escape::terminal(&text))?,
    }
    if let Some(attached) = way.and_then(attached) {
        writeln!(terminal.err, "attach to it what this makes: `{}`", escape::line(&command(attached, adapters)))?;
    }
    Ok(exit::OK)
}

fn of(way: AskWay) -> Way {
    match way {
        AskWay::Plugin => Way::Plugin,
        AskWay::Download => Way::Download,
        AskWay::Script => Way::Script,
        AskWay::Survey => Way::Survey,
    }
}

/// What makes the file that the mail says is attached.
fn attached(way: AskWay) -> Option<[&'static str; 2]> {
    match way {
        AskWay::Plugin | AskWay::Download => Some(ZIP),
        AskWay::Script => Some(["plan bridge script", " > plan-collector.php"]),
        AskWay::Survey => None,
    }
}
