//! The text of a first plan: what the site shows, and a comment wherever a person has to decide.

use std::fmt::Write as _;

use crate::model::keyed::{name_key, name_to_say};
use crate::model::plan::{AfterFinalRetry, ContactRecord, Welcome};
use crate::model::state::{Offering, Operation, State};
use crate::model::{Field, Release, Snapshot};
use crate::output::contacts;
use crate::population::Chosen;
use crate::text::{quote, without_addresses};

use super::{ACCESS_AFTER, FAILED_PAYMENT};

/// Plugins that take over how WordPress sends mail, by their folders.
const MAILERS: [&str; 12] = [
    "easy-wp-smtp",
    "fluent-smtp",
    "gravitysmtp",
    "mailgun",
    "mailin",
    "post-smtp",
    "sendgrid-email-delivery-simplified",
    "smtp-mailer",
    "suremails",
    "wp-mail-smtp",
    "wp-mail-smtp-pro",
    "wp-ses",
];

/// Most keys that a comment names.
const NAMED: usize = 6;
/// Who can get a welcome e-mail.
const WELCOME: &str = "none, purchases or purchases-and-opt-ins";

/// What a draft is made from.
pub(super) struct Draft<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// The staging site's address, and whether something says its scheme.
    pub(super) staging: (&'a str, bool),
    /// The live site's address, where somebody said it.
    pub(super) live: Option<&'a str>,
    pub(super) contacts: &'a [Chosen],
    /// What is written down of each of them.
    pub(super) records: &'a [(String, ContactRecord)],
    /// The file of the contacts' values, as the plan names it; none to write them into the plan.
    pub(super) values: Option<&'a str>,
}

