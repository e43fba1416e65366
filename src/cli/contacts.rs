//! Arguments of `plan contacts`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Limits, SiteAdapters};
use crate::model::mapping::{Encoding, System};

/// Record the spot-check contacts' values, or propose other contacts.
#[derive(Debug, Args)]
#[command(before_help = example!("plan contacts suggest bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Contacts {
    /// What to do with them.
    #[command(subcommand)]
    pub verb: ContactsVerb,
}

/// What to do with the spot-check contacts.
#[derive(Debug, Subcommand)]
pub enum ContactsVerb {
    /// Write the values of the contacts that the plan lists, as the site has them before the migration, into the file that
    /// `spot_check/values` names; or refresh them there. All of them or none.
    #[command(before_help = example!("plan contacts record bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
    Record {
        #[command(flatten)]
        /// The plan and its site.
        of: OfContacts,
    },
    /// Make a population out of the exports that a CRM or a site has.
    ///
    /// What an export does not say is unknown, and is listed. A file in which anything is wrong is refused, by its lines. What comes of
    /// it counts as recorded: nothing here shows who exported it.
    #[command(before_help = example!("plan contacts import EXPORT.csv --from keap --host URL --taken-at TIME --out NEW.site.ndjson"))]
    Import(ImportContacts),
    /// Write all contacts as a CSV for the way back to a CRM: ID, e-mail, names, tags, and who joined since.
    ///
    /// The file holds everybody's name and address, and only you can read it. A value that a spreadsheet would take for a formula has `'` in
    /// front, and how many that are is said.
    #[command(before_help = example!("plan contacts export bloom-coaching.yaml --site bloom-coaching.site.ndjson --for-crm -o back.csv"))]
    Export(ExportContacts),
    /// Propose contacts that the plan does not list, by strata: lines for `spot_check/list`.
    #[command(before_help = example!("plan contacts suggest bloom-coaching.yaml --site bloom-coaching.site.ndjson --count 3"))]
    Suggest {
        #[command(flatten)]
        /// The plan and its site.
        of: OfContacts,
        /// How many; by default as many as the plan needs to have ten, and at least one.
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: Option<u16>,
        /// Seed for the random choice: the same number gives the same contacts.
        #[arg(long, default_value_t = 1, value_name = "NUMBER")]
        seed: u64,
    },
}

/// Everybody at a site, for a CRM.
#[derive(Debug, Args)]
pub struct ExportContacts {
    #[command(flatten)]
    /// The plan and its site.
    pub of: OfContacts,
    /// For what: the columns that the vendor's steps back to a CRM ask for, as far as a reading has them.
    #[arg(long, required = true)]
    pub for_crm: bool,
    /// The new CSV.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// An earlier reading of the same members, an address or a site in a file: whoever is not in it joined since.
    #[arg(long, value_name = "URL|FILE")]
    pub joined_since: Option<String>,
    /// What stands between two tags, as the CRM's import takes it; by default a comma, or where a tag has one in its name the first of `;`, `|`
    /// and `*/*` that stands in none.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub separator: Option<String>,
}

/// An export, and what it does not say of itself.
#[derive(Debug, Args)]
pub struct ImportContacts {
    /// The export; a name that ends in `.gz` or `.zst` is unpacked.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// From what it is.
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub from: System,
    /// The site whose contacts they are, by its address. It is not asked.
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// When it was exported, RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub taken_at: String,
    /// The new site file, with its population beside it; or the population alone, where the name ends in `.population.ndjson`. A
    /// further `.gz` or `.zst` compresses it.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// Which column is what, where that is not known of the system (`plan schema mapping`).
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// The users of the site, as `wp user list --format=csv` prints them: contacts whose address is not among theirs have no user.
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,
    /// The orders, of which the mapping says which column is what.
    #[arg(long, value_name = "FILE", requires = "mapping")]
    pub orders: Option<PathBuf>,
    /// The subscriptions, of which the mapping says which column is what.
    #[arg(long, value_name = "FILE", requires = "mapping")]
    pub subscriptions: Option<PathBuf>,
    /// How the characters of all these files are written; by default as their byte order mark says, else UTF-8.
    #[arg(long, value_enum, value_name = "NAME")]
    pub encoding: Option<Encoding>,
}

/// A plan, and the site whose contacts are read.
#[derive(Debug, Args)]
pub struct OfContacts {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site: an address, or a site in a file with its population beside it.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
