//! On which admin screen a kind of object stands.

use super::Kind;

impl Kind {
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
