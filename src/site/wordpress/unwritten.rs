//! Why a site is not written to, in our own words, and what opens it.

use jiff::{SignedDuration, Timestamp};

use super::excerpt::excerpt;

/// How long a site is opened for by the line that is shown.
const OPEN: SignedDuration = SignedDuration::from_hours(4);

/// What makes the zip of the build that writes, and what is done with it.
const ZIP: &str = "make its zip with `plan bridge zip --writer URL --adapter FILE --out NEW.zip`, and install it in the place of the one that is there";

/// Why nothing is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unwritten {
    /// Why, as the end of a sentence.
    pub(super) why: String,
    /// What opens it; none where a person makes the change in any case.
    pub(super) cure: Option<String>,
}

impl Unwritten {
    fn new(why: &str, cure: Option<String>) -> Self {
        Self { why: why.to_owned(), cure }
    }

    /// The plugin does not say what it writes.
    pub(super) fn silent() -> Self {
        Self::new("it does not say what it writes", None)
    }

    /// The plugin is the build that reads.
    pub(super) fn reads() -> Self {
        Self::new("the plugin on it is the build that reads", Some(ZIP.to_owned()))
    }

    /// The plugin has another list than these adapters give.
    pub(super) fn of_other_adapters() -> Self {
        Self::new("the plugin on it was made with other adapters than these", Some(ZIP.to_owned()))
    }

    /// What the code of a refusal means, at this time.
    pub(super) fn of(code: &str, now: Timestamp) -> Self {
        let zip = || Some(ZIP.to_owned());
        let (why, cure) = match code {
            "another-site" => ("the plugin on it was made for another site", zip()),
            "closed" => ("it is a live site that its `wp-config.php` does not open now", Some(opened(now))),
            "filtered" => ("other code of the site changes this setting while it is saved", None),
            "list" => ("the plugin's list of what may be written cannot be used", zip()),
            "lock-lost" => {
                ("the lock on it ended, or somebody else took it", Some("see that nobody else writes to it".to_owned()))
            }
            "locked" => (
                "somebody else writes to it now",
                Some(
                    "wait until the other run ended: its lock on the site ends two minutes after its last change"
                        .to_owned(),
                ),
            ),
            "missing" => ("the setting is not there any more", None),
            "network" => ("it is one of a network of sites, where nothing is written", None),
            "not-listed" => ("the plugin's list of what may be written does not name this", zip()),
            "not-transactional" => ("the table of its settings has no transactions (its engine is not InnoDB)", None),
            "twin-differs" => ("a transient of the setting's name says something else than the setting", None),
            "unfaithful" => ("its database keeps something else than it is given", None),
            "unmet" | "unread" => ("it was not read before", None),
            "value" => ("the stored value has a form in which no bytes are replaced", None),
            other => return Self { why: format!("it refused to write (`{}`)", excerpt(other)), cure: None },
        };
        Self::new(why, cure)
    }

    /// What a person does for a run to go on.
    pub(super) fn help(&self) -> String {
        let cure = self.cure.as_ref().map_or_else(String::new, |cure| format!("{cure}, or "));
        format!("nothing was written by this request: {cure}make the change by hand")
    }

    /// Why a person makes every change, and what opens the site, in one sentence.
    pub(super) fn in_a_line(&self) -> String {
        let cure = self.cure.as_ref().map_or_else(String::new, |cure| format!("; for `plan` to make some, {cure}"));
        format!("a person makes every change, as {}{cure}", self.why)
    }
}

/// The line that opens a live site.
fn opened(now: Timestamp) -> String {
    let until = now.checked_add(OPEN).unwrap_or(now).strftime("%Y-%m-%d %H:%M UTC");
    format!(
        "let its owner open it with a line in wp-config.php, for example `define('PLAN_BRIDGE_WRITES_UNTIL', '{until}');`"
    )
}
