//! Arguments of `plan site`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::StatusFormat;

/// Keep a site's login, read what it stores, or ask its owner for it.
#[derive(Debug, Args)]
#[command(before_help = example!("plan site inventory https://staging.example.com --out bloom.inventory.ndjson"))]
pub struct Site {
    /// What to do.
    #[command(subcommand)]
    pub verb: SiteVerb,
}

/// What to do with a site.
#[derive(Debug, Subcommand)]
pub enum SiteVerb {
    /// Try an administrator's login on a site, and keep it in the system's keyring.
    ///
    /// The user name and the application password are asked for on a terminal, where the password is not shown, or taken from
    /// PLAN_LOGIN_ORIGIN, PLAN_LOGIN_USER and PLAN_LOGIN_PASSWORD. They are tried by reading alone. Every verb that opens this site
    /// uses them from then on, unless the environment holds a login for it; no other site is sent them, whatever a plan says.
    /// Nothing is written to a file. `plan site disconnect URL` takes them out again.
    #[command(before_help = example!("plan site connect https://staging.example.com"))]
    Connect {
        /// The site's address, with the folder if the site is in one.
        #[arg(value_name = "URL")]
        site: String,
    },
    /// Take a site's login out of the system's keyring.
    ///
    /// The application password itself is valid until it is revoked on the site.
    #[command(before_help = example!("plan site disconnect https://staging.example.com"))]
    Disconnect {
        /// The site's address, as it was given to `plan site connect`.
        #[arg(value_name = "URL")]
        site: String,
    },
    /// Say what is wrong with the way to a site, each with its cause and its cure.
    ///
    /// It looks at the certificate, the REST API by each form of its address, which site it is, the clocks, application passwords and
    /// the plugins that can switch them off, the login and whether its header arrives, the plugin `plan-bridge`, scheduled work and
    /// the environment. It only reads. Exits with 0 where nothing is wrong, with 1 where something is, and with 3 where nothing
    /// answers there.
    #[command(before_help = example!("plan site doctor https://staging.example.com"))]
    Doctor {
        /// The site's address, with the folder if the site is in one.
        #[arg(value_name = "URL")]
        site: String,
        /// The form of the table.
        #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
        format: StatusFormat,
    },
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
        /// The site's own adapters, which count before the built-in ones. With `--plan` they are those that `plan.toml` names, unless
        /// some are named here.
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
