//! How well something is known, and by whom: the one place where a reading's own claim is weighed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::snapshot::Capture;

/// What supports a reading of a site, whatever the reading says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Nobody and nothing here, and why: it is what somebody recorded.
    Recorded(String),
    /// A person finalized it here, and answers for what it says: their short name in the plan's `people`.
    Attested(String),
    /// This machine took it, or imported it from where it was taken; or it is a site in a file, in a run of its own.
    Captured,
}

/// Why a reading of which nothing is known is worth no more than what it says.
pub const NOBODY: &str = "nothing here shows who took it";

impl Default for Worth {
    fn default() -> Self {
        Self::Recorded(NOBODY.to_owned())
    }
}

impl Worth {
    /// How well it makes known what was captured so.
    pub fn grade(&self, capture: Capture) -> Grade {
        let how = match capture {
            Capture::Missing(why) => return Grade::Unknown(why),
            Capture::How(how) => how,
        };
        match self {
            Self::Recorded(_) => Grade::Recorded(how.name()),
            Self::Attested(who) => Grade::Attested(who.clone()),
            Self::Captured if how.is_captured() => Grade::Captured(how.name()),
            // Who writes a value down attests it, whoever takes the file over.
            Self::Captured => Grade::Attested(how.name().to_owned()),
        }
    }

    /// The grade in a word.
    pub fn word(&self) -> Graded {
        match self {
            Self::Recorded(_) => Graded::Recorded,
            Self::Attested(_) => Graded::Attested,
            Self::Captured => Graded::Captured,
        }
    }

    /// The grade, and by whom or why no better, as a phrase about a reading.
    pub fn message(&self) -> String {
        match self {
            Self::Recorded(why) => format!("recorded: {why}"),
            Self::Attested(who) => format!("attested by `{who}`"),
            Self::Captured => "captured".to_owned(),
        }
    }

    /// Of two readings that one statement rests on: the one that is worth less.
    pub fn or_less(self, other: Self) -> Self {
        if other.word() > self.word() { other } else { self }
    }
}

/// How well one fact is known, with by what, by whom, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grade {
    /// A machine read it, in this way.
    Captured(&'static str),
    /// A person says so: their short name, or where it is written down.
    Attested(String),
    /// A file says so that nobody here vouches for: that a machine read it in this way.
    Recorded(&'static str),
    /// Nobody did, and why.
    Unknown(String),
}

impl Grade {
    /// The grade in a word.
    pub fn word(&self) -> Graded {
        match self {
            Self::Captured(_) => Graded::Captured,
            Self::Attested(_) => Graded::Attested,
            Self::Recorded(_) => Graded::Recorded,
            Self::Unknown(_) => Graded::Unknown,
        }
    }

    /// Whether it is known at all.
    pub fn is_known(&self) -> bool {
        self.word() != Graded::Unknown
    }
}

/// The grades, from the best to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Graded {
    /// A machine read it.
    Captured,
    /// A named person says so.
    Attested,
    /// A file says so that nobody here vouches for.
    Recorded,
    /// Nobody does.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::How;

    #[test]
    fn a_claim_is_worth_what_stands_behind_the_reading() {
        use Graded::{Attested, Captured, Recorded, Unknown};
        let jo = Worth::Attested("jo".to_owned());
        let machine = Capture::How(How::WpCli);
        let person = Capture::How(How::Manual);
        let none = Capture::Missing("not asked".to_owned());
        for (worth, capture, grade) in [
            (Worth::Captured, &machine, Captured),
            (Worth::Captured, &person, Attested),
            (jo.clone(), &machine, Attested),
            (jo.clone(), &person, Attested),
            (Worth::default(), &machine, Recorded),
            (Worth::default(), &person, Recorded),
            (Worth::Captured, &none, Unknown),
            (jo.clone(), &none, Unknown),
            (Worth::default(), &none, Unknown),
        ] {
            assert_eq!(worth.grade(capture.clone()).word(), grade, "{worth:?} {capture:?}");
        }
        assert_eq!(jo.grade(machine), Grade::Attested("jo".to_owned()), "the person is named, not the way it was read");
        assert_eq!(jo.clone().or_less(Worth::Captured), jo);
        assert_eq!(Worth::Captured.or_less(Worth::default()), Worth::default());
    }
}
