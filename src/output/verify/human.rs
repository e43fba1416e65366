//! The verification for a terminal.

use std::io::{self, Write};

use serde_json::Value;

use crate::model::purchase::{Confirmed, Purchased};
use crate::model::text::many;
use crate::output::human::{Style, paint};
use crate::output::{SiteLine, escape};
use crate::reconcile::{
    Alone, Cell, Changed, Classes, Comparison, Examples, Explained, Field, Imported, Ledger, Line, Merged, Power,
    Reconciled, SPOT_FIELDS, Spot, VENDORS_BOUND, Values, Verdict,
};
use crate::text::apart;

use super::named::fields;
use super::tags::differing;
use super::{Verification, shown_id};

/// Writes the verification.
pub fn render(verification: &Verification<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { style, personal: verification.show_personal };
    let comparison = verification.comparison;
    if let Some(spots) = &comparison.spots {
        page.spots(spots, out)?;
    }
    if let Some(all) = &comparison.everybody {
        page.everybody(&all.contacts, comparison.extra_expected, out)?;
        if let Some(all) = &all.imported {
            writeln!(out, "  {}\n", imported(all, comparison.extra_expected))?;
        }
        page.ledger("orders", all.orders.as_ref(), out)?;
        page.ledger("subscriptions", all.subscriptions.as_ref(), out)?;
        page.account(&all.account, out)?;
        page.explained(&all.explained, out)?;
        page.bound(all, out)?;
    }
    page.purchases(&comparison.purchases, out)?;
    page.power(comparison, out)?;
    page.footer(verification, out)
}

/// The verification in a line, without a personal value.
pub fn line(comparison: &Comparison) -> String {
    let mut parts = vec![comparison.verdict().name().to_owned()];
    if let Some(spots) = &comparison.spots {
        let equal = spots.iter().filter(|spot| spot.is_equal()).count();
        parts.push(format!("{equal} of {} listed contacts the same", spots.len()));
    }
    if let Some(all) = comparison.everybody.as_ref().map(|all| &all.contacts) {
        let Classes { before, same, merged, .. } = all;
        let (changed, missing, extra) = (all.changed.total, all.missing.total, all.extra.total);
        let respelt = match all.respelt.total {
            0 => String::new(),
            some => format!(" ({some} of them but for spelling)"),
        };
        parts.push(format!(
            "of {} {same} the same{respelt}, {changed} changed, {missing} missing, {merged} merged, {extra} extra",
            many(*before, "contact")
        ));
    }
    parts.extend(
        comparison
            .everybody
            .as_ref()
            .and_then(|all| all.imported.as_ref())
            .map(|all| imported(all, comparison.extra_expected)),
    );
    parts.extend(comparison.unproven.iter().map(|lack| format!("{}: {}", lack.what, lack.why)));
    escape::line(&parts.join(" · "))
}

/// What became of the contacts without a user, and what the plan wants of them.
fn imported(all: &Imported, wanted: bool) -> String {
    let of = many(all.before, "contact");
    let wish = if wanted { "the plan wants all of them" } else { "the plan wants none of them" };
    let changed = match all.changed.total {
        0 => String::new(),
        some => format!(", {some} of them different from what was captured before"),
    };
    format!("of {of} that had no user before, {} were imported ({wish}){changed}", all.came.len())
}

/// What is said of values that mean the same.
const BUT_FOR_SPELLING: &str = "the same but for spelling";

/// How the page is written.
struct Page {
    style: Style,
    personal: bool,
}

impl Page {
    fn head(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", paint(self.style, "1", text))
    }

    fn bad(&self, text: &str) -> String {
        paint(self.style, "31", text)
    }

