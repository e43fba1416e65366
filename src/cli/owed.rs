//! Arguments of `plan owed` and `plan member`.

use std::path::PathBuf;

use clap::Args;

use super::PlanAndSite;

/// Who is between two modules, and what is due to whom on which day.
///
/// It is for offerings with `members_between_modules: complete-by-hand`: a person opens each module on its day. Make the list before the
/// barrier: the CRM and its columns go. A day comes from the order that released the offering, or from a list of releases; where neither says it,
/// it is unknown, and never guessed.
///
/// With `--list` it says what of an earlier list is done, as this reading shows, and exits with 1 where something is overdue.
#[derive(Debug, Args)]
#[command(before_help = example!("plan owed bloom-coaching.yaml --site bloom-coaching.site.ndjson --out private/owed.csv"))]
pub struct Owed {
    #[command(flatten)]
    /// The plan and its site.
    pub of: PlanAndSite,
    /// The new CSV for the person who opens what is due. It holds contact IDs, and only you can read it.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// When members were released, as a CRM's export has it: a CSV with the columns `contact_id`, `offering` and `released` (YYYY-MM-DD).
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub released: Option<PathBuf>,
    /// A list that was made earlier, to be ticked off.
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
}

/// One member for the support desk, before and after.
///
/// Their tags, modules and orders, and why a page is closed.
/// Who asks for a contact by ID is shown their tags and orders. Their name and address are shown with `--show-personal` alone.
#[derive(Debug, Args)]
#[command(before_help = example!("plan member bloom-coaching.yaml 10231 --site bloom-coaching.site.ndjson"))]
pub struct Member {
    #[command(flatten)]
    /// The plan and its site, as it was before the switch.
    pub of: PlanAndSite,
    /// The contact ID.
    #[arg(value_name = "CONTACT_ID")]
    pub contact: String,
    /// The site after the switch, where it was read: an address that the plan names, or a site in a file.
    #[arg(long, value_name = "URL|FILE")]
    pub after: Option<String>,
}
