//! Whose orders are nobody's, and whose address is none: what is known only of everybody together.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

use super::address;
use crate::model::population::{Addresses, OfNobody};

/// How many members are remembered: more than a hundred times what a large site has. Of each eight bytes are kept of its ID, and eight of its address.
const MOST: usize = 1_800_000;

/// The IDs and addresses that went by. Contacts come before orders and subscriptions in a stream.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    ids: Seen,
    addresses: Seen,
    of_nobody: OfNobody,
    doubtful: Addresses,
}

/// Texts that went by, by their hashes, whose key nobody knows who writes a population.
#[derive(Debug, Default)]
struct Seen {
    key: RandomState,
    hashes: HashSet<u64, BuildHasherDefault<AsIs>>,
    /// Whether there were more than are remembered.
    is_full: bool,
}

/// Takes a hash as its own hash.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Seen {
    /// Remembers a text; whether it is a new one, or nobody can say.
    fn is_new(&mut self, text: &str) -> bool {
        if self.hashes.len() >= MOST {
            self.is_full = true;
            return true;
        }
        self.hashes.insert(self.key.hash_one(text))
    }

    fn has(&self, text: &str) -> bool {
        self.hashes.contains(&self.key.hash_one(text))
    }
}

impl Everybody {
    pub(super) fn contact(&mut self, id: &str, email: &str) {
        // Two contacts of one ID are a fault that has a name of its own.
        self.ids.is_new(id);
        let email = address(email);
        if email.is_empty() {
            return self.doubtful.empty.add(id);
        }
        if !is_address(&email) {
            return self.doubtful.malformed.add(id);
        }
        if email.contains('+') {
            self.doubtful.plus.add(id);
        }
        if !self.addresses.is_new(&email) {
            self.doubtful.shared.add(id);
        }
    }

    /// An ID that is a contact's, though not a member's.
    pub(super) fn knows(&mut self, id: &str) {
        self.ids.is_new(id);
    }

    pub(super) fn order(&mut self, contact: &str) {
        if !self.ids.has(contact) {
            self.of_nobody.orders.add(contact);
        }
    }

    pub(super) fn subscription(&mut self, contact: &str) {
        if !self.ids.has(contact) {
            self.of_nobody.subscriptions.add(contact);
        }
    }

    /// What was found; of whom orders and subscriptions are, only where every member was remembered.
    pub(super) fn found(self) -> (Option<OfNobody>, Addresses) {
        (Some(self.of_nobody).filter(|_| !self.ids.is_full), self.doubtful)
    }
}

/// Whether a text can be an address: something before the last `@`, and a name with a dot after it, without blanks.
fn is_address(text: &str) -> bool {
    let Some((mailbox, domain)) = text.rsplit_once('@') else { return false };
    let is_domain = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    let is_apart = |c: char| if c.is_ascii() { c <= ' ' || c == '\x7f' } else { c.is_whitespace() || c.is_control() };
    !mailbox.is_empty() && is_domain && !text.chars().any(is_apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_mailbox_and_a_domain() {
        for text in ["a@b.example", "o'neil@b.co.example", "søren@bücher.example", "a+b@c.example", "\"a@b\"@c.example"]
        {
            assert!(is_address(text), "{text}");
        }
        for text in ["", "a", "@b.example", "a@", "a@b", "a@b..example", "a@.example", "a b@c.example", "a@b.example."]
        {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn what_two_members_share_and_what_belongs_to_nobody_is_found_whatever_its_case() {
        let mut all = Everybody::default();
        for (id, email) in
            [("1", "Ada@b.example"), ("2", " ada@B.example "), ("3", ""), ("4", "bo@"), ("5", "c+d@b.example")]
        {
            all.contact(id, email);
        }
        all.knows("6");
        ["1", "6", "7", "7"].iter().for_each(|id| all.order(id));
        ["5", "8"].iter().for_each(|id| all.subscription(id));
        let (of_nobody, doubtful) = all.found();
        let ids = |few: &crate::model::population::Few| (few.count, few.first.join(" "));
        let of_nobody = of_nobody.unwrap();
        assert_eq!((ids(&of_nobody.orders), ids(&of_nobody.subscriptions)), ((2, "7".into()), (1, "8".into())));
        let Addresses { empty, malformed, shared, plus } = doubtful;
        let found = [empty, malformed, shared, plus].map(|few| ids(&few));
        assert_eq!(found, [(1, "3".into()), (1, "4".into()), (1, "2".into()), (1, "5".into())]);
    }
}