    /// The guide's table, a line a contact.
    fn spots(&self, spots: &[Spot], out: &mut dyn Write) -> io::Result<()> {
        self.head(&format!("the plan's {}", many(spots.len(), "spot-check contact")), out)?;
        let id = |spot: &Spot| escape::line(&shown_id(&spot.id, self.personal));
        let first = spots.iter().map(|spot| id(spot).chars().count()).max().unwrap_or(0);
        let longest = |at: usize| spots.iter().map(|spot| cell_word(spot, &spot.cells[at]).chars().count()).max();
        let width = |(at, field): (usize, &Field)| {
            let least = if *field == Field::ContactId { 0 } else { "differs".len() };
            longest(at).unwrap_or(0).max(field.name().len()).max(least)
        };
        let widths: Vec<usize> = SPOT_FIELDS.iter().enumerate().map(width).collect();
        let names: Vec<String> =
            SPOT_FIELDS.iter().zip(&widths).map(|(field, width)| format!("{:width$}", field.name())).collect();
        writeln!(out, "  {:first$}  {}", "", names.join("  ").trim_end())?;
        for spot in spots {
            let words = spot.cells.iter().zip(&widths);
            let words: Vec<String> = words.map(|(cell, width)| format!("{:width$}", cell_word(spot, cell))).collect();
            let words = words.join("  ");
            let words = if spot.is_equal() { words.trim_end().to_owned() } else { self.bad(words.trim_end()) };
            writeln!(out, "  {:first$}  {words}", id(spot))?;
            for (field, cell) in &spot.cells {
                match cell {
                    Cell::Differs { before, after } | Cell::Respelt { before, after } if self.personal => {
                        values(field.name(), Some(before), Some(after), out)?
                    }
                    Cell::Differs { before, after } if *field == Field::Tags => {
                        writeln!(out, "      {}", differing(*field, Some(before), Some(after)))?
                    }
                    _ => {}
                }
            }
        }
        let equal = spots.iter().filter(|spot| spot.is_equal()).count();
        let respelt = match spots.iter().filter(|spot| spot.is_equal() && spot.is_respelt()).count() {
            0 => String::new(),
            some => format!(", {some} of them {BUT_FOR_SPELLING}"),
        };
        writeln!(out, "  {equal} of {} the same in every field{respelt}\n", spots.len())
    }

    fn everybody(&self, all: &Classes, extra_expected: bool, out: &mut dyn Write) -> io::Result<()> {
        self.head("everybody", out)?;
        writeln!(
            out,
            "  {} before = {} same + {} changed + {} missing + {} merged",
            all.before, all.same, all.changed.total, all.missing.total, all.merged
        )?;
        writeln!(
            out,
            "  {} after  = {} same + {} changed + {} merged into + {} duplicated + {} extra{}",
            all.after,
            all.same,
            all.changed.total,
            all.merged_into.total,
            all.duplicated.total,
            all.extra.total,
            if extra_expected { " (expected: the plan imports all contacts)" } else { "" }
        )?;
        self.changed(all, out)?;
        if all.respelt.total > 0 {
            let title = format!("{BUT_FOR_SPELLING}: {} of those that are the same", all.respelt.total);
            self.listed(&title, &all.respelt, |respelt, out| self.one_changed(respelt, out), out)?;
        }
        self.class("missing", &all.missing, |alone, out| self.alone(alone, out), out)?;
        self.class("merged", &all.merged_into, merged, out)?;
        self.class("duplicated", &all.duplicated, |alone, out| self.alone(alone, out), out)?;
        self.class("extra", &all.extra, |alone, out| self.alone(alone, out), out)?;
        writeln!(out)
    }

    fn changed(&self, all: &Classes, out: &mut dyn Write) -> io::Result<()> {
        let fields: Vec<String> =
            all.fields.iter().map(|(field, count)| format!("{} of {count}", field.name())).collect();
        let title = format!("changed ({})", fields.join(", "));
        self.class(&title, &all.changed, |changed, out| self.one_changed(changed, out), out)
    }

    fn one_changed(&self, changed: &Changed, out: &mut dyn Write) -> io::Result<()> {
        let was = changed
            .was
            .as_ref()
            .map(|was| format!(" (was {})", escape::line(&shown_id(was, self.personal))))
            .unwrap_or_default();
        writeln!(out, "    {}{was}: {}", escape::line(&shown_id(&changed.id, self.personal)), fields(changed))?;
        self.values(&changed.values, out)
    }

