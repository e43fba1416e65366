//! What a person has to know of each step: where, what, what can be proven, and why a machine does not do it.

use crate::model::Executor;

use super::{Step, WayBack};

/// What is known of a step.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name, as the guide has it.
    pub title: &'static str,
    /// Who takes it.
    pub executor: Executor,
    /// Whether there is a way back.
    pub back: WayBack,
    /// The admin screen, by its menus; empty where there is none.
    pub screen: &'static str,
    /// What the person does.
    pub act: &'static str,
    /// What is read from the site or from files as a proof of it; empty where nothing can be.
    pub observed: &'static str,
    /// What is only believed, as a named person attests; empty where nothing is.
    pub believed: &'static str,
    /// Why it is not automatic; empty where it is.
    pub why: &'static str,
}

/// What a person types before the barrier, in front of the site's host.
pub const PHRASE: &str = "run migration on";

/// Where the vendor's own pages differ on passwords (documented, both): the worse is assumed.
pub const CONTRADICTION: &str = "the guide says that every password is reset and mailed, another page of the vendor says that logins are kept; \
    the worse of the two is assumed until a rehearsal shows otherwise";

const CLOSED: &str = "AccessAlly has no public interface for it (none was found), so a person presses it";

impl Step {
    /// What is known of it.
    pub fn about(self) -> About {
        match self {
            Self::FreezeLive => About {
                title: "Freeze the live site",
                executor: Executor::Attested,
                back: WayBack::Reversible,
                screen: "live: AccessAlly > Settings > Migration Tools",
                act: "switch maintenance mode on, on live, before the copy is made; until live is reopened nobody may \
                buy or opt in",
                observed: "",
                believed: "that live has been in maintenance mode since the copy was made",
                why: "a run writes to one site only, and this is a different one",
            },
            Self::Preflight => About {
                title: "Preflight",
                executor: Executor::Automatic,
                back: WayBack::Reversible,
                screen: "",
                act: "",
                observed: "every rule of the gate, on a fresh reading",
                believed: "the facts that the record holds as attested; the check counts them",
                why: "",
            },
            Self::EnterMaintenance => About {
                title: "Maintenance mode on",
                executor: Executor::Guided,
                back: WayBack::Reversible,
                screen: "live: AccessAlly > Settings > Migration Tools",
                act: "tick maintenance mode, on live: from here on live processes no payment (documented), and a backup that is made \
                      from now on can be restored without losing one",
                observed: "that maintenance mode is on",
                believed: "where it is not captured: an attestation",
                why: CLOSED,
            },
            Self::Backup => About {
                title: "Full backup of the live site",
                executor: Executor::Guided,
                back: WayBack::Reversible,
                screen: "your host's backups, or your backup plugin",
                act: "make a full backup of live, files and database, and put it on record",
                observed: "the file's size, digest, age and, of a database dump, what it holds",
                believed: "a host's restore point, and what an archive holds",
                why: "hosts and backup plugins each have their own way; the evidence is what counts",
            },
            Self::Configure => About {
                title: "The plan's changes",
                executor: Executor::Automatic,
                back: WayBack::Reversible,
                screen: "",
                act: "",
                observed: "every change is read back",
                believed: "",
                why: "",
            },
            Self::StartVerification => About {
                title: "Start Verification",
                executor: Executor::Guided,
                back: WayBack::Reversible,
                screen: "AccessAlly > Settings > General Setup > CRM Integration",
                act: "choose \"Migrate to AccessAlly Managed\", leave \"Migrate all records\" unticked, press the button, copy every line it shows \
                      into a file and put it on record; then acknowledge each line with a \"!\", with its reason",
                observed: "that its lines were recorded after the changes were in place, and that each \"!\" has a \
                reason",
                believed: "that the lines are what the screen showed; what they mean only the vendor knows",
                why: CLOSED,
            },
            Self::RunMigration => About {
                title: "Run Migration",
                executor: Executor::Guided,
                back: WayBack::OneWay,
                screen: "AccessAlly > Settings > General Setup > CRM Integration",
                act: "as the ordinary administrator, with the spare one signed in elsewhere: set the boxes as the plan wants them, press \
                      \"Run Migration\" once, and wait",
                observed: "that the site says that it is on AccessAlly Managed Contacts; before and after, that the \
                tool's own login works",
                believed: "that the spare administrator could sign in before and after, where the tool does not connect as the spare",
                why: CLOSED,
            },
            Self::ReviewContacts => About {
                title: "Review contacts",
                executor: Executor::Automatic,
                back: WayBack::Reversible,
                screen: "Users > Edit > AccessAlly",
                act: "look at the listed contacts on the site as well",
                observed: "the listed contacts field by field and everybody else, against the reading before the migration",
                believed: "where a population cannot be read: an attestation for the listed contacts",
                why: "",
            },
            Self::LeaveMaintenance => About {
                title: "Leave maintenance mode",
                executor: Executor::Guided,
                back: WayBack::Reversible,
                screen: "AccessAlly > Settings > Migration Tools",
                act: "untick maintenance mode if it is still ticked; from here on this site takes payments, \
                      so the charging guard must be right",
                observed: "that maintenance mode is off",
                believed: "",
                why: CLOSED,
            },
            Self::TestPurchase => About {
                title: "Test purchase",
                executor: Executor::Guided,
                back: WayBack::OneWay,
                screen: "the page of each order form that the plan's `test_purchases` names",
                act: "buy once on each of them in the gateway's test mode, as somebody whom the site does not know; put \
                      on record what was seen, with the transaction; while mail is simulated no welcome e-mail arrives: look for it in the \
                      log of the plugin that simulates mail, where it keeps one",
                observed: "where contacts and orders can be read: a new order on the form that went through with a real transaction, the buyer's \
                           access tags, a contact that was not there before",
                believed: "that the page opens and that the welcome e-mail arrives; where contacts and orders cannot \
                be read, all four confirmations, with the payment's transaction",
                why: "only a person may buy: card data never passes through a tool, and a real gateway could really \
                charge",
            },
            Self::Push => About {
                title: "Push staging to live",
                executor: Executor::Attested,
                back: WayBack::Restorable,
                screen: "your host's staging screen",
                act: "delete the plugin plan-bridge from the copy and revoke the application password that plan used there, which the push \
                    would carry to live; take a restore point of live and, to merge afterwards, put on record what happened on live since the copy; \
                    then push files and database; everything written on live since the copy is overwritten",
                observed: "where WordPress's own REST API shows the copy's plugins: that plan-bridge is none of them",
                believed: "that the push succeeded, and that the application password was revoked before it; plan site removed shows it",
                why: "every host has its own push, and hosts advise against pushing a database onto live",
            },
            Self::Merge => About {
                title: "Carry over what happened on live meanwhile",
                executor: Executor::Attested,
                back: WayBack::OneWay,
                screen: "AccessAlly > Settings > General Setup > Developer Tools",
                act: "carry over the contacts, orders and subscriptions of the merge list with AccessAlly's own tools: plan merge-list --cloned THEN --live NOW",
                observed: "that the merge list was on record before the push: host, times, counts and digest",
                believed: "that everything on the merge list was carried over",
                why: "the vendor's transfer tool has no public interface, and its page was not seen in full",
            },
            Self::ReopenLive => About {
                title: "Reopen live",
                executor: Executor::Attested,
                back: WayBack::Reversible,
                screen: "live: AccessAlly > Settings > General Setup > Developer Tools, then Migration Tools",
                act: "on live: the charging guard names live, mail is delivered, gateways are in live mode, maintenance mode is off",
                observed: "",
                believed: "all of it; prove it with: plan check PLAN --site LIVE --on live --gate go-live",
                why: "a run writes to one site only, and this is a different one",
            },
        }
    }
}
