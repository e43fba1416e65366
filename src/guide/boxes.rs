//! The boxes of the vendor's migration screen, with what a plan wants of each.

use crate::model::plan::MigrationChoices;

/// A box of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its label, as the screen has it.
    pub label: &'static str,
    /// Whether it has to be ticked; none where the plan does not say.
    pub wanted: Option<bool>,
}

impl Tick {
    /// The wish in words.
    pub fn wish(self) -> &'static str {
        match self.wanted {
            Some(true) => "ticked",
            Some(false) => "NOT ticked",
            None => "the plan does not say this (`migration`)",
        }
    }
}

/// The label of the box that brings in contacts without a WordPress user.
pub const IMPORT_ALL: &str = "Import all contacts";

/// The label of the box that keeps payments from being processed while the result is reviewed.
pub const KEEP_MAINTENANCE: &str = "Do NOT turn off Maintenance mode at the end";

/// The boxes in the order of the screen. The first makes a migration of a verification (documented).
pub fn boxes(choices: Option<&MigrationChoices>) -> [Tick; 3] {
    [
        Tick { label: "Migrate all records", wanted: Some(true) },
        Tick { label: IMPORT_ALL, wanted: choices.map(|choices| choices.import_all_contacts) },
        Tick { label: KEEP_MAINTENANCE, wanted: choices.map(|choices| choices.keep_maintenance_mode) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_box_is_wanted_as_the_plan_says_and_an_absent_wish_is_no_wish() {
        let wishes = |choices: Option<&MigrationChoices>| boxes(choices).map(|one| one.wanted);
        for (import, keep) in [(false, true), (true, false), (true, true), (false, false)] {
            let choices = MigrationChoices { import_all_contacts: import, keep_maintenance_mode: keep };
            assert_eq!(wishes(Some(&choices)), [Some(true), Some(import), Some(keep)]);
        }
        assert_eq!(wishes(None), [Some(true), None, None]);
    }
}
