//! What moves while a person's step is under way.

use crate::model::Snapshot;

/// What of a site shows that a migration is going on. What a collector does not report is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationSignals {
    /// Whether the site is on AccessAlly Managed Contacts.
    pub managed: Option<bool>,
    /// Whether maintenance mode is on.
    pub maintenance: Option<bool>,
    /// Members that the migration has been through: `migrated` of the `crm` record, where the collector counts them.
    pub migrated: Option<u64>,
    /// Mails that were caught rather than delivered: `trapped` of the `mail` record, where the collector counts them.
    pub trapped: Option<u64>,
}

impl MigrationSignals {
    /// What a reading shows.
    pub fn of(snapshot: &Snapshot) -> Self {
        let state = &snapshot.state;
        let count = |extra: &serde_json::Map<String, serde_json::Value>, name: &str| extra.get(name)?.as_u64();
        Self {
            managed: state.crm.as_ref().and_then(|crm| crm.managed.set().copied()),
            maintenance: state.maintenance.as_ref().and_then(|maintenance| maintenance.on.set().copied()),
            migrated: state.crm.as_ref().and_then(|crm| count(&crm.extra, "migrated")),
            trapped: state.mail.as_ref().and_then(|mail| count(&mail.extra, "trapped")),
        }
    }

    /// What it counts, in words; nothing where nothing is counted.
    pub fn counted(&self) -> String {
        let count = |count: Option<u64>, what: &str| count.map(|count| format!("{what}: {count}"));
        let all = [count(self.migrated, "members processed"), count(self.trapped, "mails trapped")];
        all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}
