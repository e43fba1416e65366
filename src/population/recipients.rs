//! Which members get mail where a plan lets it through: by an address, or by a domain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::address;
use crate::model::population::Few;

/// What a plan lets mail through to, ready to be compared with everybody's address.
#[derive(Debug, Default)]
pub(super) struct Recipients {
    addresses: HashMap<String, Vec<String>>,
    domains: HashMap<String, Vec<String>>,
    found: BTreeMap<String, Few>,
}

impl Recipients {
    /// Of entries as a plan has them: whole addresses, and all those of a domain (`*@agency.example`).
    pub(super) fn of(entries: &BTreeSet<String>) -> Self {
        let mut all = Self::default();
        for entry in entries {
            let text = address(entry);
            let (all, key) = match text.strip_prefix("*@") {
                Some(domain) => (&mut all.domains, domain.to_owned()),
                None => (&mut all.addresses, text.to_string()),
            };
            all.entry(key).or_default().push(entry.clone());
        }
        all
    }

    pub(super) fn contact(&mut self, id: &str, email: &str) {
        if self.addresses.is_empty() && self.domains.is_empty() {
            return;
        }
        let email = address(email);
        let by_address = self.addresses.get(&*email).into_iter().flatten();
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        // A domain stands for what is below it too.
        let above = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
        let by_domain = std::iter::once(domain).chain(above).filter_map(|domain| self.domains.get(domain)).flatten();
        for entry in by_address.chain(by_domain) {
            self.found.entry(entry.clone()).or_default().add(id);
        }
    }

    /// The entries by which mail reaches anybody, each with whom.
    pub(super) fn found(self) -> BTreeMap<String, Few> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_member_and_a_domain_everybody_there() {
        let entries = ["Ada@B.example", "*@b.example", "*@C.example", "d.example", "e@f.example"];
        let mut all = Recipients::of(&entries.map(str::to_owned).into());
        for (id, email) in [
            ("1", "ada@b.example"),
            ("2", "Bo@mail.B.example"),
            ("3", "cy@ab.example"),
            ("4", "dee@c.example "),
            ("5", "ed@d.example"),
            ("6", ""),
            ("8", "e@g.example"),
        ] {
            all.contact(id, email);
        }
        let found: Vec<(String, String)> =
            all.found().into_iter().map(|(entry, few)| (entry, few.first.join(" "))).collect();
        let expected = [("*@C.example", "4"), ("*@b.example", "1 2"), ("Ada@B.example", "1")];
        assert_eq!(found, expected.map(|(entry, ids)| (entry.to_owned(), ids.to_owned())));
    }
}
