use crate::diag::{Finding, Location, Severity};
use crate::model::population::Few;
use crate::model::text::many;
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Documented, declare_rule};

declare_rule! {
    /// A member's e-mail address is none, or is another member's too.
    ///
    /// ## What it does
    /// Looks at everybody's address: those that are empty, those that are no address, and those that a second member has too, whatever
    /// their letters' case. Names the first few contact IDs of each sort, and says how many there are. Addresses with a plus sign are information.
    ///
    /// ## Why it matters
    /// The migration resets passwords and mails new ones (documented): who has no address of their own gets none, and whoever shares one gets
    /// another's (inferred). The vendor asks to look for duplicate, invalid and blank addresses after a migration, and allows no plus sign where a user is
    /// added by hand (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// doubtful: {empty: {count: 1, first: ["101"]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// doubtful: {malformed: {count: 1, first: ["102"]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// doubtful: {shared: {count: 3, first: ["103"]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// doubtful: {empty: {count: 0}}
    /// ```
    ///
    /// ## Fix
    /// Correct the address under WordPress > Users, and in the CRM while it is connected; where two members are one person, keep one of them.
    {
        id: "address-doubtful",
        severity: Severity::Warning,
        phase: Migrate,
        acceptable: true,
        precondition: true,
        guide: "S3",
        evidence: Documented,
        anchor: "/spot_check",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let doubtful = &facts.of_population(&["contact"])?.doubtful;
    let sorts = [
        (&doubtful.empty, "without an e-mail address"),
        (&doubtful.malformed, "with an e-mail address that is none"),
        (&doubtful.shared, "with an e-mail address that another one has too"),
    ];
    out.extend(sorts.into_iter().filter(|(found, _)| found.count > 0).map(|(found, what)| finding(found, what)));
    if doubtful.plus.count > 0 {
        let mut finding = finding(&doubtful.plus, "with a plus sign in the e-mail address");
        finding.severity = Severity::Info;
        out.push(finding.help(
            "nothing has to be done; where such a member has to be added by hand, the vendor allows no plus sign",
        ));
    }
    Some(())
}

fn finding(found: &Few, what: &str) -> Finding {
    let message = format!("{} {what}: {}", many(found.count, "member"), named(found));
    RULE.at(Location::key("/spot_check"), message)
        .label("among everybody")
        .help("correct it under WordPress > Users, and in the CRM while it is connected")
}
