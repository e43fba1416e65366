//! What is typed at each step: one list for the terminal that waits and for the page that is printed.
//!
//! Words in CAPITALS are for a person to fill in; everything else can be pasted.

use serde_json::Value;

use crate::model::plan::{Confirmation, SiteRole, Strategy};
use crate::model::saw::{is_blind, typed};
use crate::model::{Identity, ObjectRef, Plan, Step};

use super::cheapest_paid_form;

/// The names of a run that its command lines are made from.
#[derive(Clone, Debug)]
pub struct Names {
    /// The plan's path.
    pub plan: String,
    /// The site of the run.
    pub site: String,
    /// The live site.
    pub live: String,
    /// Whether no reading shows the members, so that a run begins only where that is accepted.
    pub without_members: bool,
    /// How a word is written for a shell.
    pub quote: fn(&str) -> String,
}

impl Names {
    /// The same with the run's host and place.
    pub fn of<'a>(&'a self, host: &'a Identity, on: SiteRole) -> Named<'a> {
        let Self { plan, site, live, without_members, quote } = self;
        Named { plan, site, host, live, on, without_members: *without_members, quote: *quote }
    }
}

/// How a command line names what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The plan's path.
    pub plan: &'a str,
    /// The site of the run.
    pub site: &'a str,
    /// Its home address without the scheme.
    pub host: &'a Identity,
    /// The live site.
    pub live: &'a str,
    /// Which of the plan's two sites the run is on.
    pub on: SiteRole,
    /// Whether no reading shows the members, so that a run begins only where that is accepted.
    pub without_members: bool,
    /// How a word is written for a shell.
    pub quote: fn(&str) -> String,
}

