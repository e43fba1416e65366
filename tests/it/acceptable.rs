//! Which risks can be accepted: what the README and the plan's page say is true of every rule there is, each judged by what it protects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use amc_plan::diag::Severity;
use amc_plan::rules::{ALL, by_id};

/// What can be lost where a rule's finding is let stand: of none of these may anybody accept the risk.
const PROTECTS: [(&str, &[&str]); 6] = [
    (
        "money",
        &[
            "access-kept-without-reason",
            "access-webhook-without-replacement",
            "charging-guard-not-live",
            "charging-guard-with-scheme",
            "failed-payment-undecided",
            "gateway-differs",
            "gateway-in-live-mode",
            "gateway-of-the-crm",
            "live-not-reopened",
            "order-form-missing",
            "order-form-not-in-plan",
            "order-form-without-release",
            "price-differs",
            "price-impossible",
            "price-of-nothing",
            "replacement-does-nothing",
            "subscribed-form-missing",
            "subscription-of-nobody",
            "test-orders-pushed",
            "webhook-not-in-plan",
            "webhook-undecided",
        ],
    ),
    (
        "mail from a copy or while live is switched",
        &["live-mail-undecided", "mail-not-simulated", "mail-transport-differs"],
    ),
    (
        "the backup, or the way back",
        &[
            "backup-file-differs",
            "backup-lacks-tables",
            "backup-lacks-users",
            "backup-missing",
            "backup-not-full",
            "backup-not-off-server",
            "backup-old",
            "backup-truncated",
            "rollback-missing",
        ],
    ),
    (
        "access, of members or of the administrator",
        &[
            "access-lost",
            "access-tag-unset",
            "base-module-timer",
            "contact-differs",
            "contact-id-repeated",
            "form-opens-more",
            "members-between-modules-undecided",
            "merge-list-missing",
            "module-not-in-plan",
            "module-not-on-site",
            "offering-not-in-plan",
            "progressally-writes-to-crm",
            "tag-missing",
            "opt-in-form-missing",
            "opt-in-form-not-in-plan",
            "released-offering-missing",
            "spare-admin-missing",
            "unscheduled-module",
        ],
    ),
    (
        "the right site, in the right state",
        &[
            "accessally-missing",
            "change-pending",
            "crm-differs",
            "crm-disconnected",
            "live-not-frozen",
            "migration-not-run",
            "reading-old",
            "site-not-in-plan",
            "sites-not-apart",
            "strategy-missing",
            "target-not-staging",
            "verification-missing",
            "verification-unacknowledged",
            "window-impossible",
            "window-over",
        ],
    ),
    (
        "that the files say what they mean",
        &[
            "accepted-risk-expired",
            "accepted-risk-forbidden",
            "accepted-risk-owner-unknown",
            "accepted-risk-unused",
            "key-is-not-the-slug",
            "leave-alone-and-planned",
            "reading-not-understood",
            "record-line-wrong",
            "reference-unknown",
        ],
    ),
];

/// Errors of which a named person may say that nothing is lost, and warnings about no such thing.
const ANSWERED_FOR: &[&str] = &[
    "access-tag-shared",
    "address-doubtful",
    "attestation-contradicted",
    "attestation-of-a-rule",
    "cancel-or-refund-undecided",
    "contact-incomplete",
    "contacts-tracked-by-git",
    "copy-drifted",
    "copy-old",
    "copy-runs-other-software",
    "crm-paid-until-too-early",
    "crm-paid-until-unknown",
    "crm-still-sells",
    "emails-off",
    "foreign-cart-active",
    "grant-instead-of-release",
    "launch-in-window",
    "leave-alone-unknown",
    "left-alone-form-opens",
    "left-alone-offering-has-members",
    "maintenance-mode-not-kept",
    "many-members",
    "members-between-modules-found",
    "migration-choices-missing",
    "name-differs",
    "not-on-site",
    "offering-system-differs",
    "opening-webhook-without-replacement",
    "order-of-nobody",
    "population-out-of-step",
    "preparation-not-on-record",
    "re-release-restarts",
    "release-not-understood",
    "renewal-in-window",
    "replacement-of-another",
    "revoke-tag-shared",
    "secret-in-plan",
    "sender-of-another-domain",
    "sold-offering-given-away",
    "sort-of-members-missing",
    "support-closed-in-window",
    "tags-coincide",
    "test-mail-reaches-member",
    "test-mail-reaches-nobody",
    "test-purchase-missing",
    "type-of-mail-off",
    "too-few-contacts",
    "unpaid-subscription",
    "welcome-does-not-cover",
    "window-missing",
];

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn no_risk_is_accepted_of_what_protects_money_mail_backup_or_access() {
    let protected = PROTECTS.iter().flat_map(|(what, rules)| rules.iter().map(move |rule| (*what, *rule)));
    for (what, rule) in protected.clone() {
        assert!(!by_id(rule).unwrap().acceptable, "`{rule}` protects {what}, and its risk can be accepted");
    }
    let judged: Vec<&str> = protected.map(|(_, rule)| rule).chain(ANSWERED_FOR.iter().copied()).collect();
    let each: BTreeSet<&str> = judged.iter().copied().collect();
    assert_eq!(each.len(), judged.len(), "a rule is judged twice");
    assert_eq!(each, ALL.iter().map(|rule| rule.id).collect(), "a new rule is judged here first");
}

#[test]
fn the_page_lists_every_error_of_which_a_risk_can_be_accepted_and_no_other() {
    let page = page("docs/plan-file.md");
    let section = page.split("## Accepted risks").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| [`"));
    let listed: BTreeSet<&str> =
        rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|rule| *rule != "plan").collect();
    let can = ALL.iter().filter(|rule| rule.acceptable && rule.severity == Severity::Error);
    assert_eq!(listed, can.map(|rule| rule.id).collect());
    let says = "which money, access, backups and mail from a copy never allow";
    assert!(self::page("docs/verdicts.md").contains(says));
}
