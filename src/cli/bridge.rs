//! Arguments of `plan bridge`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Make the collector that reads a site: a plugin, or a script.
#[derive(Debug, Args)]
#[command(before_help = example!("plan bridge zip --out plan-bridge.zip"))]
pub struct Bridge {
    /// What to make.
    #[command(subcommand)]
    pub verb: BridgeVerb,
}

/// What to make of the collector.
#[derive(Debug, Subcommand)]
pub enum BridgeVerb {
    /// Make the plugin `plan-bridge` as a zip to install, with the list of what it may read.
    ///
    /// The list is made from the built-in adapters, and from the site's own ones that are named. The same list gives the same bytes on
    /// every machine.
    #[command(before_help = example!("plan bridge zip --out plan-bridge.zip"))]
    Zip {
        /// The site's own adapters, which count before the built-in ones.
        #[arg(long, value_name = "FILE")]
        adapter: Vec<PathBuf>,
        /// Make the build that writes too, for this one site: its home address. What it may set is what the adapters call writable.
        ///
        /// It writes nothing but single values that still are what was read, for an administrator; on a live site only in hours that its
        /// `wp-config.php` opens (docs/writing.md).
        #[arg(long, value_name = "URL")]
        writer: Option<String>,
        /// The new zip.
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print one PHP script that gives the same capture as the plugin, for `wp eval-file -` on the site's server; nothing is installed.
    ///
    /// Its exit code is 0 only where the capture is whole. What comes of it holds personal data: keep it in a folder of your own.
    ///
    /// Use: plan bridge script | ssh HOST "cd FOLDER && wp eval-file -" > private/NAME.capture.ndjson
    #[command(before_help = example!("plan bridge script"))]
    Script {
        /// The site's own adapters, which count before the built-in ones.
        #[arg(long, value_name = "FILE")]
        adapter: Vec<PathBuf>,
        /// Give the inventory: names and shapes, and no values.
        #[arg(long)]
        inventory: bool,
    },
}
