//! Arguments of `plan site`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Read what the plugin `plan-bridge` gives of a site, or ask for it.
#[derive(Debug, Args)]
#[command(before_help = example!("plan site inventory https://staging.example.com --out bloom.inventory.ndjson"))]
pub struct Site {
    /// What to read.
    #[command(subcommand)]
    pub verb: SiteVerb,
}

/// What to read of a site.
#[derive(Debug, Subcommand)]
pub enum SiteVerb {
    /// Show the names and shapes of everything that a site stores, without any value.
    ///
    /// The file can be sent to somebody who does not know the site: a part of a name that is not written in the code of WordPress or
    /// of a published plugin is a `*`. The site needs the plugin `plan-bridge` and a login as for `plan snapshot`; without a login,
    /// download the file under Tools > Plan on the site, and name it here.
    #[command(before_help = example!("plan site inventory https://staging.example.com --out bloom.inventory.ndjson"))]
    Inventory {
        /// The site: an address, or an inventory in a file.
        #[arg(value_name = "URL|FILE")]
        site: String,
        /// Keep the inventory in this new file; a name that ends in `.gz` or `.zst` compresses it.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write a first adapter for a site: a guess for each thing that no adapter covers, with what it would read there.
    ///
    /// An inventory holds names and shapes and no values, so every guess is yours to decide: each has a comment `# decide` with what is
    /// there and what else could be meant. `plan adapter check` says what is wrong with the file afterwards.
    #[command(before_help = example!("plan site map bloom.inventory.ndjson --out bloom.adapter.yaml"))]
    Map {
        /// The site: an address, or an inventory in a file.
        #[arg(value_name = "URL|FILE")]
        site: String,
        /// Adapters that the site has already: what they cover is not guessed.
        #[arg(long, value_name = "FILE")]
        adapter: Vec<PathBuf>,
        /// The new adapter; without it, the guesses are only shown.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read a site's settings and members into a file, as far as the plugin's own list names them.
    ///
    /// The file holds personal data: it is yours alone to read, and belongs into no repository. It is there whole, or not at all.
    #[command(before_help = example!("plan site capture https://staging.example.com --out private/bloom.capture.ndjson.gz"))]
    Capture {
        /// The site's address.
        #[arg(value_name = "URL")]
        site: String,
        /// The new file; a name that ends in `.gz` or `.zst` compresses it.
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the mail that asks a site's owner for one way to read it: what is installed, what is read, what to click, how it is removed,
    /// what is missing without it, how long it takes.
    ///
    /// Without `--way` it lists the ways, and for whom each is: a host that forbids plugins, an owner who gives no login.
    #[command(before_help = example!("plan site ask --way download --plan bloom-coaching.yaml"))]
    Ask {
        /// The way that is asked for.
        #[arg(long, value_enum)]
        way: Option<AskWay>,
        /// The plan: the mail names its sites, and counts by its strategy how often a file is needed.
        #[arg(long, value_name = "PLAN")]
        plan: Option<PathBuf>,
        /// The site's own adapters, which count before the built-in ones.
        #[arg(long, value_name = "FILE")]
        adapter: Vec<PathBuf>,
        /// The new file; without it, standard output.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Prove that the plugin `plan-bridge` is gone from a site, and that its login is revoked.
    ///
    /// The plugin is gone if WordPress's own list of plugins does not have it; then the application password is revoked if WordPress refuses
    /// the login that was used with 401. Both are removed from a staging copy before it is pushed, which would carry them to live, and
    /// from live after its last reading. It exits with 1 while one of them is there. Nothing is written to the site.
    #[command(before_help = example!("plan site removed https://staging.example.com"))]
    Removed {
        /// The site's address.
        #[arg(value_name = "URL")]
        site: String,
    },
}

/// A way to read a site, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AskWay {
    /// The plugin, and an administrator's login for `plan`.
    Plugin,
    /// The plugin, and files that its owner downloads; no login.
    Download,
    /// One script on the server's command line; nothing is installed.
    Script,
    /// Somebody looks at the screens; nothing is installed or run.
    Survey,
}
