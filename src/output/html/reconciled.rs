//! Everybody before and after, in sums that have to add up.

use crate::output::verify::Verification;
use crate::output::verify::human::line;
use crate::reconcile::Cell;

use super::first_of;

/// Most lines of a table.
const MOST: usize = 500;

/// A comparison of two readings.
pub(super) struct Reconciled {
    pub(super) verdict: &'static str,
    pub(super) line: String,
    pub(super) sums: Vec<Sum>,
    /// What must be as many after as before, and is not, or should not be.
    pub(super) account: Vec<(String, u64, u64, String, bool)>,
    pub(super) compared: usize,
    pub(super) more: usize,
    pub(super) spots: Vec<(String, usize, String)>,
    pub(super) purchases: Vec<(String, String)>,
    pub(super) unproven: Vec<String>,
    pub(super) sides: Vec<(&'static str, String)>,
}

/// A sum, and what it is made of.
pub(super) struct Sum {
    pub(super) name: &'static str,
    pub(super) total: u64,
    pub(super) parts: Vec<(u64, &'static str)>,
    /// Whether the parts are as many as the whole.
    pub(super) adds_up: bool,
}

impl Sum {
    fn of(name: &'static str, total: u64, parts: &[(u64, &'static str)]) -> Self {
        let sum = parts.iter().map(|(count, _)| count).sum::<u64>();
        Self { name, total, parts: parts.to_vec(), adds_up: sum == total }
    }
}

impl Reconciled {
    pub(super) fn of(verification: &Verification<'_>) -> Self {
        let comparison = verification.comparison;
        let all = comparison.everybody.as_ref();
        let mut sums = Vec::new();
        if let Some(of) = all.map(|all| &all.contacts) {
            let (changed, extra) = (of.changed.total, of.extra.total);
            sums.push(Sum::of(
                "contacts before",
                of.before,
                &[(of.same, "same"), (changed, "changed"), (of.missing.total, "missing"), (of.merged, "merged")],
            ));
            let into = [(of.merged_into.total, "merged into"), (of.duplicated.total, "duplicated"), (extra, "extra")];
            sums.push(Sum::of(
                "contacts after",
                of.after,
                &[&[(of.same, "same"), (changed, "changed")][..], &into].concat(),
            ));
        }
        let orders = all.and_then(|all| all.orders.as_ref()).map(|of| (["orders before", "orders after"], of));
        let subscriptions = all.and_then(|all| all.subscriptions.as_ref());
        let subscriptions = subscriptions.map(|of| (["subscriptions before", "subscriptions after"], of));
        for ([before, after], of) in orders.into_iter().chain(subscriptions) {
            let both = [(of.same, "same"), (of.changed.total, "changed")];
            sums.push(Sum::of(before, of.before, &[&both[..], &[(of.missing.total, "missing")]].concat()));
            sums.push(Sum::of(after, of.after, &[&both[..], &[(of.extra.total, "extra")]].concat()));
        }
        let lines = all.map_or(&[][..], |all| &all.account);
        let differing = lines.iter().filter(|line| line.is_worth_showing()).map(|line| {
            let name = if line.name.is_empty() { String::new() } else { format!(" {}", line.name) };
            let name = format!("{}{name}", line.counted.name());
            (name, line.before, line.after, format!("{:+}", line.difference()), line.is_conserved())
        });
        let (account, more) = first_of(differing, MOST);
        let spot = |spot: &crate::reconcile::Spot| {
            let differs = spot.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Differs { .. }));
            let unknown = spot.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Unknown));
            let words = |all: Vec<&str>, what: &str| (!all.is_empty()).then(|| format!("{what}: {}", all.join(", ")));
            let differs = words(differs.map(|(field, _)| field.name()).collect(), "differs");
            let unknown = words(unknown.map(|(field, _)| field.name()).collect(), "not known");
            let same = spot.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Equal | Cell::Respelt { .. })).count();
            let words: Vec<String> = differs.into_iter().chain(unknown).collect();
            let words = if words.is_empty() { "the same in every field".to_owned() } else { words.join("; ") };
            (super::super::verify::shown_id(&spot.id, verification.show_personal).into_owned(), same, words)
        };
        let purchases = comparison.purchases.iter().flat_map(|of| {
            let word = |seen: &crate::model::purchase::Confirmed| {
                (of.form.clone(), format!("{}: {} {}", seen.what.name(), seen.how.name(), seen.seen))
            };
            of.confirmations.iter().map(word).collect::<Vec<_>>()
        });
        let side = |name, line: &Option<crate::output::SiteLine>| {
            line.as_ref()
                .map(|line| (name, format!("{}, as of {} ({})", line.host, line.captured_at, line.worth.message())))
        };
        Self {
            verdict: comparison.verdict().name(),
            line: line(comparison),
            sums,
            account,
            compared: lines.len(),
            more,
            spots: comparison.spots.iter().flatten().take(MOST).map(spot).collect(),
            purchases: purchases.take(MOST).collect(),
            unproven: comparison.unproven.iter().map(|lack| format!("{}: {}", lack.what, lack.why)).collect(),
            sides: [side("before", &verification.before), side("after", &verification.after)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}
