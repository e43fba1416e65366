//! Big invented populations, before and after a switch, to measure `plan` by. The same number gives the same bytes.
//!
//! `cargo bench --profile dev --bench everybody -- FOLDER CONTACTS` writes the example's plan and, of each side, a configuration with its
//! population beside it: `before.site.ndjson`, `after.site.ndjson`. For each contact three quarters of an order and a tenth of a
//! subscription; after, 600 in a million are changed, 200 gone and 200 new.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use amc_plan::example;
use amc_plan::model::{Snapshot, digest};
use amc_plan::population::{Ledger, Line};
use amc_plan::site::snapshot_file::SnapshotFile;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const FIRST: [&str; 8] = ["Ada", "Bo", "Iris", "Søren", "Mary-Jane", "Omar", "Wren", "Zoë"];
const LAST: [&str; 8] = ["Ash", "Larch", "Linden", "O'Neil", "Rowan", "Sorrel", "Van der Linde", "Yew"];
const LISTS: [&str; 6] =
    ["Newsletter", "Quiz: Résumé ✓", "Affiliate 2024", "Webinar (May)", "Cart abandoned", "Long-standing subscriber"];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [folder, contacts] = arguments.as_slice() else { return Err("usage: FOLDER CONTACTS".into()) };
    let (folder, contacts): (&Path, u64) = (Path::new(folder), contacts.parse()?);
    let made = example::generate(7);
    fs::create_dir_all(folder.join("private"))?;
    for (name, text) in made.named() {
        fs::write(folder.join(name), text)?;
    }
    let snapshot = SnapshotFile::read(made.site.as_bytes())?.snapshot().clone();
    for (side, day, is_after) in [("before", "21", false), ("after", "22", true)] {
        write(folder, side, &format!("2026-11-{day}T06:12:00Z"), &snapshot, contacts, is_after)?;
    }
    Ok(())
}

/// One side's two files.
fn write(folder: &Path, side: &str, taken_at: &str, of: &Snapshot, contacts: u64, is_after: bool) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(folder.join(format!("{side}.population.ndjson")))?);
    let mut ledger = Ledger::new();
    let host = of.header.site.to_string();
    let first =
        json!({"kind": "population", "format": of.header.format, "host": host, "taken_at": taken_at}).to_string();
    ledger.first(&first);
    writeln!(out, "{first}")?;
    let tags: Vec<&str> = of.state.tags.keys().map(String::as_str).collect();
    let kinds: [&dyn Fn(u64) -> Option<Value>; 3] =
        [&|n| contact(n, &tags, is_after), &|n| (n % 4 != 3).then(|| order(n)), &|n| {
            (n % 10 == 0).then(|| subscription(n))
        }];
    let mut number = 1;
    for make in kinds {
        for record in (0..contacts).filter_map(make) {
            let text = record.to_string();
            number += 1;
            let (kind, key) = (record["kind"].as_str(), record["key"].as_str());
            ledger.record(Line { number, text: &text }, kind.ok_or("no kind")?, key.ok_or("no key")?)?;
            writeln!(out, "{text}")?;
        }
    }
    let total = ledger.total();
    writeln!(out, "{}", json!({"kind": "end", "counts": total.counts, "sha256": total.sha256}))?;
    out.flush()?;
    let mut snapshot = of.clone();
    taken_at.clone_into(&mut snapshot.header.taken_at);
    snapshot.population = Some(total);
    Ok(fs::write(folder.join(format!("{side}.site.ndjson")), SnapshotFile::new(snapshot).text())?)
}

/// A number by chance, the same for the same two.
fn chance(n: u64, salt: u64) -> u64 {
    let mixed = (n ^ salt.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33
}

fn one_of<'t>(all: &[&'t str], n: u64, salt: u64) -> &'t str {
    usize::try_from(chance(n, salt)).ok().and_then(|by| all.get(by % all.len())).copied().unwrap_or_default()
}

fn id(n: u64) -> String {
    (100_000_000 + n * 7).to_string()
}

/// A contact; after, one of five thousand is gone, and another is there who was not.
fn contact(n: u64, tags: &[&str], is_after: bool) -> Option<Value> {
    let (first, last) = (one_of(&FIRST, n, 1), one_of(&LAST, n, 2));
    let of_site = (0..2 + chance(n, 3) % 6).map(|at| one_of(tags, n, 10 + at));
    let lists = (0..chance(n, 4) % 3).map(|at| one_of(&LISTS, n, 20 + at));
    let mut tags: BTreeSet<&str> = of_site.chain(lists).collect();
    match (n % 5_000, is_after) {
        (17, true) | (23, false) => return None,
        (100 | 1_700 | 3_300, true) => drop(tags.pop_first()),
        _ => {}
    }
    let mut fields = json!({"kind": "contact", "key": id(n), "first_name": first, "last_name": last});
    let mailbox = digest::of(&(n, first)).get(..10).unwrap_or_default().to_owned();
    fields["email"] = json!(format!("{}.{mailbox}@member.example", first.to_lowercase()));
    fields["tags"] = tags.iter().copied().collect();
    if chance(n, 5).is_multiple_of(9) {
        fields["affiliate"] = json!("aff-linden");
    }
    Some(fields)
}

fn order(n: u64) -> Value {
    json!({"kind": "order", "key": (500_000_000 + n).to_string(), "contact": id(n), "form": "group-coaching-payment-plan",
        "total": "179.00 USD", "date": format!("2026-{:02}-{:02}", 1 + n % 10, 1 + n % 28), "status": "Success",
        "transaction": format!("pi_{}", digest::of(&n).get(..24).unwrap_or_default())})
}

fn subscription(n: u64) -> Value {
    json!({"kind": "subscription", "key": (700_000_000 + n).to_string(), "contact": id(n), "form": "group-coaching-payment-plan",
        "status": "Active", "next_payment": format!("2026-12-{:02}", 1 + n % 28)})
}
