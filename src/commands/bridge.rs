//! `plan bridge`: the collector as a plugin's zip, or as one script.

use std::path::{Path, PathBuf};

use crate::adapter::uses::{self, Takes, Writable};
use crate::adapter::{Set, compile};
use crate::bridge::{
    FILES, FOLDER, Gives, Read, WRITER_FILES, packed, packed_writer, read_in_words, reads_text, script,
};
use crate::cli::{Bridge, BridgeVerb};
use crate::failure::{Failure, exit};
use crate::fs::{self, Readers};
use crate::model::text::many;
use crate::model::{Identity, digest};
use crate::output::escape;

use super::Terminal;
use super::adapter::with_own;
use super::collector::command;

pub(super) fn run(args: &Bridge, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match &args.verb {
        BridgeVerb::Zip { adapter, writer: None, out } => zip(adapter, out, terminal),
        BridgeVerb::Zip { adapter, writer: Some(site), out } => writer(adapter, site, out, terminal),
        BridgeVerb::Script { adapter, inventory } => {
            let gives = if *inventory { Gives::Inventory } else { Gives::Capture };
            let text = script(&compile::text(&with_own(adapter)?), gives);
            write!(terminal.out, "{text}")?;
            Ok(exit::OK)
        }
    }
}

/// The plugin with a list, and what that list reads.
pub(super) struct Made {
    pub(super) zip: Vec<u8>,
    pub(super) reads: Vec<Read>,
    pub(super) reads_text: bool,
}

/// The zip with the list of these adapters.
pub(super) fn made(set: &Set) -> Result<Made, Failure> {
    let request = compile::request(set);
    let mut reads = read_in_words(&request);
    for what in reads.iter_mut().flat_map(|read| &mut read.what) {
        *what = escape::line(what);
    }
    Ok(Made { zip: packed(&compile::text(set))?, reads, reads_text: reads_text(&request) })
}

/// The build that writes too, for one site.
fn writer(adapters: &[PathBuf], site: &str, out: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if out.exists() {
        return Err(Failure::exists(out));
    }
    let Some(identity) = Identity::parse(site).filter(|_| site.contains("://")) else {
        let message = format!("`--writer {}` names no site", escape::line(site));
        return Err(Failure::new(exit::USAGE, message)
            .help("give the home address of the one site that it may write to, such as `https://staging.example`"));
    };
    let set = with_own(adapters)?;
    let places = uses::writable(&set);
    if places.is_empty() {
        return Err(Failure::new(exit::USAGE, "these adapters call nothing writable, so there is nothing to write")
            .help("mark a field of the site's own adapter `writable: true`, once it is known to be read right"));
    }
    let bytes = packed_writer(&compile::text(&set), &compile::writes(&set, &identity.to_string()))?;
    fs::replace(out, &bytes, Readers::All).map_err(|error| Failure::file("write", out, &error))?;
    let terminal_out = &mut *terminal.out;
    writeln!(terminal_out, "SHA-256 {}", digest::of_bytes(&bytes))?;
    // One of them takes the place of the reading build's main file.
    let files = FILES.len() + WRITER_FILES.len() - 1;
    writeln!(terminal_out, "{} of PHP; what it may set, on `{identity}` and nowhere else:", many(files, "file"))?;
    for Writable { option, at, takes, reason } in &places {
        let takes = match takes {
            Takes::Words(words) => words.join(" | "),
            Takes::Form(form) => (*form).to_owned(),
        };
        writeln!(terminal_out, "  {}", escape::line(&format!("{option} {at}: {takes} ({reason})")))?;
    }
    writeln!(
        terminal_out,
        "mail     it may send one to an address that reaches nobody, to see whether mail is held back"
    )?;
    writeln!(
        terminal_out,
        "install  Plugins > Add New > Upload Plugin, as an administrator; the list is under Tools > Plan"
    )?;
    writeln!(
        terminal_out,
        "live     wp-config.php opens it for some hours: define('PLAN_BRIDGE_WRITES_UNTIL', 'YEAR-MONTH-DAY HOUR:MINUTE UTC');"
    )?;
    writeln!(
        terminal_out,
        "remove   Plugins > Plan bridge > Deactivate, Delete; its tables go with the folder {FOLDER}, and nothing is left"
    )?;
    writeln!(terminal.notes(), "wrote {}", escape::path(out))?;
    Ok(exit::OK)
}

fn zip(adapters: &[PathBuf], out: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if out.exists() {
        return Err(Failure::exists(out));
    }
    let Made { zip: bytes, reads, reads_text } = made(&with_own(adapters)?)?;
    fs::replace(out, &bytes, Readers::All).map_err(|error| Failure::file("write", out, &error))?;
    let terminal_out = &mut *terminal.out;
    writeln!(terminal_out, "SHA-256 {}", digest::of_bytes(&bytes))?;
    writeln!(terminal_out, "{} of PHP and the list of what they may read:", many(FILES.len(), "file"))?;
    for read in &reads {
        let (entries, what) = (many(read.entries, "entry").replace("entrys", "entries"), read.what.join("; "));
        writeln!(terminal_out, "  {} ({entries}): {what}", read.from)?;
    }
    let text = if reads_text { "" } else { ", nor the text of pages" };
    writeln!(terminal_out, "never what is named or shaped like a secret{text}")?;
    writeln!(
        terminal_out,
        "install  Plugins > Add New > Upload Plugin, as an administrator; the list is under Tools > Plan"
    )?;
    writeln!(
        terminal_out,
        "remove   Plugins > Plan bridge > Deactivate, Delete; the folder {FOLDER} is then gone, and nothing is left"
    )?;
    let ask = |way| escape::line(&command([&format!("plan site ask --way {way}"), ""], adapters));
    writeln!(
        terminal.notes(),
        "wrote {}: `{}` writes the mail to the site's owner, or, for one who gives no login, `{}`",
        escape::path(out),
        ask("plugin"),
        ask("download")
    )?;
    Ok(exit::OK)
}
