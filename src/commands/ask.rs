//! `plan site ask`: the mail to a site's owner for one way to read the site.

use std::path::{Path, PathBuf};

use crate::adapter::LONGEST;
use crate::bridge::{Asked, Way, ask, ways};
use crate::cli::AskWay;
use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::digest;
use crate::output::escape;
use crate::project::Project;
use crate::site::file::save_text;
use crate::text::Limits;

use super::Terminal;
use super::adapter::{own, texts};
use super::bridge::{Made, made};
use super::collector::{self, command};
use super::new_file::ensure_new;

/// Most bytes of a zip that is looked at.
const MOST: u64 = 16 << 20;

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
    let opened = plan.map(|plan| Project::new(plan, Limits::default()).open()).transpose()?;
    let own_texts = match &opened {
        Some(opened) if adapters.is_empty() => opened.settings.site.adapters(LONGEST)?,
        _ => texts(adapters)?,
    };
    let plan = opened.map(|opened| opened.plan.clone());
    let adapters: Vec<PathBuf> = own_texts.iter().map(|(path, _)| path.clone()).collect();
    let Made { zip, reads, reads_text } = made(&own(own_texts)?.0)?;
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
            writeln!(terminal.notes(), "wrote {}: read it before you send it", escape::path(out))?;
        }
        None => write!(terminal.out, "{}", escape::terminal(&text))?,
    }
    if let Some(attached) = way.and_then(|way| attached(way, &zip, &adapters)) {
        writeln!(terminal.notes(), "attach to it {}", escape::line(&attached))?;
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

/// The file that the mail says is attached, or what makes it.
fn attached(way: AskWay, sha256: &str, adapters: &[PathBuf]) -> Option<String> {
    let name = collector::NAME;
    let made = match way {
        AskWay::Plugin | AskWay::Download => match fs::read(Path::new(name), MOST) {
            Ok(bytes) if digest::of_bytes(&bytes) == sha256 => return Some(format!("`{name}`, which lies here")),
            Ok(_) => return Some(format!("as `{name}` what this makes: `{}`", collector::zip(adapters))),
            Err(_) => collector::zip(adapters),
        },
        AskWay::Script => {
            let of = |to| command(["plan bridge script", to], adapters);
            let [collector, inventory] = [" > plan-collector.php", " --inventory > plan-inventory.php"].map(of);
            return Some(format!("what these make: `{collector}` and `{inventory}`"));
        }
        AskWay::Survey => return None,
    };
    Some(format!("what this makes: `{made}`"))
}
