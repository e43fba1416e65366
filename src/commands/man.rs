//! `plan man`: the manual pages.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::cli;
use crate::failure::{Failure, exit};
use crate::fs::{Folder, Readers};

/// Writes a page for the program and each of its verbs.
pub(super) fn write(folder: &Path) -> Result<u8, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::file("make", folder, &e))?;
    let mut all = cli::command().disable_help_subcommand(true);
    all.build();
    write_page(&all, &Folder::at(folder)).map_err(|e| Failure::file("write into", folder, &e))?;
    Ok(exit::OK)
}

fn write_page(command: &Command, folder: &Folder) -> io::Result<()> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        write_page(verb, folder)?;
    }
    // An empty date is left out, and the next word read in its place.
    let page = Man::new(command.clone()).date(" ").source(concat!("plan ", env!("CARGO_PKG_VERSION"))).manual("plan");
    let mut text = Vec::new();
    page.render(&mut text)?;
    folder.write(page.get_filename(), &crate::fs::text(text)?, Readers::All)
}
