//! Rules about who sells, who charges, and whom.

pub(super) mod crm_still_sells;
pub(super) mod foreign_cart_active;
pub(super) mod gateway_in_live_mode;
pub(super) mod gateway_of_the_crm;
pub(super) mod launch_in_window;
pub(super) mod order_of_nobody;
pub(super) mod price_of_nothing;
pub(super) mod renewal_in_window;
pub(super) mod subscription_of_nobody;
pub(super) mod unpaid_subscription;

use crate::model::text::slug;

/// The systems that a site leaves for Managed Contacts, by the slugs of their names. What they charge, they go on charging.
const CRMS: [&str; 8] =
    ["active-campaign", "activecampaign", "convertkit", "drip", "infusionsoft", "keap", "kit", "ontraport"];

/// The carts that the vendor names as not compatible with Managed Contacts (documented), and those that sell in the same way (inferred): their
/// names, and the files of their plugins.
pub(super) const CARTS: [(&str, &str); 7] = [
    ("WooCommerce", "woocommerce/woocommerce.php"),
    ("ThriveCart", "thrivecart/thrivecart.php"),
    ("SamCart", "samcart/samcart.php"),
    ("Easy Digital Downloads", "easy-digital-downloads/easy-digital-downloads.php"),
    ("SureCart", "surecart/surecart.php"),
    ("CartFlows", "cartflows/cartflows.php"),
    ("MemberPress", "memberpress/memberpress.php"),
];

/// Whether a gateway is the CRM itself, or a cart that is none of AccessAlly's: its name begins with one of theirs.
pub fn is_elsewhere(gateway: &str, crm: &str) -> bool {
    let (gateway, crm) = (slug(gateway), slug(crm));
    let carts = CARTS.iter().map(|(name, _)| slug(name));
    let mut names = CRMS.iter().map(|name| (*name).to_owned()).chain(carts).chain([crm]);
    names.any(|name| !name.is_empty() && (gateway == name || gateway.starts_with(&format!("{name}-"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_the_crms_by_its_whole_first_words() {
        for gateway in ["Ontraport", "keap payments", "Infusionsoft", "WooCommerce", "samcart"] {
            assert!(is_elsewhere(gateway, "drip"), "{gateway}");
        }
        assert!(is_elsewhere("My CRM Pay", "my-crm"));
        for gateway in ["stripe", "PayPal", "Authorize.net", "kitchen-pay", "dripping", ""] {
            assert!(!is_elsewhere(gateway, ""), "{gateway}");
        }
    }
}
