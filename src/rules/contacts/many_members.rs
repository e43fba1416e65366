use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Documented, declare_rule};

declare_rule! {
    /// More members than the vendor advises to keep inside WordPress.
    ///
    /// ## What it does
    /// Counts the contacts, where they were captured: above 10,000 there is a warning. How much mail they get is not counted.
    ///
    /// ## Why it matters
    /// The vendor calls 5,000 to 10,000 contacts the point from which it gets unwieldy to handle them inside WordPress, and advises to stay
    /// with a CRM above 100,000 mails a month (documented). The migration takes longer, too (documented where all contacts are imported).
    ///
    /// ## Bad
    /// ```yaml
    /// members: 25000
    /// plan: {spot_check: {list: {"104": free, "105": free, "106": free, "107": free, "108": free, "109": free, "110": free}}}
    /// contacts: {"104": {first_name: A, last_name: B, email: a104@member.example, tags: []}, "105": {first_name: A, last_name: B, email: a105@member.example, tags: []}, "106": {first_name: A, last_name: B, email: a106@member.example, tags: []}, "107": {first_name: A, last_name: B, email: a107@member.example, tags: []}, "108": {first_name: A, last_name: B, email: a108@member.example, tags: []}, "109": {first_name: A, last_name: B, email: a109@member.example, tags: []}, "110": {first_name: A, last_name: B, email: a110@member.example, tags: []}}
    /// values: {"104": {first_name: A, last_name: B, email: a104@member.example, tags: []}, "105": {first_name: A, last_name: B, email: a105@member.example, tags: []}, "106": {first_name: A, last_name: B, email: a106@member.example, tags: []}, "107": {first_name: A, last_name: B, email: a107@member.example, tags: []}, "108": {first_name: A, last_name: B, email: a108@member.example, tags: []}, "109": {first_name: A, last_name: B, email: a109@member.example, tags: []}, "110": {first_name: A, last_name: B, email: a110@member.example, tags: []}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// members: 3
    /// ```
    ///
    /// ## Fix
    /// Ask the vendor whether Managed Contacts is right for a site of this size, and the mail service for its limits; then accept this risk.
    {
        id: "many-members",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "–",
        evidence: Documented,
        anchor: "/crm",
    }
}

/// From how many on the vendor calls it unwieldy.
const MANY: u64 = 10_000;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // A size is no fault: where nobody counted, nothing is missing.
    let Some(members) = facts.members_counted().filter(|members| *members > MANY) else { return Some(()) };
    let message =
        format!("the site has {members} members, and the vendor calls more than {MANY} unwieldy inside WordPress");
    out.push(RULE.at(Location::key("/crm"), message).label("a large site").help(
        "ask the vendor whether Managed Contacts is right for a site of this size, and the mail service for its limits",
    ));
    Some(())
}
