//! The day on which a member was released to an offering, as orders or somebody's list show it. Nothing is guessed.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::model::plan::Plan;
use crate::model::population::Order;
use crate::model::state::Operation;
use crate::model::status::OrderStatus;
use crate::model::{Field, State};

/// The order forms whose purchase releases an offering, over the site that has them.
#[derive(Debug)]
pub struct Releasing<'a> {
    site: &'a State,
    forms: BTreeSet<&'a str>,
}

impl<'a> Releasing<'a> {
    /// Those of the offering under this key: as the site has them, and where it does not say, as the plan does.
    pub fn of(plan: &'a Plan, site: &'a State, key: &str) -> Self {
        let of_site = site.order_forms.iter().filter(|(_, form)| match form.operations.set() {
            Some(operations) => operations.contains(&Operation::Release(key.to_owned())),
            None => false,
        });
        let unsaid = |form: &str| site.order_forms.get(form).is_none_or(|form| form.operations.is_unknown());
        let of_plan = plan.order_forms.iter().filter(|(form, intent)| {
            unsaid(form) && intent.custom_operation.release.iter().any(|released| released == key)
        });
        let forms = of_site.map(|(form, _)| form.as_str()).chain(of_plan.map(|(form, _)| form.as_str())).collect();
        Self { site, forms }
    }

    /// The day of a member's release and what says so.
    ///
    /// # Errors
    /// Why nobody knows it, in words: two days that differ are none.
    pub fn day(&self, orders: &[Order], listed: Option<Date>, today: Date) -> Result<(Date, String), String> {
        let ordered = self.ordered(orders)?;
        let found = match (listed, ordered) {
            (Some(day), None) => (day, "the list of releases".to_owned()),
            (Some(day), Some((then, order))) if day == then => {
                (day, format!("the list of releases, and order {order}"))
            }
            (Some(day), Some((then, order))) => {
                return Err(format!("the list of releases says {day}, and order {order} is of {then}"));
            }
            (None, Some((day, order))) => (day, format!("order {order}")),
            (None, None) => {
                return Err("no order releases the offering, and no list says when they were released".to_owned());
            }
        };
        if found.0 > today {
            return Err(format!("{} says {}, which is after the reading", found.1, found.0));
        }
        Ok(found)
    }

    /// The day of the one order that released the offering, with its ID: of a form that charges again, the first one.
    fn ordered(&self, orders: &[Order]) -> Result<Option<(Date, String)>, String> {
        let went_through = |status: &str| OrderStatus::of(status).is_some_and(OrderStatus::went_through);
        let orders =
            orders.iter().filter(|order| self.forms.contains(order.form.as_str()) && went_through(&order.status));
        let mut days = Vec::new();
        for order in orders {
            let day = order.date.get(..10).unwrap_or_default().parse::<Date>();
            days.push((day.map_err(|_| format!("the date of order {} is no day", order.key))?, order));
        }
        days.sort_by_key(|(day, _)| *day);
        let Some((day, first)) = days.first() else { return Ok(None) };
        if days.iter().any(|(_, order)| order.form != first.form) {
            return Err("orders of several forms release the offering".to_owned());
        }
        let recurs = self.site.order_forms.get(&first.form).map_or(&Field::Unknown, |form| &form.recurring);
        if days.len() > 1 && !recurs.is_on() {
            return Err("several orders release the offering".to_owned());
        }
        Ok(Some((*day, first.key.clone())))
    }
}
