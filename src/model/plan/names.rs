//! What an entry of a plan is called where it does not say so.

use super::super::keyed::{Keyed, implied_name};
use super::{OfferingIntent, OptInFormIntent, OrderFormIntent, WebhookIntent};

// What an entry does not say, its key says.
macro_rules! named_by_key {
    ($($kind:ident),+) => {
        $(impl Keyed for $kind {
            fn take_from(&mut self, key: &str) {
                if self.name.is_empty() {
                    self.name = implied_name(key);
                }
            }
        })+
    };
}
named_by_key!(OfferingIntent, OrderFormIntent, OptInFormIntent);

impl Keyed for WebhookIntent {
    fn take_from(&mut self, key: &str) {
        if self.calls.is_empty() {
            key.clone_into(&mut self.calls);
        }
    }
}
