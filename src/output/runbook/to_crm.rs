//! The vendor's steps back to the CRM, where the plan says that this is its way back.

use std::fmt::{self, Write};

use super::super::escape::{Html, shell};
use super::steps::typed;
use super::{MOST_ROWS, Page};
use crate::guide;
use crate::model::plan::RollbackWay;

/// The steps, each with what of this site it goes through.
pub(super) fn steps(page: &Page<'_>, out: &mut String) -> fmt::Result {
    if page.plan.rollback.as_ref().is_none_or(|rollback| rollback.way != RollbackWay::BackToCrm) {
        return Ok(());
    }
    writeln!(
        out,
        "<section>\n<h2>Back to the CRM</h2>\n<p>The plan's way back once the barrier is passed on live. The steps are the vendor's, from its page on \
         switching from Managed to a CRM (documented); what is marked as inferred follows from how the plan got here. Mails that were sent stay \
         sent, and nothing is charged back.</p>\n<ol class=\"boxes\">"
    )?;
    for step in guide::to_crm(page.plan) {
        let inferred = if step.is_documented { "" } else { " <small>(inferred)</small>" };
        writeln!(out, "<li>☐ {}{inferred}", Html(&step.what.replace('`', "")))?;
        if !step.each.is_empty() {
            let shown = step.each.iter().take(MOST_ROWS).map(|one| format!("<li>☐ {}</li>", Html(one)));
            writeln!(out, "<ul class=\"boxes\">{}", shown.collect::<String>())?;
            if let Some(left @ 1..) = step.each.len().checked_sub(MOST_ROWS) {
                writeln!(out, "<li>and {left} more, which are in the plan</li>")?;
            }
            writeln!(out, "</ul>")?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(
        out,
        "</ol>\n<p>Everybody as the site has them now, for the import; who is not in an earlier reading joined since:</p>"
    )?;
    let [path, live] = [page.path, page.live].map(shell);
    typed(
        &format!(
            "plan contacts export {path} --site {live} --for-crm --joined-since EARLIER.site.ndjson --out private/back.csv"
        ),
        out,
    )?;
    writeln!(out, "</section>")
}