impl Draft<'_> {
    /// The whole plan.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        self.settings(&mut out);
        self.offerings(&mut out);
        self.order_forms(&mut out);
        self.opt_in_forms(&mut out);
        self.webhooks(&mut out);
        self.contacts(&mut out);
        self.tail(&mut out);
        out
    }

    fn state(&self) -> &State {
        &self.snapshot.state
    }

    fn head(&self, out: &mut String) {
        let header = &self.snapshot.header;
        let crm = self.state().crm.as_ref().and_then(|crm| crm.system.set());
        line(out, "# yaml-language-server: $schema=plan.schema.json");
        line(
            out,
            &format!(
                "# A first plan, from {} as of {}. A person decides everything that says `decide`.",
                clean(&header.site.to_string()),
                clean(&header.taken_at)
            ),
        );
        line(out, "version: 1");
        let off = crm.map_or("its CRM", String::as_str);
        line(out, &format!("name: {}", quote(&format!("{}, off {off}", header.site))));
        line(out, "sites:");
        let (staging, is_said) = self.staging;
        let decide = if is_said { "" } else { "  # decide: nothing says whether it is https or http" };
        line(out, &format!("  staging: {}{decide}", quote(staging)));
        match self.live {
            Some(live) => line(out, &format!("  live: {}", quote(live))),
            None => line(out, "  live: https://live.invalid  # decide: the live site's address"),
        }
        line(out, "crm:");
        match crm {
            Some(crm) => line(out, &format!("  name: {}", quote(crm))),
            None => line(
                out,
                "  name: unknown  # decide: the CRM that the site leaves, by its name in AccessAlly's settings",
            ),
        }
        line(out, "  # decide: paid_until, a day after the switch and after the last time at which you could go back");
        line(
            out,
            "# decide: strategy: rehearse-and-replay  (staging is a rehearsal, replayed on live in a short window)",
        );
        line(
            out,
            "#         strategy: freeze-and-push      (live stays in maintenance mode from the clone to the push)",
        );
        line(
            out,
            "#         strategy: push-then-merge      (live goes on; what happened there is carried over afterwards)",
        );
        line(out, "people:  # decide: short names; owners below refer to them");
        line(out, "  operator: runs the switch");
    }

    fn settings(&self, out: &mut String) {
        line(out, "mail:");
        let active = self.active_mailers();
        match (self.state().mail.as_ref().and_then(|mail| mail.transport.set()), &active[..]) {
            (Some(transport), _) => line(out, &format!("  transport: {}", quote(transport))),
            (None, [only]) => {
                line(out, &format!("  transport: {only}  # decide: it is active; is it what sends the mail?"))
            }
            (None, []) => {}
            (None, several) => line(
                out,
                &format!("  # decide: transport: {}  (each is active; which one sends?)", several.join(" or ")),
            ),
        }
        line(out, "  during_migration: simulate");
        line(
            out,
            "  # decide, for rehearse-and-replay: on_live: deliver (everybody is mailed) or simulate (nobody gets a new password)",
        );
        line(out, "emails:");
        let likely =
            if self.state().opt_in_forms.is_empty() { Welcome::Purchases } else { Welcome::PurchasesAndOptIns };
        let on_site = self.state().emails.as_ref().and_then(|emails| emails.welcome.set().copied());
        let comment = match on_site {
            Some(there) if there == likely => "as the site has it".to_owned(),
            Some(there) => format!("decide: {WELCOME}? The site has `{}`", welcome_word(there)),
            None => format!("decide: {WELCOME}? What the site has could not be read"),
        };
        line(out, &format!("  welcome: {}  # {comment}", welcome_word(likely)));
    }

    /// The plugins that send mail and are active, by their folders.
    fn active_mailers(&self) -> Vec<&str> {
        let active = self.state().plugins.iter().filter(|(_, plugin)| plugin.active.is_on());
        active
            .filter_map(|(file, _)| MAILERS.into_iter().find(|mailer| file.split('/').next() == Some(mailer)))
            .collect()
    }

    fn offerings(&self, out: &mut String) {
        section(out, "offerings", self.state().offerings.is_empty());
        for (key, offering) in &self.state().offerings {
            line(out, &format!("  {}:", quote(key)));
            name(out, key, &offering.name);
            line(out, &format!("    access_through: {}", self.access_through(key)));
            modules(out, offering);
        }
    }

    /// How an offering is sold, as its forms show.
    fn access_through(&self, key: &str) -> &'static str {
        let opens = |operations: &Field<Vec<Operation>>| opened(operations).iter().any(|of| of == key);
        if self.state().order_forms.values().any(|form| opens(&form.operations)) {
            "order-form"
        } else if self.state().opt_in_forms.values().any(|form| opens(&form.operations)) {
            "opt-in"
        } else {
            "by-hand  # decide: no form opens it; order-form, opt-in, bundle, team, invitation or by-hand?"
        }
    }

    fn order_forms(&self, out: &mut String) {
        // Comments alone under a key would be nothing, and nothing is no list.
        let none = self.state().order_forms.values().all(|form| opened(&form.operations).is_empty());
        section(out, "order_forms", none);
        for (key, form) in &self.state().order_forms {
            let releases = opened(&form.operations);
            if releases.is_empty() {
                undecided(out, key, nothing_opened("order form", &form.operations));
                continue;
            }
            named_form(out, key, &form.name, &releases);
            match form.after_final_retry.set().copied().map(AfterFinalRetry::name) {
                Some(after) => line(out, &format!("    failed_payment: {{after_final_retry: {after}}}")),
                None if form.recurring != Field::Set(false) => line(out, FAILED_PAYMENT),
                None => {}
            }
            if form.recurring == Field::Set(true) {
                line(out, ACCESS_AFTER);
            }
            let expected = [("price", &form.price), ("gateway", &form.gateway)];
            let expected: Vec<String> =
                expected.iter().filter_map(|(key, value)| Some(format!("{key}: {}", quote(value.set()?)))).collect();
            if !expected.is_empty() {
                line(out, &format!("    expect: {{{}}}", expected.join(", ")));
            }
        }
    }

    fn opt_in_forms(&self, out: &mut String) {
        let none = self.state().opt_in_forms.values().all(|form| opened(&form.operations).is_empty());
        section(out, "opt_in_forms", none);
        for (key, form) in &self.state().opt_in_forms {
            match opened(&form.operations) {
                releases if releases.is_empty() => undecided(out, key, nothing_opened("opt-in form", &form.operations)),
                releases => named_form(out, key, &form.name, &releases),
            }
        }
    }

    fn webhooks(&self, out: &mut String) {
        section(out, "webhooks", self.state().webhooks.is_empty());
        let mut taken = std::collections::BTreeSet::new();
        for (key, webhook) in &self.state().webhooks {
            // A name of ours, so that nobody's address gets into it.
            let own = name_key(&without_addresses(key));
            let name = (1..).map(|n| if n == 1 { own.clone() } else { format!("{own}-{n}") });
            let name = name.into_iter().find(|name| taken.insert(name.clone())).unwrap_or_default();
            line(out, &format!("  {}:", quote(&name)));
            line(out, &format!("    calls: {}", quote(key)));
            line(out, "    # decide: fired_by: what in the CRM calls it, so that the runbook says to switch that off");
            line(out, "    # decide: after_switch, one of");
            self.fates(&webhook.command).iter().for_each(|fate| line(out, &format!("    #   {fate}")));
            line(out, "    #   {replaced_by: {by_hand: who}}, {retired: why} or {kept: why}");
        }
    }

    /// What may do a webhook's work after the switch, as far as its command says: no object is named that has nothing to do with it.
    fn fates(&self, command: &str) -> Vec<String> {
        let keys = |keys: Vec<&String>| match keys[..] {
            [] => "KEY".to_owned(),
            _ => clean(&keys.into_iter().take(NAMED).map(|key| quote(key)).collect::<Vec<_>>().join(" or ")),
        };
        match command {
            "aal_genpass" => vec!["{retired: the forms make the user}".to_owned()],
            "aal_updateuser" | "aal_batchsync" => vec!["{retired: tags are local after the switch}".to_owned()],
            "aal_revokesubscription" => {
                let forms = self.state().order_forms.iter().filter(|(_, form)| form.recurring != Field::Set(false));
                let forms = keys(forms.map(|(key, _)| key).collect());
                vec![format!("{{replaced_by: {{order_form: {forms}, setting: failed_payment}}}}")]
            }
            "aal_fieldop" => {
                let has_more = |offering: &Offering| {
                    offering.modules.set().is_some_and(|modules| modules.iter().any(|module| module.number > 0))
                };
                let offerings = self.state().offerings.iter().filter(|(_, offering)| has_more(offering));
                let offerings = keys(offerings.map(|(key, _)| key).collect());
                vec![
                    format!(
                        "{{replaced_by: {{offering: {offerings}, setting: release_timers}}}}, if it opens a module"
                    ),
                    "{replaced_by: {order_form: KEY, setting: custom_operation}}, if a form runs the operation"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn contacts(&self, out: &mut String) {
        if self.contacts.is_empty() {
            // What stands beside the key is masked.
            return line(out, "# decide: ten contacts, by contact ID, with their recorded values\nspot_check: {}");
        }
        line(out, "spot_check:");
        match self.values {
            Some(file) => line(out, &format!("  values: {}", quote(file))),
            None => {
                line(out, "  values:");
                out.push_str(&contacts::values(self.records, 4));
            }
        }
        line(out, "  list:");
        out.push_str(&contacts::reasons(self.contacts, 4));
    }

    fn tail(&self, out: &mut String) {
        line(
            out,
            "backup: {of: live, no_older_than: 2h, stored_off_server: true}  # decide: how old may it be, and must a copy lie elsewhere?",
        );
        line(
            out,
            "migration: {import_all_contacts: false}  # decide: true imports contacts without a user too, and can take much longer",
        );
        let forms: Vec<&String> = self
            .state()
            .order_forms
            .iter()
            .filter(|(_, form)| !opened(&form.operations).is_empty())
            .map(|(key, _)| key)
            .collect();
        if !forms.is_empty() {
            line(out, "test_purchases:  # each is expected to show all four: order, content, welcome e-mail, new user");
            for form in forms {
                line(out, &format!("  {}: {{}}", quote(form)));
            }
        }
        line(out, "# decide: window: {start: \"2026-12-02 06:00 Europe/Berlin\", length: 2h}");
        line(out, "# decide: rollback: {decide_by: \"07:30\", who: operator, way: restore-live-backup}");
    }
}

fn modules(out: &mut String, offering: &Offering) {
    let Some(modules) = offering.modules.set() else {
        return line(out, "    # decide: modules: the site's own modules could not be read");
    };
    line(out, "    modules:");
    let timed = modules.iter().any(|module| matches!(module.release, Field::Set(Release::After { .. })));
    for (index, module) in modules.iter().enumerate() {
        if module.number == 0 {
            line(out, &format!("      - {{base: {}}}", quote(&module.name)));
            continue;
        }
        let mut fields = vec![format!("module: {}", quote(&module.name))];
        if usize::try_from(module.number) != Ok(index) {
            fields.push(format!("number: {}", module.number));
        }
        let decide = match &module.release {
            Field::Nothing | Field::Set(Release::ByHand) => {
                "  # decide: nothing opens it after the switch; a release, or `release: by-hand` and an owner"
            }
            Field::Set(Release::Other(_)) | Field::Unknown => "  # decide: the site's own timer could not be read",
            Field::Set(known @ (Release::Immediately | Release::After { .. })) => {
                fields.push(format!("release: {known}"));
                ""
            }
        };
        line(out, &format!("      - {{{}}}{decide}", fields.join(", ")));
    }
    if timed {
        line(
            out,
            "    # decide: members_between_modules: complete-by-hand  (or re-release, which starts them again, or none)",
        );
    }
}

/// Who gets a welcome e-mail, as a plan writes it.
fn welcome_word(welcome: Welcome) -> String {
    serde_json::json!(welcome).as_str().unwrap_or_default().to_owned()
}

/// The offerings that operations open, whether by Release or by Grant.
fn opened(operations: &Field<Vec<Operation>>) -> Vec<String> {
    let of = |operation: &Operation| match operation {
        Operation::Release(of) | Operation::Grant(of) => Some(of.clone()),
        Operation::AddTags(_) | Operation::Other(_) => None,
    };
    let mut all: Vec<String> = operations.set().into_iter().flatten().filter_map(of).collect();
    all.sort();
    all.dedup();
    all
}

fn named_form(out: &mut String, key: &str, name: &str, releases: &[String]) {
    line(out, &format!("  {}:", quote(key)));
    self::name(out, key, name);
    let releases: Vec<String> = releases.iter().map(|of| quote(of)).collect();
    line(out, &format!("    custom_operation: {{release: [{}]}}", releases.join(", ")));
}

/// The name of an entry, where its key does not say it.
fn name(out: &mut String, key: &str, name: &str) {
    let said = name_to_say(key, name);
    if !said.is_empty() {
        line(out, &format!("    name: {}", quote(&said)));
    }
}

/// Why a form stands in no section.
fn nothing_opened(kind: &str, operations: &Field<Vec<Operation>>) -> String {
    match operations.as_known() {
        Some(_) => format!("this {kind} opens no offering"),
        None => format!("what this {kind} opens could not be read"),
    }
}

fn undecided(out: &mut String, key: &str, why: String) {
    line(out, &format!("  # decide: `{}`: {why}; add it here with what it releases, or to `leave_alone`", clean(key)));
}

fn section(out: &mut String, name: &str, empty: bool) {
    line(out, &if empty { format!("{name}: {{}}") } else { format!("{name}:") });
}

/// Text of a site inside a comment: one line, nothing that steers.
fn clean(text: &str) -> String {
    crate::output::escape::line(text)
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}
