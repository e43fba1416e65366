use crate::diag::{Location, Severity::Warning};
use crate::model::Step;
use crate::model::text::{many, pointer};
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::GoLive, Phase::Migrate, Source::Documented, Target, declare_rule};

declare_rule! {
    /// Test mail may reach a member.
    ///
    /// ## What it does
    /// Looks up each entry under `mail/deliver_only_to` among everybody's addresses, whatever the letters' case: an address that is a member's, or all addresses of a
    /// domain (`*@agency.example`) at which members have theirs, or below it. Says how many, and the first few contact IDs. Asked until
    /// the test purchases, whose buyers are members afterwards.
    ///
    /// ## Why it matters
    /// What is listed there gets mail from the copy, whatever else is kept back: a member's address gets a new password for a site that is not theirs (inferred).
    /// Whoever buys for a test with an address that the site knows gives that user a new password (documented), and proves nothing about a new one.
    ///
    /// ## Bad
    /// ```yaml
    /// gate: migrate
    /// plan: {mail: {deliver_only_to: [qa@agency.example, ada@member.example]}}
    /// recipients: {ada@member.example: {count: 1, first: ["101"]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// gate: migrate
    /// plan: {mail: {deliver_only_to: ["*@member.example"]}}
    /// recipients: {"*@member.example": {count: 3, first: ["101", "102", "103"]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// gate: migrate
    /// plan: {mail: {deliver_only_to: [qa@agency.example]}}
    /// ```
    ///
    /// ## Fix
    /// Name addresses that nobody on the site has, each whole; and buy with those.
    {
        id: "test-mail-reaches-member",
        severity: Warning,
        phase: Migrate,
        target: Target::Staging,
        until: Some(Step::TestPurchase),
        acceptable: true,
        guide: "S5",
        evidence: Documented,
        anchor: "/mail",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(mail) = facts.plan().mail.as_ref().filter(|mail| !mail.deliver_only_to.is_empty()) else {
        return Some(());
    };
    // By then the test buyers are on the site.
    if facts.gate == GoLive {
        return Some(());
    }
    let census = facts.census()?;
    for (index, allowed) in mail.deliver_only_to.iter().enumerate() {
        let Some(found) = census.recipients.get(allowed).filter(|found| found.count > 0) else { continue };
        let members = format!("{} of {}", found.count, many(census.members, "member"));
        let message = format!("test mail may reach {members}: {}", named(found));
        let at = pointer(&["mail", "deliver_only_to", &index.to_string()]);
        let help = "name addresses that nobody on the site has, each whole, and buy with those";
        out.push(RULE.at(Location::value(at), message).label("known to the site").help(help));
    }
    Some(())
}