    fn alone(&self, alone: &Alone, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "    {}", escape::line(&shown_id(&alone.id, self.personal)))?;
        self.values(&alone.values, out)
    }

    fn values(&self, list: &[Values], out: &mut dyn Write) -> io::Result<()> {
        let shown = list.iter().filter(|_| self.personal);
        shown.into_iter().try_for_each(|one| values(one.field.name(), one.before.as_ref(), one.after.as_ref(), out))
    }

    fn class<T>(
        &self,
        title: &str,
        examples: &Examples<T>,
        each: impl Fn(&T, &mut dyn Write) -> io::Result<()>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if examples.total == 0 {
            return Ok(());
        }
        self.listed(&self.bad(title), examples, each, out)
    }

    fn listed<T>(
        &self,
        title: &str,
        examples: &Examples<T>,
        each: impl Fn(&T, &mut dyn Write) -> io::Result<()>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out, "  {title}")?;
        examples.first.iter().try_for_each(|example| each(example, out))?;
        match examples.more() {
            0 => Ok(()),
            more => writeln!(out, "    and {more} more"),
        }
    }

    fn ledger(&self, name: &str, ledger: Option<&Ledger>, out: &mut dyn Write) -> io::Result<()> {
        let Some(all) = ledger else { return Ok(()) };
        self.head(name, out)?;
        writeln!(
            out,
            "  {} before = {} same + {} changed + {} missing",
            all.before, all.same, all.changed.total, all.missing.total
        )?;
        writeln!(
            out,
            "  {} after  = {} same + {} changed + {} extra",
            all.after, all.same, all.changed.total, all.extra.total
        )?;
        for (title, examples) in [("changed", &all.changed), ("missing", &all.missing), ("extra", &all.extra)] {
            if examples.total > 0 {
                writeln!(out, "  {}: {}", self.bad(title), listed(examples))?;
            }
        }
        writeln!(out)
    }

    fn account(&self, lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
        let differing: Vec<&Line> = lines.iter().filter(|line| line.is_worth_showing()).collect();
        self.head(&format!("counts: {} compared, {} differ", lines.len(), differing.len()), out)?;
        if !differing.is_empty() {
            writeln!(out, "  {:>9}  {:>9}  {:>10}", "before", "after", "difference")?;
        }
        for line in differing.iter().take(self.style.most) {
            let numbers = format!("{:>9}  {:>9}  {:>+10}", line.before, line.after, line.difference());
            let numbers = if line.is_conserved() { numbers } else { self.bad(&numbers) };
            let expected = match line.expected {
                0 => String::new(),
                expected => format!(" ({expected:+} expected)"),
            };
            writeln!(out, "  {numbers}  {}{expected}", counted(line))?;
        }
        if let Some(more) = differing.len().checked_sub(self.style.most).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more; `--format json` lists them all")?;
        }
        writeln!(out)
    }

    fn explained(&self, all: &Explained, out: &mut dyn Write) -> io::Result<()> {
        let kinds = [("contact", &all.contacts), ("order", &all.orders), ("subscription", &all.subscriptions)];
        let there = kinds.into_iter().filter(|(_, ids)| !ids.is_empty());
        let parts: Vec<String> = there.map(|(kind, ids)| format!("{kind} {}", few(ids))).collect();
        if parts.is_empty() {
            return Ok(());
        }
        writeln!(out, "explained by the test purchases on record: {}\n", parts.join("; "))
    }

    /// The guide's confirmations of each test purchase, a line each.
    fn purchases(&self, all: &[Purchased], out: &mut dyn Write) -> io::Result<()> {
        if all.is_empty() {
            return Ok(());
        }
        self.head("test purchases", out)?;
        for purchased in all {
            writeln!(out, "  {}", escape::line(&purchased.form))?;
            for Confirmed { what, how, seen } in &purchased.confirmations {
                let word = format!("{:9}", how.name());
                let word = if how.is_proof() { word } else { self.bad(&word) };
                writeln!(out, "    {:13}  {word}  {}", what.name(), escape::line(seen))?;
            }
        }
        writeln!(out)
    }

    fn bound(&self, all: &Reconciled, out: &mut dyn Write) -> io::Result<()> {
        let percent = all.percent();
        writeln!(
            out,
            "contact total: {percent:+.1} %; the vendor's guide asks to investigate a difference above {VENDORS_BOUND} %; here \
                each contact counts: one that is lost, or that came and is not explained, is a difference of its own\n"
        )
    }

    fn power(&self, comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
        let (Some(members), listed) = (comparison.members.filter(|members| *members > 0), comparison.listed) else {
            return Ok(());
        };
        let sample = many(listed, "contact");
        self.head(&format!("how likely {sample} of {members}, picked at random, miss a problem"), out)?;
        for Power { percent, hit, shows_nothing } in comparison.power() {
            let chance = shows_nothing * 100.0;
            writeln!(out, "  {chance:>5.1} % if it affects {percent} % of members ({hit})")?;
        }
        writeln!(out)
    }

    fn footer(&self, verification: &Verification<'_>, out: &mut dyn Write) -> io::Result<()> {
        let comparison = verification.comparison;
        for unproven in &comparison.unproven {
            let text = format!("? {}: {}", escape::line(&unproven.what), escape::line(&unproven.why));
            writeln!(out, "{}", paint(self.style, "33", &text))?;
        }
        let verdict = comparison.verdict();
        let (code, meaning) = match verdict {
            Verdict::Equal => ("1;32", "everybody is as before"),
            Verdict::Different => ("1;31", "something is not as before"),
            Verdict::Unproven => ("1;33", "not everything could be compared"),
        };
        let word = paint(self.style, code, verdict.name());
        writeln!(out, "{}: {word}: {meaning}", escape::line(verification.path))?;
        for (name, line) in [("before", &verification.before), ("after", &verification.after)] {
            if let Some(SiteLine { name: file, host, captured_at, worth, .. }) = line {
                let (host, at, file) = (escape::line(host), escape::line(captured_at), escape::line(file));
                writeln!(out, "  {name:6}  {host}, as of {at} ({file}; {})", escape::line(&worth.message()))?;
            }
        }
        verification.notes.iter().try_for_each(|note| writeln!(out, "  note: {}", escape::line(note)))
    }
}

