//! What moved at a site since an earlier reading, for a terminal.

use std::io::{self, Write};

use super::{Moved, counted};
use crate::model::text::many;
use crate::output::human::{Style, paint};
use crate::output::journey::contact;
use crate::output::{SiteLine, escape};
use crate::reconcile::{Bearing, Class, Group, Kind, Since, Verdict};
use crate::shape::without_addresses;

/// Most forms, tags or modules that a class names.
const NAMED: usize = 5;

/// Writes it.
pub fn render(moved: &Moved<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(since) = moved.since {
        everybody(since, style, out)?;
        for (bearing, head, code) in [
            (Bearing::Expected, "as expected", "1"),
            (Bearing::CouldBe, "unproven: it can be so, and no reading shows it", "1;33"),
            (Bearing::Finding, "findings", "1;31"),
        ] {
            classes(moved, since, (bearing, head), (style, code), out)?;
        }
    }
    footer(moved, style, out)
}

fn everybody(since: &Since, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let [expected, could_be, findings] = since.people.moved;
    let still = since.people.all - since.people.moved.iter().sum::<u64>();
    writeln!(out, "{}", paint(style, "1", "everybody"))?;
    writeln!(
        out,
        "  {} = {still} unmoved + {expected} as expected + {could_be} unproven + {findings} with a finding",
        many(since.people.all, "contact")
    )?;
    for (kind, sides) in Kind::ALL.into_iter().zip(since.sides) {
        let moved =
            [Bearing::Expected, Bearing::CouldBe, Bearing::Finding].map(|bearing| since.found.count(kind, bearing));
        let same = sides.same;
        writeln!(
            out,
            "  {:13}  {} before, {} after, {same} the same; moved: {} as expected, {} unproven, {} with a finding",
            format!("{}s", kind.noun()),
            sides.before,
            sides.after,
            moved[0],
            moved[1],
            moved[2]
        )?;
    }
    writeln!(out)
}

fn classes(
    moved: &Moved<'_>,
    since: &Since,
    (bearing, head): (Bearing, &str),
    (style, code): (Style, &str),
    out: &mut dyn Write,
) -> io::Result<()> {
    let of: Vec<_> = since.found.groups.iter().filter(|((_, class), _)| class.bearing() == bearing).collect();
    if of.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(style, code, head))?;
    for ((kind, class), group) in of {
        class_lines((*kind, *class), group, moved.show_personal, out)?;
    }
    writeln!(out)
}

fn class_lines((kind, class): (Kind, Class), group: &Group, personal: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}  {}: {}", counted(kind, group.few.count), class.name(), class.because())?;
    if !group.of.is_empty() {
        let mut of: Vec<(&String, &u64)> = group.of.iter().collect();
        of.sort_by(|(a, one), (b, other)| (other, a).cmp(&(one, b)));
        let named: Vec<String> = of.iter().take(NAMED).map(|(name, count)| one(name, **count)).collect();
        let more = if of.len() > NAMED { format!(" and {} more", of.len() - NAMED) } else { String::new() };
        writeln!(out, "      {}{more}", named.join(", "))?;
    }
    if class.bearing() == Bearing::Expected && !personal {
        return Ok(());
    }
    let ids: Vec<String> = group.few.first.iter().map(|id| escape::line(&contact(id, personal))).collect();
    let ids = if ids.is_empty() { "none that can be named".to_owned() } else { ids.join(", ") };
    writeln!(out, "      contacts: {ids}")
}

fn one(name: &str, count: u64) -> String {
    let name = escape::line(&without_addresses(name));
    if count == 1 { name } else { format!("{name} ({count})") }
}

fn footer(moved: &Moved<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for unproven in moved.unproven {
        let text = format!("? {}: {}", escape::line(&unproven.what), escape::line(&unproven.why));
        writeln!(out, "{}", paint(style, "33", &text))?;
    }
    let (code, word, meaning) = match moved.verdict() {
        Verdict::Equal => ("1;32", "as expected", "what moved goes on at a site every day"),
        Verdict::Different => ("1;31", "findings", "a person has to look at them"),
        Verdict::Unproven => ("1;33", "unproven", "not everything could be compared or explained"),
    };
    writeln!(out, "{}: {}: {meaning}", escape::line(moved.path), paint(style, code, word))?;
    for (name, line) in [("since", &moved.earlier), ("after", &moved.later)] {
        if let Some(SiteLine { name: file, host, captured_at, worth, .. }) = line {
            let (host, at, file) = (escape::line(host), escape::line(captured_at), escape::line(file));
            writeln!(out, "  {name:6}  {host}, as of {at} ({file}; {})", escape::line(&worth.message()))?;
        }
    }
    moved.notes.iter().try_for_each(|note| writeln!(out, "  note: {}", escape::line(note)))
}
