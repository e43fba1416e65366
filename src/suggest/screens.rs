//! On which admin screen what a rule reports is put right, where that is done on the site and nowhere else.

use crate::model::Kind;

/// Where on the site something is put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// Where the object stands that a finding is about; of one that is about none, where this kind does.
    OfObject(Kind),
    /// A screen of its own, by its menus.
    Named(&'static str),
}

impl Screen {
    /// What to open.
    pub(super) fn name(self, kind: Option<Kind>) -> &'static str {
        match self {
            Self::OfObject(otherwise) => kind.unwrap_or(otherwise).screen(),
            Self::Named(name) => name,
        }
    }
}

/// The rules whose findings nothing in the plan puts right, as their pages say under *Fix*. What any other rule reports is for a person
/// to decide.
pub(super) const ON_SITE: &[(&str, Screen)] = &[
    ("accessally-missing", Screen::OfObject(Kind::Plugin)),
    ("change-pending", Screen::OfObject(Kind::Offering)),
    ("contact-differs", Screen::Named("Users > Edit > AccessAlly tab")),
    ("contact-id-repeated", Screen::Named("AccessAlly > Members")),
    ("contact-incomplete", Screen::Named("Users > Edit > AccessAlly tab")),
    ("copy-drifted", Screen::OfObject(Kind::Offering)),
    ("crm-disconnected", Screen::OfObject(Kind::Crm)),
    ("gateway-in-live-mode", Screen::Named("AccessAlly's payment settings")),
    ("gateway-of-the-crm", Screen::OfObject(Kind::OrderForm)),
    ("live-not-frozen", Screen::OfObject(Kind::Maintenance)),
    ("live-not-reopened", Screen::OfObject(Kind::Maintenance)),
    ("not-on-site", Screen::OfObject(Kind::Offering)),
    ("progressally-writes-to-crm", Screen::Named("ProgressAlly > General Settings")),
    ("release-not-understood", Screen::OfObject(Kind::Offering)),
    ("spare-admin-missing", Screen::OfObject(Kind::Administrator)),
    ("subscription-of-nobody", Screen::Named("AccessAlly > Sales > Subscriptions")),
    ("tag-missing", Screen::OfObject(Kind::Offering)),
    ("target-not-staging", Screen::OfObject(Kind::Environment)),
    ("verification-missing", Screen::OfObject(Kind::Crm)),
    ("verification-unacknowledged", Screen::OfObject(Kind::Crm)),
];

/// Where on the site what a rule reports is put right; none where that is no matter of the site alone.
pub(super) fn of(rule: &str) -> Option<Screen> {
    ON_SITE.iter().find(|(id, _)| *id == rule).map(|(_, screen)| *screen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Severity;
    use crate::rules::by_id;

    #[test]
    fn each_is_a_rule_that_can_stop_a_verdict_and_stands_once_in_order() {
        assert!(ON_SITE.is_sorted_by(|(a, _), (b, _)| a < b));
        for (id, _) in ON_SITE {
            assert_eq!(by_id(id).map(|rule| rule.severity), Some(Severity::Error), "{id}");
        }
    }
}