/// What a field of a spot-check contact shows, in a word.
fn cell_word(spot: &Spot, (field, cell): &(Field, Cell)) -> String {
    match (cell, &spot.now) {
        (Cell::Equal, _) => "same".to_owned(),
        (Cell::Unknown, _) => "?".to_owned(),
        (Cell::Respelt { .. }, _) => "spelling".to_owned(),
        (Cell::Differs { .. }, Some(now)) if *field == Field::ContactId => format!("now {}", escape::line(now)),
        (Cell::Differs { .. }, None) if *field == Field::ContactId => "missing".to_owned(),
        (Cell::Differs { .. }, _) => "differs".to_owned(),
    }
}

fn merged(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {} of {}", escape::line(&merged.into), listed(&merged.from))
}

/// Both values of a field.
fn values(name: &str, before: Option<&Value>, after: Option<&Value>, out: &mut dyn Write) -> io::Result<()> {
    // A list is shown as one: a comma in a tag is no end of it.
    let text = |value: &Value| value.as_str().map_or_else(|| escape::json_line(value), str::to_owned);
    match (before.map(text), after.map(text)) {
        (Some(before), Some(after)) => {
            let [before, after] = apart(&before, &after).map(|text| escape::line(&text));
            writeln!(out, "      {name}: before `{before}`, after `{after}`")
        }
        (Some(one), None) | (None, Some(one)) => writeln!(out, "      {name}: `{}`", escape::line(&one)),
        (None, None) => Ok(()),
    }
}

/// The first few of these IDs.
fn few(ids: &[String]) -> String {
    let mut examples = Examples::default();
    ids.iter().for_each(|id| examples.push(|| id.clone()));
    listed(&examples)
}

fn listed(examples: &Examples<String>) -> String {
    let ids: Vec<String> = examples.first.iter().map(|id| escape::line(id)).collect();
    let more = match examples.more() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", ids.join(", "))
}

/// What a line of the account counts.
fn counted(line: &Line) -> String {
    match line.name.as_str() {
        "" => line.counted.name().to_owned(),
        name => format!("{} `{}`", line.counted.name(), escape::line(name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_print_alike_are_told_apart_and_a_list_is_a_list() {
        let shown = |before: Value, after: Value| {
            let mut out = Vec::new();
            values("tags", Some(&before), Some(&after), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let tags = shown(json!(["A, B"]), json!(["A", "B"]));
        assert_eq!(tags, "      tags: before `[\"A, B\"]`, after `[\"A\",\"B\"]`\n");
        let name = shown(json!("Ana Ash"), json!("Ana\u{a0}Ash"));
        assert_eq!(name, "      tags: before `\"Ana Ash\"`, after `\"Ana\\u{a0}Ash\"`\n");
    }
}
