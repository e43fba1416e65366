//! What has to be so, and no rule, change or step sees: a person looks, and ticks it off.

use std::fmt::{self, Write};

use super::super::escape::Html;
use crate::rules::{CANDIDATES, group};

/// The list, in the table's order.
pub(super) fn list(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "<section>\n<h2>What nothing here checks</h2>\n<p>Known to go wrong at such a switch, and in no reading, or in a part of it alone. Look yourself, while \
         there is time, and say who saw it.</p>\n<table>\n<thead><tr><th scope=\"col\">Has to be so</th><th scope=\"col\">Why it is not checked</th>\
         <th scope=\"col\">Who saw it</th></tr></thead>\n<tbody>"
    )?;
    for (candidate, why) in CANDIDATES.iter().filter_map(|candidate| Some((candidate, candidate.not_checked()?))) {
        let in_part = if candidate.checked().next().is_some() { "in part: " } else { "" };
        writeln!(
            out,
            "<tr><th scope=\"row\">{} <small>{}</small></th><td>{in_part}{}</td><td>☐ ________</td></tr>",
            Html(candidate.what),
            Html(group(candidate.number)),
            Html(why)
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}