impl Named<'_> {
    /// Takes the run back; on live only who types its host.
    pub fn undo(&self) -> String {
        let host = if self.on == SiteRole::Live { format!(" --host {}", self.host_typed()) } else { String::new() };
        format!("{}{host}", self.verb("undo"))
    }

    /// Shows before and after.
    pub fn diff(&self) -> String {
        format!("{}{}", self.verb("diff"), self.place())
    }

    /// Says whether the plan is green.
    pub fn check(&self) -> String {
        format!("{}{}", self.verb("check"), self.place())
    }

    /// Says where the run stands.
    pub fn status(&self) -> String {
        self.verb("status")
    }

    /// Takes the run over.
    pub fn adopt(&self) -> String {
        self.verb("adopt")
    }

    /// Writes a seal, which is of the staging copy.
    pub fn seal(&self) -> String {
        self.verb("seal")
    }

    /// Says that nobody pressed *Run Migration*.
    pub fn not_pressed(&self) -> String {
        self.of_the_run("not-pressed \"HOW YOU KNOW\"")
    }

    /// Says that the site was restored.
    pub fn restored(&self) -> String {
        self.of_the_run("restored \"HOW YOU KNOW\"")
    }

    fn of_the_run(&self, what: &str) -> String {
        format!("{} --site {}", self.plain(what), self.quoted(self.site))
    }

    fn quoted(&self, word: &str) -> String {
        (self.quote)(word)
    }

    /// A verb of this plan on this site.
    fn verb(&self, verb: &str) -> String {
        format!("plan {verb} {} --site {}", self.quoted(self.plan), self.quoted(self.site))
    }

    /// `--on live` where the run is on live.
    fn place(&self) -> &'static str {
        if self.on == SiteRole::Live { " --on live" } else { "" }
    }

    /// Continues the run; on live only for who types its host.
    pub fn resume(&self) -> String {
        format!("{} --resume{}", self.verb("apply"), self.typed_host())
    }

    fn typed_host(&self) -> String {
        if self.on == SiteRole::Live { format!(" --on live --host {}", self.host_typed()) } else { String::new() }
    }

    /// The host as it is typed, to be filled in where it is not known.
    fn host_typed(&self) -> String {
        if self.host.is_same_site(&Identity::unnamed()) {
            "HOST".to_owned()
        } else {
            self.quoted(&self.host.to_string())
        }
    }

    /// Puts something on record about one of the plan's two sites.
    pub fn record(&self, what: &str, on: SiteRole) -> String {
        let place = if on == SiteRole::Live { " --on live" } else { "" };
        format!("plan record {what} --plan {} --who WHO{place}", self.quoted(self.plan))
    }

    fn here(&self, what: &str) -> String {
        self.record(what, self.on)
    }

    /// Puts something on record that is about no site of its own.
    fn plain(&self, what: &str) -> String {
        self.record(what, SiteRole::Staging)
    }

    /// Puts on record what somebody sees of a switch, on or off.
    pub fn saw_switch(&self, switch: &str) -> String {
        self.here(&format!("saw {switch}"))
    }

    /// Puts on record what somebody sees of an object once it is made as wanted. What money and mail hang on is typed by whoever sees
    /// it, as is a list of which nobody knows what else stands there.
    pub fn saw(&self, on: &ObjectRef, wanted: &Value, is_compared: bool) -> String {
        let fields = wanted.as_object().into_iter().flatten();
        let fields: Vec<String> = fields
            .map(|(name, value)| {
                let is_open = is_blind(on.kind, name) || !is_compared && value.is_array();
                let value = if is_open { "VALUE".to_owned() } else { typed(name, value) };
                self.quoted(&format!("{name}={value}"))
            })
            .collect();
        self.here(&format!("saw {} {}", self.quoted(&on.to_string()), fields.join(" ")))
    }

    /// A person's attestation of a step.
    pub fn attest(&self, step: Step, on: SiteRole) -> String {
        self.record(&format!("step {} \"WHAT YOU SAW\"", step.name()), on)
    }

    /// The commands of a step, in the order in which they are typed; at the first one of a run, those that begin it.
    pub fn commands(&self, plan: &Plan, step: Step) -> Vec<String> {
        let members = if self.without_members { " --accept-unknown members" } else { "" };
        let begins =
            || vec![self.diff(), format!("{}{}{members} --confirm DIGEST", self.verb("apply"), self.typed_host())];
        match step {
            Step::FreezeLive => vec![self.record("saw maintenance on=yes", SiteRole::Live)],
            Step::Preflight => vec![self.check()],
            Step::EnterMaintenance => begins(),
            Step::Backup => self.backup(plan),
            Step::Configure if self.on == SiteRole::Live => vec![self.resume(), self.status()],
            Step::Configure => begins().into_iter().chain([self.status()]).collect(),
            Step::StartVerification => vec![
                self.verification(),
                self.acknowledge("LINE"),
                self.here("sign-in \"HOW THE SPARE ADMINISTRATOR SIGNED IN\""),
                format!("{} --through start-verification", self.resume()),
            ],
            Step::RunMigration => vec![self.sign_in_after(), self.resume()],
            Step::ReviewContacts | Step::LeaveMaintenance => vec![self.resume()],
            Step::TestPurchase => self.purchases(plan).chain([self.resume()]).collect(),
            Step::Push => {
                let list = (plan.strategy == Some(Strategy::PushThenMerge)).then(|| self.merge_list());
                let before = self.removed(&plan.sites.staging).into_iter().chain(list);
                before.chain([self.attest(step, self.on), self.resume()]).collect()
            }
            Step::Merge => vec![self.attest(step, self.on), self.resume()],
            Step::ReopenLive => vec![
                format!(
                    "plan check {} --site {} --on live --gate go-live",
                    self.quoted(self.plan),
                    self.quoted(self.live)
                ),
                self.record("saw mail simulated=VALUE", SiteRole::Live),
                self.record("saw maintenance on=VALUE", SiteRole::Live),
                self.resume(),
            ],
        }
    }

    /// The commands of a step of a run that is there: it is not begun again.
    pub fn commands_of_a_run(&self, plan: &Plan, step: Step) -> Vec<String> {
        if step == Step::EnterMaintenance { vec![self.resume()] } else { self.commands(plan, step) }
    }

    /// Puts the lines of the vendor's verification on record.
    pub fn verification(&self) -> String {
        self.plain(&format!("verification FILE --host {}", self.quoted(&self.host.to_string())))
    }

    /// Acknowledges a line of it.
    pub fn acknowledge(&self, line: &str) -> String {
        self.plain(&format!("ack {line} --reason \"WHY IT MAY STAY\""))
    }

    /// That the spare administrator could sign in after the migration.
    pub fn sign_in_after(&self) -> String {
        self.here("sign-in \"HOW, AFTER THE MIGRATION\"")
    }

    /// Puts what live did since its copy on record.
    pub fn merge_list(&self) -> String {
        self.plain("merge-list --cloned LIVE-AS-COPIED --live LIVE-NOW")
    }

    /// Proves that the collector and its login are gone from a site; none where that has no address.
    pub fn removed(&self, site: &str) -> Option<String> {
        site.contains("://").then(|| format!("plan site removed {}", self.quoted(site)))
    }

    /// Finalizes the site's file.
    pub fn finalize(&self) -> String {
        let (site, plan) = (self.quoted(self.site), self.quoted(self.plan));
        format!("plan snapshot finalize {site} --plan {plan} --who WHO")
    }

    /// Takes over a reading that was taken elsewhere.
    pub fn import(&self) -> String {
        format!("plan snapshot import FILE --plan {}", self.quoted(self.plan))
    }

    /// Puts a purchase on record; none of a form that the plan has no test purchase for.
    pub fn purchase(&self, plan: &Plan, form: &str) -> Option<String> {
        let expect = &plan.test_purchases.get(form)?.expect;
        let saw: Vec<&str> = expect.iter().map(|seen| seen.name()).collect();
        let paid = if expect.contains(&Confirmation::Order) { " --transaction ID" } else { "" };
        Some(self.here(&format!("purchase {} --saw {}{paid}", self.quoted(form), saw.join(","))))
    }

    /// Puts a backup's file on record.
    pub fn backup_file(&self, plan: &Plan) -> String {
        self.plain(&format!("backup FILE --of {}{}", backed_up(plan), off_server(plan)))
    }

    fn backup(&self, plan: &Plan) -> Vec<String> {
        let of = backed_up(plan);
        let mut all = vec![
            self.backup_file(plan),
            self.plain(&format!(
                "backup --restore-point ID --of {of} --parts files,database --taken-at TIME{}",
                off_server(plan)
            )),
        ];
        all.extend((self.on == SiteRole::Live).then(|| self.resume()));
        all
    }

    /// What is said of each form that is bought on: on live one, which is the cheapest where that is known.
    fn purchases(&self, plan: &Plan) -> impl Iterator<Item = String> {
        let cheapest = cheapest_paid_form(plan).filter(|_| self.on == SiteRole::Live);
        let bought = plan.test_purchases.iter().filter(move |(form, _)| cheapest.is_none_or(|only| only == *form));
        bought.take(MOST).filter_map(|(form, _)| self.purchase(plan, form))
    }
}

/// Which of the two sites is backed up, as it is typed.
fn backed_up(plan: &Plan) -> &'static str {
    let of = plan.backup.as_ref().map_or(SiteRole::Live, |backup| backup.of);
    if of == SiteRole::Live { "live" } else { "staging" }
}

/// That a copy is off the server, as it is typed, where the plan asks for one.
fn off_server(plan: &Plan) -> &'static str {
    if plan.backup.as_ref().is_none_or(|backup| backup.stored_off_server) { " --stored-off-server" } else { "" }
}

/// Most forms of which a command is given.
const MOST: usize = 200;
