use crate::diag::{Location, Severity::Error};
use crate::model::plan::DuringMigration;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Staging, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// Mail from the staging copy reaches members during the migration.
    ///
    /// ## What it does
    /// Asks for `during_migration: simulate` in the plan's `mail` section, and for a staging copy on which mail is
    /// simulated after the plan's changes. Mail is simulated if nothing that WordPress sends reaches anybody: by a switch of the
    /// plugin that sends, or by a mail trap of the host that catches all mail of the copy. A person who attests a trap has
    /// sent a test mail to an address of their own before, and seen it in the trap and not in the mailbox.
    ///
    /// ## Why it matters
    /// The vendor's latest guide says that the migration resets every user's password and mails new credentials (documented). A
    /// staging copy holds the live members, so they would receive passwords of a copy (inferred). The guide asks for working
    /// mail on staging and never says that it should be simulated. No simulation stops mail that the CRM itself sends, or that
    /// a plugin hands directly to a delivery service (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {mail: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {mail: {during_migration: deliver}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {mail: {during_migration: simulate}}
    /// site: {mail: {simulated: false}}
    /// ```
    ///
    /// ## Fix
    /// Set `during_migration: simulate`. With Fluent SMTP it is the "Email Simulation" setting, or the constant
    /// `FLUENTMAIL_SIMULATE_EMAILS`; with WP Mail SMTP "Do Not Send" under Settings > Misc, or the constants `WPMS_ON` and
    /// `WPMS_DO_NOT_SEND`. If the host traps the mail, send a test mail, look whether it is in the trap, and record it with
    /// `plan record saw mail simulated=yes --plan PLAN --who WHO`.
    {
        id: "mail-not-simulated",
        severity: Error,
        phase: Configure,
        target: Staging,
        acceptable: false,
        guide: "S2",
        evidence: Inferred,
        anchor: "/mail/during_migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().was_left_out(&["mail"]) {
        return Some(());
    }
    let Some(intent) = &facts.plan().mail else {
        let message = "the plan does not say what keeps the staging copy's mail from members during the migration";
        out.push(
            RULE.at(Location::key("/mail"), message)
                .label("no `mail` section")
                .help("add `mail` with `during_migration: simulate`")
                .fix("add the section", "mail:\n  transport: fluent-smtp\n  during_migration: simulate\n")
                .to_add_to(""),
        );
        return Some(());
    };
    let place = Location::value("/mail/during_migration");
    if intent.during_migration != DuringMigration::Simulate {
        let message = "mail is delivered while the migration resets passwords, so members can get mail from a copy";
        let written = Correction::Value { at: "/mail/during_migration".to_owned(), to: "simulate".to_owned() };
        let finding = RULE.at(place, message).label("reaches members").help(HELP).on_site("mail");
        out.push(finding.perhaps_corrected_by("write `simulate`, as nothing else keeps mail from members", [written]));
        return Some(());
    }
    if !facts.mail(After)?.simulated()? {
        let message = "mail is not simulated on the staging copy, not even after the plan's changes";
        out.push(RULE.at(place, message).label("not so on the site").help(HELP).on_site("mail"));
    }
    Some(())
}

/// What to do about mail that is delivered.
const HELP: &str = "set `during_migration: simulate`; in Fluent SMTP it is the \"Email Simulation\" setting, in WP Mail SMTP \"Do Not Send\" \
    under Settings > Misc, and a mail trap of the host counts too";
