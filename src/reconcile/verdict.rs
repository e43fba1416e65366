//! The answer: everything as it was, something that is not, or something that nobody saw.

use crate::model::purchase::Purchased;

use super::{Ledger, Power, Reconciled, Spot, sample_power};

/// How far contact totals may differ before the vendor's own guide looks into it, in percent. It is shown as the outer
/// bound; here any loss is a failure.
pub const VENDORS_BOUND: f64 = 5.0;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was compared, and nothing differs but what the plan expects.
    Equal,
    /// Something differs.
    Different,
    /// Nothing that was compared differs, and something could not be compared.
    Unproven,
}

impl Verdict {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different => "different",
            Self::Unproven => "unproven",
        }
    }
}

/// Something that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Unproven {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// All that was compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The plan's contacts, field by field; none where the side after was not captured.
    pub spots: Option<Vec<Spot>>,
    /// How many contacts the plan lists.
    pub listed: u64,
    /// Everybody; none where a side was not captured.
    pub everybody: Option<Reconciled>,
    /// How many members there are: before, or after where nobody captured them before.
    pub members: Option<u64>,
    /// Whether the plan has the migration bring in contacts that the site did not have.
    pub extra_expected: bool,
    /// The test purchases on record, with the guide's confirmations.
    pub purchases: Vec<Purchased>,
    /// What could not be compared.
    pub unproven: Vec<Unproven>,
}

impl Comparison {
    /// The answer. A difference goes before what is unproven.
    pub fn verdict(&self) -> Verdict {
        let spots = self.spots.iter().flatten().any(Spot::differs);
        if spots || self.everybody.as_ref().is_some_and(|all| all.differs(self.extra_expected)) {
            return Verdict::Different;
        }
        let whole = self.everybody.is_some() && self.spots.is_some() && self.unproven.is_empty();
        if whole { Verdict::Equal } else { Verdict::Unproven }
    }

    /// What as many contacts as the plan lists, picked at random, would show.
    pub fn power(&self) -> Vec<Power> {
        sample_power(self.listed, self.members.unwrap_or(0))
    }
}

impl Reconciled {
    /// Whether anything is not as it was, but for contacts that the plan expects to come in and for what the test purchases
    /// on record explain.
    pub fn differs(&self, extra_expected: bool) -> bool {
        let contacts = &self.contacts;
        let classes = [contacts.changed.total, contacts.missing.total, contacts.merged, contacts.duplicated.total];
        let explained = &self.explained;
        let expected = match &self.imported {
            _ if !extra_expected => 0,
            Some(imported) => imported.came.len() as u64,
            None => contacts.extra.total,
        };
        let extra = contacts.extra.total > explained.contacts.len() as u64 + expected;
        let lacking = extra_expected
            && self.imported.as_ref().is_some_and(|imported| imported.lacking() + imported.changed.total > 0);
        let ledgers = [(&self.orders, &explained.orders), (&self.subscriptions, &explained.subscriptions)];
        let differs = |(ledger, explained): (&Option<Ledger>, &Vec<String>)| {
            ledger.as_ref().is_some_and(|ledger| ledger.differs(explained.len() as u64))
        };
        extra
            || lacking
            || classes.iter().any(|count| *count > 0)
            || ledgers.into_iter().any(differs)
            || self.account.iter().any(|line| !line.is_conserved())
    }

    /// By how many percent the total of contacts differs; all of it where there were none before.
    pub fn percent(&self) -> f64 {
        let (before, after) = (self.contacts.before as f64, self.contacts.after as f64);
        if before == 0.0 { if after == 0.0 { 0.0 } else { 100.0 } } else { (after - before) / before * 100.0 }
    }
}

impl Ledger {
    /// Whether anything in it is not as it was, but for as many extra ones as are explained.
    pub fn differs(&self, explained: u64) -> bool {
        self.changed.total + self.missing.total > 0 || self.extra.total > explained
    }
}
