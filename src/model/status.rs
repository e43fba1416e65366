//! AccessAlly's words for the status of an order and of a subscription, and what they prove of a payment.
//!
//! Both are closed sets, in the vendor's words (documented). Any other word is kept as text and proves nothing.

/// The transaction ID of an order for which nothing was paid (documented).
const NO_TRANSACTION: &str = "null-transaction";

/// The status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderStatus {
    /// The checkout began and was not finished.
    Started,
    /// The order went through.
    Success,
    /// The payment failed.
    Failed,
    /// The order went through, and all of it was paid back.
    Refunded,
    /// The order went through, and a part of it was paid back.
    PartiallyRefunded,
    /// The buyer's bank asks for their confirmation.
    ScaPending,
    /// The order went through after the bank's confirmation.
    ScaSuccess,
    /// The bank's confirmation failed.
    ScaFailed,
    /// The gateway answered with an error.
    Error,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Started,
        Self::Success,
        Self::Failed,
        Self::Refunded,
        Self::PartiallyRefunded,
        Self::ScaPending,
        Self::ScaSuccess,
        Self::ScaFailed,
        Self::Error,
    ];

    /// The vendor's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "Started (Not Finished)",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Refunded => "Refunded",
            Self::PartiallyRefunded => "Partially Refunded",
            Self::ScaPending => "SCA Pending",
            Self::ScaSuccess => "SCA Success",
            Self::ScaFailed => "SCA Failed",
            Self::Error => "Error",
        }
    }

    /// The status that a word is; none for a word that is none of the vendor's.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == word.trim())
    }

    /// Whether the order went through: what is bought is released, whether or not anything was paid.
    pub fn went_through(self) -> bool {
        matches!(self, Self::Success | Self::ScaSuccess | Self::Refunded | Self::PartiallyRefunded)
    }
}

/// The status of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubscriptionStatus {
    /// It charges again by itself.
    Active,
    /// A payment failed, and is tried again.
    PaymentDue,
    /// The last try of a payment failed: it follows [`Self::PaymentDue`].
    PaymentFailed,
    /// All payments were made.
    Finished,
    /// It was ended, and access with it.
    Revoked,
    /// Somebody of the site ended it.
    CanceledByAdmin,
    /// The subscriber ended it.
    CanceledByClient,
    /// It is interrupted.
    Paused,
    /// Another one took its place.
    Replaced,
}

impl SubscriptionStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Active,
        Self::PaymentDue,
        Self::PaymentFailed,
        Self::Finished,
        Self::Revoked,
        Self::CanceledByAdmin,
        Self::CanceledByClient,
        Self::Paused,
        Self::Replaced,
    ];

    /// The vendor's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::PaymentDue => "Payment Due",
            Self::PaymentFailed => "Payment Failed",
            Self::Finished => "Finished",
            Self::Revoked => "Revoked",
            Self::CanceledByAdmin => "Canceled by Admin",
            Self::CanceledByClient => "Canceled by Client",
            Self::Paused => "Paused",
            Self::Replaced => "Replaced",
        }
    }

    /// The status that a word is; none for a word that is none of the vendor's.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == word.trim())
    }

    /// Whether it still charges, or will again.
    pub fn still_charges(self) -> bool {
        matches!(self, Self::Active | Self::PaymentDue | Self::Paused)
    }
}

/// What an order's status and transaction say of its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// It was paid, and a refund since does not change that.
    Paid,
    /// Nothing was paid: the order did not go through.
    DidNotGoThrough,
    /// The order went through, and nothing was paid for it.
    Nothing,
    /// The order went through; whether anything was paid was not captured.
    NotCaptured,
    /// The status is none of the vendor's words, so nothing is known.
    Unknown,
}

impl Payment {
    /// What these prove.
    pub fn of(status: &str, transaction: &str) -> Self {
        match OrderStatus::of(status) {
            None => Self::Unknown,
            Some(status) if !status.went_through() => Self::DidNotGoThrough,
            Some(_) if transaction.trim().eq_ignore_ascii_case(NO_TRANSACTION) => Self::Nothing,
            Some(_) if is_transaction(transaction) => Self::Paid,
            Some(_) => Self::NotCaptured,
        }
    }

    /// Whether the order went through, so that content, mail and user can be looked for.
    pub fn went_through(self) -> bool {
        matches!(self, Self::Paid | Self::Nothing | Self::NotCaptured)
    }
}

/// Whether a text is the ID of a payment's transaction.
pub fn is_transaction(text: &str) -> bool {
    transaction(text).is_some()
}

/// The ID of a payment's transaction as it is compared: two that differ in their letters' case, or in signs that no gateway's
/// ID has, are one. None where the text is no such ID.
pub fn transaction(text: &str) -> Option<String> {
    let id: String = text.chars().filter(char::is_ascii_graphic).collect::<String>().to_ascii_lowercase();
    // `ID` is what a printed command asks to be filled in.
    (id.bytes().any(|byte| byte.is_ascii_alphanumeric()) && id != NO_TRANSACTION && text.trim() != "ID").then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_order_that_went_through_with_a_real_transaction_was_paid() {
        use Payment::{DidNotGoThrough, NotCaptured, Nothing, Paid, Unknown};
        let paid = ["Success", "SCA Success", "Refunded", "Partially Refunded"];
        for status in OrderStatus::ALL.map(OrderStatus::name) {
            let expected = if paid.contains(&status) { [Paid, Nothing, NotCaptured] } else { [DidNotGoThrough; 3] };
            assert_eq!(["pi_3Nx", "null-transaction", ""].map(|id| Payment::of(status, id)), expected, "{status}");
        }
        for status in ["Paid", "", "success", "Success!", "Completed", "Active"] {
            assert_eq!(Payment::of(status, "pi_3Nx"), Unknown, "{status}");
        }
        for id in [" ", "-", "\u{2800}"] {
            assert_eq!(Payment::of("Success", id), NotCaptured, "{id:?}");
        }
        assert_eq!(Payment::of(" Success ", " NULL-Transaction "), Nothing);
    }

    #[test]
    fn every_word_of_the_vendor_is_known_and_no_other() {
        assert!(OrderStatus::ALL.into_iter().all(|status| OrderStatus::of(status.name()) == Some(status)));
        assert!(
            SubscriptionStatus::ALL.into_iter().all(|status| SubscriptionStatus::of(status.name()) == Some(status))
        );
        assert_eq!((OrderStatus::of("Active"), SubscriptionStatus::of("Expired")), (None, None));
    }
}
