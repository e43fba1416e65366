//! The candidates: each once, with what looks at it. A rule that looks at none of them is about the plan itself, and says so below.

use super::coverage::{Candidate, CoveredBy};

macro_rules! candidates {
    ($($number:literal $what:literal: $($kind:ident $text:literal),+;)+) => {
        /// Every candidate, by its number.
        pub static CANDIDATES: &[Candidate] =
            &[$(Candidate { number: $number, what: $what, by: &[$(candidates!($kind $text)),+] }),+];
    };
    (rule $text:literal) => { CoveredBy::Rule($text) };
    (reading $text:literal) => { CoveredBy::Reading($text) };
    (change $text:literal) => { CoveredBy::Change($text) };
    (run $text:literal) => { CoveredBy::Run($text) };
    (unchecked $text:literal) => { CoveredBy::NotChecked($text) };
}

candidates! {
    "001" "The plan is of a known version, and every key of it is one":
        reading "unknown-key", reading "wrong-value";
    "002" "No key stands twice, and no two things of the site have one key":
        reading "duplicate-key", rule "reading-not-understood", rule "key-is-not-the-slug";
    "003" "Whatever the plan refers to is there":
        rule "reference-unknown", rule "released-offering-missing";
    "004" "Every offering and form of the site is in the plan, or is left alone with a reason":
        rule "offering-not-in-plan", rule "order-form-not-in-plan", rule "opt-in-form-not-in-plan", rule "leave-alone-and-planned",
        rule "left-alone-offering-has-members";
    "005" "The plan names nothing that the site lacks":
        rule "not-on-site", rule "module-not-on-site", rule "leave-alone-unknown", rule "name-differs";
    "006" "The reading is fresh, and of a site of the plan":
        rule "reading-old", rule "site-not-in-plan";
    "007" "What the rules need of the site was read":
        run "a check names the facts that each rule lacks, and is unproven without them";

    "101" "The site is provably the staging copy, unless live is meant":
        rule "target-not-staging", run "on live the host is typed";
    "102" "The copy's address is not live's":
        rule "sites-not-apart", rule "site-not-in-plan";
    "103" "The copy says of itself that it is one (`WP_ENVIRONMENT_TYPE`)":
        rule "target-not-staging";
    "104" "The Production Site URL is live's on the copy too":
        rule "charging-guard-not-live", rule "charging-guard-with-scheme", change "`production_site_url`";
    "105" "The same guard is on at live":
        rule "live-not-reopened", rule "charging-guard-not-live";
    "106" "There is a backup of live: files and database, fresh, whole, and the file that was recorded":
        rule "backup-missing", rule "backup-not-full", rule "backup-old", rule "backup-file-differs", rule "backup-truncated",
        rule "backup-lacks-tables", rule "backup-lacks-users";
    "107" "The backup is off the server, and was restored once":
        rule "backup-not-off-server", run "a restore drill that is on record says how long a restore took";
    "108" "The copy has a restore point from after the last change of the plan":
        unchecked "a run on the copy is taken back change by change, and a copy can be made again from live";
    "109" "There is a way back, somebody who decides on it, and a time until when":
        rule "rollback-missing", rule "window-impossible", run "past the time to decide, the run asks";
    "110" "A spare administrator's address is no contact's":
        rule "spare-admin-missing";
    "111" "The spare administrator is not who runs the switch, and could sign in":
        run "a sign-in of the spare is asked for in front of the barrier and after it", unchecked "who sits at the keyboard is known to nobody else, and the login that reads the site is the spare's by design";
    "112" "Somebody can reach the database and the files through the host":
        rule "preparation-not-on-record";
    "113" "AccessAlly is active, and new enough for Managed Contacts":
        rule "accessally-missing", unchecked "whether its licence is valid shows on no screen that is read";
    "114" "The licence allows two sites where the copy uses the same key":
        rule "preparation-not-on-record";
    "115" "A login for the site works from end to end":
        run "connecting to a site tries it, and the doctor of a site says what is in the way";
    "116" "WP-Cron is alive, and nothing of AccessAlly is overdue":
        unchecked "no reading holds the cron's events yet";

    "201" "Every module but the base module has a release, in the plan and on the site":
        rule "unscheduled-module", rule "module-not-in-plan";
    "202" "A module without a timer is opened by somebody who is named":
        rule "unscheduled-module";
    "203" "The base module has no timer":
        rule "base-module-timer";
    "204" "A timer is a whole number of days or weeks":
        reading "wrong-value", rule "release-not-understood";
    "205" "The site's timers are the plan's":
        change "the release of each module", rule "change-pending";
    "206" "The timers of an offering add up to the length that was promised":
        unchecked "a plan states no total; the diff shows the days that follow from a changed timer";
    "207" "No module waits for a date":
        reading "wrong-value", rule "release-not-understood";
    "208" "A module whose release removes access comes last":
        unchecked "which tags forbid a page is in no reading yet";
    "209" "An offering's own tags exist":
        rule "tag-missing", rule "access-tag-unset";
    "210" "The pages of an offering exist, are published, and belong to it":
        unchecked "pages are in no reading yet; a test purchase shows those that a buyer is led to";
    "211" "No two offerings have one revoke tag, and no tag opens two things":
        rule "revoke-tag-shared", rule "access-tag-shared";
    "212" "It is decided what happens to members who are between two modules":
        rule "members-between-modules-undecided", rule "members-between-modules-found", rule "access-lost";
    "213" "Whoever releases an offering again knows that members start again":
        rule "re-release-restarts";
    "214" "An offering was made under the system that the site has":
        rule "offering-system-differs";
    "215" "It is said of each offering how members come to it":
        reading "missing-key", rule "order-form-missing", rule "opt-in-form-missing";

    "301" "Every offering that is bought has an order form":
        rule "order-form-missing", rule "order-form-without-release";
    "302" "The form releases that offering":
        rule "order-form-without-release", change "the operations of a form";
    "303" "No form opens a timed offering at once":
        rule "grant-instead-of-release", rule "form-opens-more", rule "left-alone-form-opens";
    "304" "Every free offering has an opt-in form, or an order form without a price":
        rule "opt-in-form-missing";
    "305" "The opt-in form releases it":
        rule "opt-in-form-missing", rule "sold-offering-given-away", change "the operations of a form";
    "306" "Every operation that runs exists, and may run from there":
        rule "released-offering-missing", unchecked "which kinds of operation may run from where is documented in part, and their kind is in no reading";
    "307" "A form has a gateway that works, on the copy in test mode":
        rule "gateway-differs", rule "gateway-in-live-mode", unchecked "whether a gateway takes a payment is shown by a test purchase alone";
    "308" "Nothing but AccessAlly's forms sells":
        rule "foreign-cart-active", rule "gateway-of-the-crm", rule "crm-still-sells";
    "309" "No form of the CRM is embedded in a published page":
        rule "crm-still-sells", unchecked "a person looks: what stands in published pages is in no reading";
    "310" "Price, currency and gateway are as expected":
        rule "price-differs", rule "price-impossible", rule "price-of-nothing", rule "gateway-differs";
    "311" "A recurring form ends access after the last failed payment, without the CRM":
        rule "failed-payment-undecided", change "`failed_payment`";
    "312" "Nothing of what is sold on the copy has changed since it was made":
        rule "copy-drifted", rule "copy-old", rule "copy-runs-other-software", run "whatever moved under a run stops it";
    "313" "It is said what ends access where somebody cancels or is refunded":
        rule "cancel-or-refund-undecided", rule "access-kept-without-reason",
        unchecked "what the form does then is in no reading: a person sees to it, and says so";

    "401" "AccessAlly Emails is on":
        rule "emails-off", change "`emails`";
    "402" "Each new member gets a welcome e-mail":
        rule "welcome-does-not-cover";
    "403" "Whoever opts in for free does too":
        rule "welcome-does-not-cover";
    "404" "Every timed module has its e-mail, or none on purpose":
        rule "type-of-mail-off", unchecked "which modules have an e-mail of their own is in no reading";
    "405" "A plugin sends the mail, from an address of the site's own domain":
        rule "mail-transport-differs", rule "sender-of-another-domain";
    "406" "The sender's domain has SPF, DKIM and DMARC":
        rule "preparation-not-on-record", unchecked "a person says so: they stand in the DNS, which is not asked";
    "407" "No mail of the copy reaches members while the migration runs":
        rule "mail-not-simulated", change "`mail`";
    "408" "Test mail can reach somebody, and nobody else":
        rule "test-mail-reaches-nobody", rule "test-mail-reaches-member", rule "mail-not-simulated";
    "409" "As much mail as is sent a month may be sent":
        rule "many-members", unchecked "how much mail a site sends is not counted; the limits are those of the mail service";
    "410" "Members are warned of the new passwords":
        rule "live-mail-undecided", rule "preparation-not-on-record";

    "501" "Every webhook of the log is decided":
        rule "webhook-not-in-plan", rule "webhook-undecided";
    "502" "What replaces a webhook exists and does its work":
        rule "replacement-does-nothing", rule "replacement-of-another", rule "opening-webhook-without-replacement",
        rule "reference-unknown";
    "503" "No webhook that ends or charges subscriptions goes without a replacement":
        rule "access-webhook-without-replacement";
    "504" "The log of webhooks was kept, and is not empty for that reason":
        unchecked "whether the log was on is in no reading";
    "505" "The CRM is connected":
        rule "crm-disconnected";
    "506" "The CRM is paid beyond the switch":
        rule "crm-paid-until-too-early", rule "crm-paid-until-unknown";
    "507" "ProgressAlly writes to AccessAlly, and to no CRM":
        rule "progressally-writes-to-crm";
    "508" "What WP Fusion maps exists after the switch":
        unchecked "its mapping goes by the tags' IDs, and no reading holds it yet";
    "509" "No login rests on a password that the CRM keeps":
        unchecked "links that log a member in lie in the CRM's own mails and in pages, which are not read";
    "510" "The CRM's automations are written down":
        rule "preparation-not-on-record";

    "601" "Ten contacts are listed":
        rule "too-few-contacts";
    "602" "Each with all that the guide asks for":
        rule "contact-incomplete";
    "603" "They are of every sort of members that the site has":
        run "those that a first plan lists are chosen so", rule "sort-of-members-missing", unchecked "members who were revoked are not asked for";
    "604" "What is recorded of them is what the site shows":
        rule "contact-differs", rule "population-out-of-step";
    "605" "They were synced with the CRM within a day":
        unchecked "the time of a member's last sync is in no reading";
    "606" "Every member has a contact ID of their own":
        rule "contact-id-repeated";
    "607" "No address is shared, malformed or empty":
        rule "address-doubtful";
    "608" "Every tag that forms and offerings use exists":
        rule "tag-missing";
    "609" "No two tags become one without the CRM's categories":
        rule "tags-coincide", unchecked "whether a tag gained a prefix since an earlier reading is seen in the comparison of before and after";
    "610" "Custom fields that are used are listed":
        unchecked "custom fields are in no reading";
    "611" "Who referred whom survives":
        rule "contact-differs", run "everybody's affiliate is compared before and after", unchecked "the two custom fields that keep it are in no reading";
    "612" "As many members have each tag as before":
        run "every tag is compared before and after";

    "701" "Nobody is billed outside of AccessAlly":
        rule "subscribed-form-missing", rule "foreign-cart-active", rule "gateway-of-the-crm", rule "crm-still-sells",
        rule "preparation-not-on-record", unchecked "a person says that they agreed: whom another system bills is known there alone";
    "702" "Every subscription and order is of a member who exists":
        rule "subscription-of-nobody", rule "order-of-nobody";
    "703" "No renewal is due inside the window":
        rule "renewal-in-window";
    "704" "Nothing is launched inside the window":
        rule "launch-in-window";
    "705" "Whose payment is due or failed is known before":
        rule "unpaid-subscription";

    "801" "The vendor's verification ran after the last change":
        rule "verification-missing";
    "802" "Somebody looked at each line that it flags":
        rule "verification-unacknowledged";
    "803" "It is decided whether all contacts are imported, and the window is long enough":
        rule "migration-choices-missing", run "a replay needs the time that the rehearsal took";
    "804" "Maintenance mode stays on until somebody has looked":
        rule "maintenance-mode-not-kept";
    "805" "The site is on the CRM that the plan names":
        rule "crm-differs";
    "806" "How the change reaches live is decided, and fits the maintenance mode":
        rule "strategy-missing", rule "live-not-frozen", rule "merge-list-missing", rule "window-missing", rule "window-over",
        rule "support-closed-in-window";
    "807" "What runs is what was reviewed":
        run "a run carries out the digest that was confirmed, or nothing";
    "808" "The vendor's own tool moves the contacts, and no import of a CSV file":
        run "the step of the barrier is its button, and the site's reading after it the proof";

    "901" "The listed contacts are as before":
        run "the step review-contacts, which compares everybody";
    "902" "All members are there":
        run "the step review-contacts, which compares everybody";
    "903" "As many as before have each tag":
        run "everybody is compared before and after";
    "904" "Orders and subscriptions are as before":
        run "everybody is compared before and after";
    "905" "A test purchase went through on each form":
        rule "test-purchase-missing", run "the step test-purchase";
    "906" "A member of each level could open what is theirs":
        run "the step test-purchase, for the offerings that are bought",
        run "the aftercare asks a person to sign in as a member of each level, as `look-again-24h`";
    "907" "Maintenance mode is off where the site sells, and on elsewhere":
        rule "live-not-reopened", rule "live-not-frozen", run "the step leave-maintenance";
    "908" "A payment that fails was tried in test mode":
        unchecked "the last retry comes three days after the first, when the run is over: the aftercare asks a person to look, as `failed-payments`";
    "909" "The modules of a test buyer are scheduled":
        unchecked "where AccessAlly keeps what is scheduled is not public: the aftercare asks a person to look, as `first-timer`";
    "910" "Test buyers and test orders are gone before a push":
        rule "test-orders-pushed", run "the aftercare asks a person to remove them from live, as `test-buyers`";
    "911" "Nothing happened on live since the copy, or it is on a list":
        rule "merge-list-missing", rule "live-not-frozen";
    "912" "Guard, gateways, mail and the type of the environment are live's again":
        rule "live-not-reopened", run "the step reopen-live", unchecked "the mode of live's gateways is said by the step, and judged by nobody";
}

/// The rules that look at none of the candidates: they are about the plan itself, its files and its evidence, each with what it keeps right.
pub static OF_THE_PLAN: &[(&str, &str)] = &[
    ("accepted-risk-expired", "what somebody answers for ends on its day"),
    ("accepted-risk-forbidden", "what nobody may answer for"),
    ("accepted-risk-owner-unknown", "somebody of the plan answers for it"),
    ("accepted-risk-unused", "what is answered for is there"),
    ("attestation-contradicted", "what a person attested is what a reading shows"),
    ("attestation-of-a-rule", "a person attests facts, and rules judge"),
    ("contacts-tracked-by-git", "members' addresses are in no repository"),
    ("migration-not-run", "the gate of going live is asked for after the migration"),
    ("record-line-wrong", "the record holds what `plan` writes there"),
    ("secret-in-plan", "a plan holds no secret"),
];
