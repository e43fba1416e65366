//! Arguments of `plan contacts`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Limits;

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

/// A plan, and the site whose contacts are read.
#[derive(Debug, Args)]
pub struct OfContacts {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site: a site in a file, with its population beside it.
    #[arg(long, value_name = "FILE")]
    pub site: String,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
