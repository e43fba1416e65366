//! What is known to go wrong at such a switch, and what looks at it: a rule, the reading of the plan, a change, the run, or nothing.

/// What looks at a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoveredBy {
    /// A rule, by its name.
    Rule(&'static str),
    /// The reading of the plan: the name of its finding.
    Reading(&'static str),
    /// A change of the plan brings it about, and is read back.
    Change(&'static str),
    /// A run or a comparison of two readings shows it.
    Run(&'static str),
    /// Nothing looks at it, or at the rest of it, and why.
    NotChecked(&'static str),
}

impl CoveredBy {
    /// The word for it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Rule(_) => "rule",
            Self::Reading(_) => "reading",
            Self::Change(_) => "change",
            Self::Run(_) => "run",
            Self::NotChecked(_) => "not checked",
        }
    }

    /// The name of the rule or finding, or what it does in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Rule(text) | Self::Reading(text) | Self::Change(text) | Self::Run(text) | Self::NotChecked(text) => {
                text
            }
        }
    }

    /// Whether nothing looks at it.
    pub fn is_not_checked(self) -> bool {
        matches!(self, Self::NotChecked(_))
    }
}

/// Something that has to be so for the switch to go well, as the vendor's guide, their warnings and other people's accidents teach.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Its number; the first digit says which group it is of.
    pub number: &'static str,
    /// What has to be so.
    pub what: &'static str,
    /// What looks at it.
    pub by: &'static [CoveredBy],
}

impl Candidate {
    /// What looks at it, but for what nothing looks at.
    pub fn checked(&self) -> impl Iterator<Item = CoveredBy> + use<> {
        self.by.iter().copied().filter(|by| !by.is_not_checked())
    }

    /// Why it, or the rest of it, is not checked; none where all of it is.
    pub fn not_checked(&self) -> Option<&'static str> {
        self.by.iter().find(|by| by.is_not_checked()).map(|by| by.text())
    }
}

/// The name of the group that a candidate is of.
pub fn group(number: &str) -> &'static str {
    match number.chars().next() {
        Some('0') => "The plan",
        Some('1') => "Environment and safety",
        Some('2') => "Offerings and timers",
        Some('3') => "Forms and operations",
        Some('4') => "Mail",
        Some('5') => "Webhooks and what else is connected",
        Some('6') => "People, tags and fields",
        Some('7') => "Money",
        Some('8') => "The run",
        _ => "After the switch",
    }
}
