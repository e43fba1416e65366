//! On which admin screen a kind of object stands.

use super::Kind;

impl Kind {
    /// Every kind that a person can attest, in the order in which somebody goes from screen to screen: WordPress's own, then
    /// AccessAlly's by its menus.
    pub const BY_SCREEN: [Self; 12] = [
        Self::Plugin,
        Self::Administrator,
        Self::Mail,
        Self::Offering,
        Self::OrderForm,
        Self::Crm,
        Self::ChargingGuard,
        Self::Emails,
        Self::OptInForm,
        Self::Tag,
        Self::Maintenance,
        Self::Webhook,
    ];

    /// The admin screen that shows the kind, by its menus. Names are AccessAlly's documented ones and WordPress's own; where the
    /// documentation names no screen, the words say what to look for.
    pub fn screen(self) -> &'static str {
        match self {
            Self::Administrator => "Users > Administrator",
            Self::ChargingGuard => "AccessAlly > Settings > General Setup > Developer Tools",
            Self::Crm => "AccessAlly > Settings > General Setup > CRM Integration",
            Self::Emails => "AccessAlly > Settings > Emails",
            Self::Environment => "Settings > General",
            Self::Mail => "the settings of the plugin that sends mail (in Fluent SMTP: Settings, Email Simulation)",
            Self::Maintenance => "AccessAlly > Settings > Migration Tools",
            Self::Offering => "AccessAlly > Offerings",
            Self::OptInForm => "AccessAlly > Settings > Opt-in Forms",
            Self::OrderForm => "AccessAlly > Sales > Order Form Setup",
            Self::Plugin => "Plugins > Installed Plugins",
            Self::Tag => "AccessAlly > Settings > Tags",
            Self::Webhook => "AccessAlly > Settings > Developer Tools > Detailed Log",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_that_can_be_attested_has_its_place_among_the_screens() {
        let all: BTreeSet<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.is_attestable()).collect();
        assert_eq!(BTreeSet::from(Kind::BY_SCREEN), all);
    }
}
