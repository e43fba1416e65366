//! Pages of HTML for people who look rather than read: one file, nothing from elsewhere, in any browser and on paper.
//!
//! Templates are beside the code and escape whatever they are given (`askama.toml`); what a template writes unescaped is this program's own style
//! and script, by their digests the only ones that a browser runs. A text of a plan or a site gets into no script, no style and no address.

mod changes;
mod findings;
mod offerings;
pub mod owner;
mod people;
mod reconciled;
mod run;
mod timeline;

use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Report;
use super::diff::{self, Changes};
use super::verify::Verification;
use crate::model::text::many;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What every page that this program writes says of itself, near its beginning.
const MARK: &str = "<meta name=\"generator\" content=\"plan report\">";

/// Whether a text is a page that was written here.
pub fn is_report(text: &str) -> bool {
    let start = text.char_indices().nth(400).map_or(text, |(at, _)| &text[..at]);
    text.starts_with("<!doctype html>") && start.contains(MARK)
}

/// What is around every page.
#[derive(Debug)]
struct Frame {
    lang: &'static str,
    title: String,
    policy: String,
    style: &'static str,
    script: &'static str,
}

impl Frame {
    fn new(lang: &'static str, title: String) -> Self {
        let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        // Should a text ever slip through unescaped, a browser still loads and runs nothing of it.
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            digest(STYLE),
            digest(SCRIPT)
        );
        Self { lang, title, policy, style: STYLE, script: SCRIPT }
    }
}

/// A plan of a report.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What a check found.
    pub report: &'a Report<'a>,
    /// What the plan changes; none where no site was read, or the plan could not be.
    pub changes: Option<&'a Changes<'a>>,
    /// Everybody compared with a reading from after the switch; none where none was named.
    pub verification: Option<&'a Verification<'a>>,
}

/// Writes the report of these plans as one page.
///
/// # Errors
/// Where the output cannot be written.
pub fn render(subjects: &[Subject<'_>], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<&str> = subjects.iter().map(|subject| name(subject.report)).collect();
    let title = match names.as_slice() {
        [only] => format!("Report: {only}"),
        all => format!("Report: {}", many(all.len(), "plan")),
    };
    let plans = subjects.iter().enumerate().map(|(at, subject)| One::of(at, subject)).collect();
    let page = Whole { frame: Frame::new("en", title), plans };
    page.write_into(out)
}

fn name<'a>(report: &Report<'a>) -> &'a str {
    report.plan.and_then(|plan| plan.name.as_deref()).unwrap_or(report.path)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Whole<'a> {
    frame: Frame,
    plans: Vec<One<'a>>,
}

/// A plan as the page shows it.
struct One<'a> {
    /// What its anchors begin with: no two plans have the same.
    id: String,
    name: &'a str,
    path: &'a str,
    /// The verdict's word, and its rank for the eye.
    verdict: &'static str,
    summary: Vec<String>,
    intent: Option<String>,
    worst: Option<String>,
    dangers: Vec<Danger>,
    to_do: Vec<String>,
    decided: Vec<String>,
    findings: Vec<findings::Group>,
    changes: Option<changes::All>,
    offerings: Option<offerings::All>,
    people: people::People,
    run: Option<run::Map>,
    spot_check: Vec<run::Listed>,
    reconciled: Option<reconciled::Reconciled>,
}

struct Danger {
    stake: &'static str,
    counted: String,
    what: String,
}

impl<'a> One<'a> {
    fn of(at: usize, subject: &Subject<'a>) -> Self {
        let Subject { report, changes, verification } = *subject;
        let dangers = changes.map(diff::dangers).unwrap_or_default().into_iter();
        let dangers =
            dangers.map(|(stake, counted, what)| Danger { stake, counted: counted.unwrap_or_default(), what });
        Self {
            id: format!("p{at}"),
            name: name(report),
            path: report.path,
            verdict: report.judgement.verdict.name(),
            summary: report.summary(),
            intent: changes.map(|changes| changes.digests.intent.clone()),
            worst: changes.map(diff::worst),
            dangers: dangers.collect(),
            to_do: changes.map(diff::of_people).unwrap_or_default(),
            decided: changes.map(diff::decided).unwrap_or_default(),
            findings: findings::groups(report),
            changes: changes.map(|changes| changes::All::of(changes, report.show_personal)),
            offerings: offerings::All::of(at, report, changes),
            people: people::People::of(report, changes),
            run: report.plan.and_then(run::Map::of),
            spot_check: run::spot_check(report.plan, changes),
            reconciled: verification.map(reconciled::Reconciled::of),
        }
    }
}

#[allow(unreachable_pub, reason = "what the macro makes of a filter")]
mod filters {
    use askama::filters::Safe;

    use crate::output::escape::Html;

    /// A sentence in which what stands between backticks is code.
    #[askama::filter_fn]
    pub(super) fn prose(text: &str, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
        let parts: Vec<&str> = text.split('`').collect();
        let one = |(at, part): (usize, &&str)| match (at % 2 == 1, at + 1 < parts.len()) {
            (true, true) => format!("<code>{}</code>", Html(part)),
            // What no second backtick closes is not quoted.
            (true, false) => format!("`{}", Html(part)),
            (false, _) => Html(part).to_string(),
        };
        Ok(Safe(parts.iter().enumerate().map(one).collect()))
    }
}

/// The first of many things, and how many there are more.
fn first_of<T>(all: impl IntoIterator<Item = T>, most: usize) -> (Vec<T>, usize) {
    let mut all = all.into_iter();
    let first: Vec<T> = all.by_ref().take(most).collect();
    (first, all.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::inert::inert;
    use crate::text::masked;

    #[test]
    fn style_and_script_go_through_every_output_as_they_are() {
        // Else their digests would no longer be theirs, and a browser would leave them out.
        for text in [STYLE, SCRIPT] {
            assert_eq!(inert(text), text);
            assert!(text.lines().all(|line| masked(line, false) == line));
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval") && !STYLE.contains("url("));
    }

    #[test]
    fn nothing_else_is_written_unescaped() {
        let templates = [
            include_str!("frame.html"),
            include_str!("report.html"),
            include_str!("timeline.html"),
            include_str!("owner/owner.html"),
        ];
        let unescaped = |template: &&str| template.matches("|safe").count();
        assert_eq!(templates.iter().map(unescaped).collect::<Vec<_>>(), [2, 0, 0, 0]);
        assert!(templates.iter().all(|template| !template.contains(" style=\"") && !template.contains(" onclick")));
    }

    #[test]
    fn what_is_quoted_is_code_and_nothing_is_markup() {
        let shown = |text: &str| {
            let page = Quoted { text };
            page.render().unwrap()
        };
        assert_eq!(shown("a `b<i>` c"), "a <code>b&lt;i&gt;</code> c");
        assert_eq!(shown("a `<b>"), "a `&lt;b&gt;");
        assert_eq!(shown("``"), "<code></code>");
    }

    #[derive(Template)]
    #[template(source = "{{ text|prose }}", ext = "html")]
    struct Quoted<'a> {
        text: &'a str,
    }
}
