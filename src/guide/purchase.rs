//! The test purchase: on the staging copy in the gateway's test mode, on live a real one.

use crate::model::money::Money;
use crate::model::plan::SiteRole;
use crate::model::{Plan, Step};

/// What a person does on live, where the gateway's test mode would let real buyers in for nothing.
const ON_LIVE: &str = "leave the gateway in live mode: in its test mode real buyers would get in without paying. Make one real purchase, by \
    default of the cheapest paid form, as somebody whom the site does not know (the rehearsal covered the other forms); put on record \
    what was seen, with the transaction; then refund it, and cancel the subscription if it \
    began one, or it is charged again: a refunded order still proves its purchase";

impl Step {
    /// What the person does on one of the plan's two sites.
    pub fn act(self, on: SiteRole) -> &'static str {
        match (self, on) {
            (Self::TestPurchase, SiteRole::Live) => ON_LIVE,
            _ => self.about().act,
        }
    }
}

/// The form that a real purchase costs least on, of those that the plan has a test purchase for: by the prices that the plan
/// expects, where they are in one currency. None where no price is known.
pub fn cheapest_paid_form(plan: &Plan) -> Option<&str> {
    let priced = plan.test_purchases.keys().filter_map(|form| {
        let price = plan.order_forms.get(form)?.expect.as_ref()?.price.as_ref()?;
        let price = Money::parse(&price.0)?;
        (!price.is_zero()).then_some((price, form.as_str()))
    });
    let priced: Vec<_> = priced.collect();
    let (least, form) = priced.iter().min()?;
    priced.iter().all(|(price, _)| price.currency() == least.currency()).then_some(form)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(prices: &[(&str, Option<&str>)]) -> Plan {
        let mut plan = Plan::default();
        for (form, price) in prices {
            let operation = json!({"name": form, "custom_operation": {"release": ["a"]}, "expect": {"price": price}});
            let operation =
                if price.is_some() { operation } else { json!({"name": form, "custom_operation": {"release": ["a"]}}) };
            plan.order_forms.insert((*form).to_owned(), serde_json::from_value(operation).unwrap());
            plan.test_purchases
                .insert((*form).to_owned(), serde_json::from_value(json!({"expect": ["order"]})).unwrap());
        }
        plan
    }

    #[test]
    fn the_cheapest_form_is_the_one_that_costs_least_but_not_nothing() {
        let cheapest = |prices: &[(&str, Option<&str>)]| cheapest_paid_form(&plan(prices)).map(str::to_owned);
        let all = [("a", Some("497.00 USD")), ("b", Some("USD 39.00")), ("c", Some("0.00 USD")), ("d", None)];
        assert_eq!(cheapest(&all).as_deref(), Some("b"));
        assert_eq!(cheapest(&[("a", Some("9.5 USD")), ("b", Some("10 EUR"))]), None, "two currencies do not compare");
        assert_eq!(cheapest(&[("a", Some("9.05")), ("b", Some("9.5"))]).as_deref(), Some("a"));
        assert_eq!(cheapest(&[("c", Some("0.00 USD")), ("d", None)]), None);
    }

    #[test]
    fn on_live_nobody_switches_to_the_test_mode() {
        assert!(Step::TestPurchase.act(SiteRole::Staging).contains("in the gateway's test mode"));
        let live = Step::TestPurchase.act(SiteRole::Live);
        assert!(live.contains("leave the gateway in live mode") && live.contains("then refund it"), "{live}");
        assert_eq!(Step::RunMigration.act(SiteRole::Live), Step::RunMigration.about().act);
    }
}
