use crate::diag::{Location, Severity::Error};
use crate::model::spelling::{is_only_spelling, plain};
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Inferred, declare_rule};

declare_rule! {
    /// The plan expects another mail plugin than the one that sends.
    ///
    /// ## What it does
    /// Compares `mail.transport` with the plugin that sends the site's mail, ignoring case, spaces and dashes. A name that is
    /// the same but for spelling (`&` and `&amp;`) is information.
    ///
    /// ## Why it matters
    /// A setting of that plugin keeps mail from members during the migration (seen in code). The same setting of a
    /// plugin that does not send holds nothing back (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {mail: {transport: wp-mail-smtp}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {mail: {transport: Fluent SMTP}}
    /// ```
    ///
    /// ## Fix
    /// Name the plugin that sends, or change the site to the one that the plan names.
    {
        id: "mail-transport-differs",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P2",
        evidence: Inferred,
        anchor: "/mail/transport",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(named) = facts.plan().mail.as_ref().and_then(|mail| mail.transport.as_ref()) else { return Some(()) };
    let sends = facts.mail(Before)?.transport()?.map_or("nothing", String::as_str);
    let place = Location::value("/mail/transport");
    if is_only_spelling(named, sends) {
        out.push(RULE.respelt(place, "the plugin's name", [named, sends]).on_site("mail"));
    } else if bare(named) != bare(sends) {
        let message = format!("the plan expects `{named}` to send the site's mail, but `{sends}` sends it");
        out.push(
            RULE.at(place, message)
                .label("does not send")
                .help("name the plugin that sends, and set its simulation")
                .on_site("mail"),
        );
    }
    Some(())
}

/// A plugin's name without case, blanks and dashes.
fn bare(name: &str) -> String {
    plain(name).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
