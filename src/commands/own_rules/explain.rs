//! `plan explain own/…`: what a rule of the plan's own asks.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::cli::ExplainFormat;
use crate::failure::{Failure, exit};
use crate::model::own_rules::{FILE, PREFIX};
use crate::output::human::{Style, paint};
use crate::output::{self, escape};
use crate::project::rules_file;
use crate::rules::{Own, OwnRules};
use crate::shape::without_addresses;
use crate::text;

/// The rules beside a plan, where the one of this name is meant; none where it is no name of one of them.
pub(in crate::commands) fn own_rule(id: &str, plan: &Path) -> Result<Option<Arc<OwnRules>>, Failure> {
    if !id.starts_with(PREFIX) {
        return Ok(None);
    }
    // By the plan that was named: half a name would be masked less surely than the whole.
    let file = format!("`{FILE}` beside `{}`", plan.display());
    let beside = rules_file::beside(plan);
    if let Some(first) = beside.findings.first() {
        let message = format!("{file} cannot be used: {}", first.message);
        return Err(
            Failure::new(exit::COULD_NOT_RUN, message).help("`plan rules test` shows each mistake with its place")
        );
    }
    if beside.rules.by_id(id).is_some() {
        return Ok(Some(beside.rules));
    }
    let failure = Failure::new(exit::USAGE, format!("there is no rule `{id}` in {file}"));
    Err(match text::nearest(id, beside.rules.rules.iter().map(|own| own.rule.id)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if beside.rules.rules.is_empty() => failure
            .help(format!("name the plan beside which they lie: `plan explain {} --plan PLAN`", escape::line(id))),
        None => failure.help(format!("the rules there are in `{FILE}`")),
    })
}

/// Writes what a rule asks.
pub(in crate::commands) fn explained(
    own: &Own,
    format: ExplainFormat,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let said = &own.said;
    let gate = own.rule.phase.name();
    let facts = format!("{} · due at `{gate}` · may be accepted · a rule of the plan's own", own.rule.severity.name());
    let of = said.each.map_or_else(
        || "once".to_owned(),
        |each| format!("of each of the plan's {}", each.section().replace('_', " ").replace("opt in", "opt-in")),
    );
    let mut lines = Vec::from([format!("It is asked {of}.")]);
    lines.extend(said.when.as_ref().map(|when| format!("when     {when}")));
    lines.push(format!("require  {}", said.require));
    lines.push(format!("message  {}", said.message));
    lines.extend(said.help.as_ref().map(|help| format!("help     {help}")));
    lines.extend(said.why.as_ref().map(|why| format!("why      {why}")));
    let shown = |line: &String| escape::line(&without_addresses(line)).to_string();
    match format {
        ExplainFormat::Json => {
            let page: String = lines.iter().map(|line| format!("    {}\n", shown(line))).collect();
            output::explain::rule(own.rule, page, None, out)
        }
        ExplainFormat::Markdown => {
            writeln!(out, "## {}\n\n*{facts}*\n", own.rule.id)?;
            lines.iter().try_for_each(|line| writeln!(out, "    {}", shown(line)))
        }
        ExplainFormat::Human => {
            writeln!(out, "{}  {facts}\n", paint(style, "1", own.rule.id))?;
            lines.iter().try_for_each(|line| writeln!(out, "{}", shown(line)))
        }
    }
}
