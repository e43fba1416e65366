//! An offering as far as timers go: its modules in their order, each with what opens it.

use std::collections::BTreeMap;

use crate::model::plan::{MembersBetweenModules, OfferingIntent, Plan};
use crate::model::state::{Module, Offering};
use crate::model::{Field, Release};

/// When a module opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// At the release: the base module.
    Base,
    /// So many days after the module before it.
    After(
        /// Whole days.
        u32,
    ),
    /// By no timer: the CRM or a person opens it.
    Unscheduled,
    /// Nobody knows.
    Unknown(
        /// Why.
        String,
    ),
}

/// A module of an offering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its number; 0 is the base module.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// When it opens.
    pub timer: Timer,
    /// Whether it has a tag of its own; none where nobody knows. Without one it opens with the base module.
    pub own_tag: Option<bool>,
}

/// An offering on one side of the switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its modules in their order.
    pub modules: Vec<Stage>,
    /// The number of the module whose opening closes the offering (documented); no reading shows which one that is, so a person says it.
    pub wrap_up: Option<u32>,
}

impl Course {
    /// An offering as a site has it; none where its modules were not captured.
    pub fn of(offering: &Offering) -> Option<Self> {
        let modules = offering.modules.as_known()?.map_or(&[][..], Vec::as_slice);
        Some(Self { modules: modules.iter().map(stage).collect(), wrap_up: None })
    }

    /// The same, with a wrap-up module.
    pub fn with_wrap_up(self, number: Option<u32>) -> Self {
        Self { wrap_up: number, ..self }
    }

    /// How many days it takes from the release until the last module is open; none where a timer is missing or unknown.
    pub fn length(&self) -> Option<u32> {
        let days = self.modules.iter().map(|stage| match &stage.timer {
            Timer::Base => Some(0),
            Timer::After(days) => Some(*days),
            Timer::Unscheduled | Timer::Unknown(_) => None,
        });
        days.sum()
    }

    /// Whether the release itself opens the module of this number: no timer up to it waits.
    pub fn opens_at_once(&self, number: u32) -> bool {
        let until = self.modules.iter().position(|stage| stage.number == number);
        let stages = until.and_then(|last| self.modules.get(..=last)).unwrap_or_default();
        !stages.is_empty() && stages.iter().all(|stage| matches!(stage.timer, Timer::Base | Timer::After(0)))
    }

    /// The last module that a tag of its own opens: whoever has it waits for nothing more.
    pub(super) fn last(&self) -> Option<&Stage> {
        self.modules.last().filter(|last| last.number != 0 && last.own_tag == Some(true))
    }
}

fn stage(module: &Module) -> Stage {
    let name = &module.name;
    let timer = match (module.number, &module.release) {
        (0, _) => Timer::Base,
        (_, Field::Unknown) => Timer::Unknown(format!("the timer of `{name}` was not captured")),
        (_, Field::Nothing | Field::Set(Release::ByHand)) => Timer::Unscheduled,
        (_, Field::Set(Release::Other(words))) => {
            Timer::Unknown(format!("the timer of `{name}` is not understood: `{words}`"))
        }
        (_, Field::Set(release)) => Timer::After(release.days().unwrap_or(0)),
    };
    let own_tag = if module.number == 0 { Some(true) } else { module.tag.as_known().map(|tag| tag.is_some()) };
    Stage { number: module.number, name: name.clone(), timer, own_tag }
}

/// What becomes of members who are between two modules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Treatment {
    /// Nobody decided, or the plan does not speak of the offering.
    #[default]
    Undecided,
    /// A person opens what is due to them on its day.
    CompleteByHand,
    /// They are released again.
    ReRelease,
    /// Nothing is owed to them.
    Nothing,
}

/// What a plan says of an offering beyond what it changes on the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// What becomes of members who are between two modules.
    pub between: Treatment,
    /// Who opens a module by hand, by its number: people whom the plan names.
    pub owners: BTreeMap<u32, String>,
}

impl Intent {
    /// What a plan says of the offering under this key.
    pub fn of(plan: &Plan, key: &str) -> Self {
        plan.offerings.get(key).map_or_else(Self::default, |offering| Self::said(plan, offering))
    }

    fn said(plan: &Plan, offering: &OfferingIntent) -> Self {
        let between = match offering.members_between_modules {
            None => Treatment::Undecided,
            Some(MembersBetweenModules::CompleteByHand) => Treatment::CompleteByHand,
            Some(MembersBetweenModules::ReRelease) => Treatment::ReRelease,
            Some(MembersBetweenModules::None) => Treatment::Nothing,
        };
        let owners = offering.numbered().filter_map(|(_, number, module)| Some((number, module.owner.clone()?)));
        Self { between, owners: owners.filter(|(_, owner)| plan.people.contains_key(owner)).collect() }
    }
}
