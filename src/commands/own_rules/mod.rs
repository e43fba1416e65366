//! A plan's own rules, evaluated: an expression may loop, and may take any amount of memory, so a process of its own does it (`child`).

mod between;
mod child;
mod explain;
mod parent;
mod test;

use std::time::Instant;

use crate::change::Lowered;
use crate::model::Plan;
use crate::model::population::Census;
use crate::model::text::many;
use crate::own::{Asked, Facts, Request};
use crate::project::Opened;
use crate::rules::{Came, Own};

use super::site_read::SiteRead;

pub(super) use between::EVALUATE;
pub(super) use child::evaluate;
pub(super) use explain::{explained, own_rule};
pub(super) use test::run as test;

/// What came of each of the own rules beside a plan, asked of a text of it. Where there are none nothing is started.
pub(super) fn evaluated<'a>(
    opened: &'a Opened,
    plan: &Plan,
    sides: Option<(&SiteRead, &Lowered)>,
    census: Option<&Census>,
) -> Vec<(&'a Own, Came)> {
    let rules = &opened.own.rules;
    if rules.is_empty() {
        return Vec::new();
    }
    let begun = Instant::now();
    let sides = sides.map(|(site, lowered)| (&site.reading.snapshot, &lowered.after));
    let facts = Vec::from([Facts::new(plan, sides, census)]);
    let request = Request { facts, asked: rules.iter().map(|own| (Asked::from(&own.said), 0)).collect() };
    let came = parent::answers(&request);
    log::info!("the plan's own rules: {} evaluated in {} ms", many(rules.len(), "rule"), begun.elapsed().as_millis());
    rules.iter().zip(came).collect()
}
