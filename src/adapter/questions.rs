//! What is not known of AccessAlly, and which entries of an adapter would settle it.

/// An open question.
#[derive(Debug)]
pub struct Question {
    /// Its name.
    pub id: &'static str,
    /// What is not known, in a sentence.
    pub text: &'static str,
    /// What it means until it is known.
    pub until_then: &'static str,
    /// The kinds and fields of which an entry with evidence settles it: all of them, each as `kind` or `kind: field`. None where
    /// no stored value can.
    pub settled_by: &'static [&'static str],
}

/// All of them.
pub const QUESTIONS: [Question; 12] = [
    Question {
        id: "verification-lines",
        text: "What *Start Verification* checks, line by line, and what each `!` means.",
        until_then: "its output is recorded as it stands, and every `!` is acknowledged with a reason",
        settled_by: &[],
    },
    Question {
        id: "managed-name",
        text: "Under which name AccessAlly's settings have Managed Contacts, in place of the CRM's.",
        until_then: "the name is shown as the site has it, and that the site is managed is attested",
        settled_by: &["crm: managed"],
    },
    Question {
        id: "storage",
        text: "Where order forms, opt-in forms, orders, subscriptions, the webhook log, maintenance mode and the Production Site URL are kept.",
        until_then: "each is not captured, and a person attests what its screen shows",
        settled_by: &[
            "order-form",
            "opt-in-form",
            "order",
            "subscription",
            "webhook",
            "maintenance: on",
            "charging-guard: enabled",
            "charging-guard: production_url",
        ],
    },
    Question {
        id: "module-timers",
        text: "How a module's timer is kept, and in which unit.",
        until_then: "releases are not captured, and a person attests them",
        settled_by: &["offering: modules/release"],
    },
    Question {
        id: "timer-dates",
        text: "Whether a module can open at a date or an hour, rather than some days after the one before.",
        until_then: "a release that is no number of days is kept in the site's own words, and counts as not understood",
        settled_by: &[],
    },
    Question {
        id: "mails-of-the-run",
        text: "Whether *Run Migration* mails every user or only those it creates, and whether it can be kept from that.",
        until_then: "it is taken to mail everybody, so mail is simulated",
        settled_by: &[],
    },
    Question {
        id: "running-drips",
        text: "Whether members who are between two modules go on, start again, or stop.",
        until_then: "the plan decides for each offering, and the rehearsal shows it",
        settled_by: &[],
    },
    Question {
        id: "contact-ids",
        text: "Where a member's contact ID is kept.",
        until_then: "members are not captured as contacts",
        settled_by: &["contact: key"],
    },
    Question {
        id: "same-contact-ids",
        text: "Whether contact IDs stay the same for each of the five CRMs.",
        until_then: "they are compared as text, whatever they look like, and a member is found by address or orders where the ID differs",
        settled_by: &[],
    },
    Question {
        id: "resumed-migration",
        text: "Whether a migration that ran out of time can be resumed.",
        until_then: "the backup is the way back",
        settled_by: &[],
    },
    Question {
        id: "maintenance-effect",
        text: "Whether maintenance mode hides pages, or only stops payments.",
        until_then: "it is taken to stop payments only",
        settled_by: &[],
    },
    Question {
        id: "scripted-screens",
        text: "Whether the vendor accepts that a program drives the admin screens.",
        until_then: "a person presses the buttons",
        settled_by: &[],
    },
];
