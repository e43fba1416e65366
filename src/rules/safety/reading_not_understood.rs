use crate::diag::Location;
use crate::diag::Severity::Error;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// A line of the site's file does not match the format.
    ///
    /// ## What it does
    /// Reports what a person wrote into the file of a site, or of its population, that cannot be read as a fact: a kind of
    /// record, a section or a field that the format does not have, a release that is almost one, two modules with one number.
    /// What a machine added beyond the format, and what belongs to a newer format, is kept and not reported.
    ///
    /// ## Why it matters
    /// A form under `order_form` is not an `order-form`: no rule sees it, so a plan that does not mention it would be green.
    ///
    /// ## Bad
    /// ```yaml
    /// misfits:
    ///   - {line: 40, "on": "", what: no record is of the kind `order_form`, help: did you mean `order-form`?}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// misfits: []
    /// ```
    ///
    /// ## Fix
    /// Correct the line, and run `plan snapshot finalize FILE`, which names everything in the file that does not fit.
    {
        id: "reading-not-understood",
        severity: Error,
        phase: Fit,
        target: Both,
        acceptable: false,
        precondition: false,
        evidence: Inferred,
        since: "0.1.0",
        anchor: "",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (file, misfits) in facts.misfits() {
        for misfit in &misfits.named {
            let finding = RULE.at(Location::value("/sites"), format!("in the file of the {file}, {misfit}"));
            out.push(
                finding
                    .label("read here")
                    .help(format!("correct the line ({}), then run `plan snapshot finalize FILE`", misfit.help)),
            );
        }
        if misfits.more > 0 {
            let message = format!("in the file of the {file}, {} more things do not match the format", misfits.more);
            let help = "`plan snapshot finalize FILE` lists them";
            out.push(RULE.at(Location::value("/sites"), message).label("read here").help(help));
        }
    }
    Some(())
}
