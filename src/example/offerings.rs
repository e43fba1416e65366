//! What Bloom Coaching sells and gives away: offerings, forms, tags.

use std::collections::BTreeMap;

use serde_json::{Map, json};

use crate::model::plan::AfterFinalRetry;
use crate::model::state::{Module, Offering, Operation, OptInForm, OrderForm, Tag};
use crate::model::text::slug;
use crate::model::{Field, Release, State};

/// The offering whose modules open week by week.
pub(super) const COACHING: &str = "Group Coaching";
/// Its modules; the first is the base module. The CRM opens the one that is `None`.
pub(super) const WEEKS: [(&str, Option<u32>); 7] = [
    ("Welcome", None),
    ("Goals", Some(7)),
    ("Habits", Some(7)),
    ("Boundaries", Some(7)),
    ("Money", None),
    ("Visibility", Some(7)),
    ("Celebration", Some(7)),
];

/// A tag of an offering, for example `Group_Coaching_Goals_Access`.
pub(super) fn tag(offering: &str, part: &str) -> String {
    format!("{offering}_{part}").replace(' ', "_")
}

/// The tag that opens a module; the base module has the base tag.
pub(super) fn module_tag(offering: &str, module: &str) -> String {
    tag(offering, &format!("{module}_Access"))
}

/// Puts offerings, forms and tags into the state.
pub(super) fn fill(state: &mut State) {
    let mut add = |id: u32, name: &str, modules: &[(&str, Option<Release>)]| {
        state.offerings.insert(slug(name), offering(id, name, modules));
    };
    let weekly = WEEKS.map(|(name, days)| {
        let release = days.map_or(Release::ByHand, |days| Release::After { days });
        (name, (name != "Welcome").then_some(release))
    });
    add(1, COACHING, &weekly);
    add(2, "Foundations", &[("Library", None), ("Live Calls", Some(Release::Immediately))]);
    add(3, "Mini Course", &[("Start", None), ("Practice", Some(Release::After { days: 2 }))]);
    add(4, "Mastermind", &[("Lounge", None), ("Planning Day", Some(Release::After { days: 14 }))]);
    add(5, "Team Seats", &[("Team Room", None)]);
    add(6, "Alumni", &[("Alumni Hall", None)]);
    add(7, "Coaching Calls", &[("Call Recordings", None)]);
    add(8, "Summit 2019", &[("Recordings", None)]);
    for form in order_forms() {
        state.order_forms.insert(slug(&form.name), form);
    }
    for form in opt_in_forms() {
        state.opt_in_forms.insert(slug(&form.name), form);
    }
    let of_offerings = state.offerings.values().flat_map(|offering| {
        let modules = offering.modules.set().into_iter().flatten();
        let own = offering.tags.set().into_iter().flat_map(BTreeMap::values);
        own.cloned().chain(modules.filter_map(|module| module.tag.set().cloned()))
    });
    let names: Vec<String> = of_offerings.chain(LISTS.into_iter().chain(SALES).map(str::to_owned)).collect();
    state.tags = names.into_iter().map(|name| (name, Tag { id: None, extra: Map::new() })).collect();
    for (tag, id) in state.tags.values_mut().zip(301_u32..) {
        tag.id = Some(id.to_string());
    }
}

/// Tags that a CRM leaves over the years.
pub(super) const LISTS: [&str; 8] = [
    "Affiliate 2024",
    "Birthday Club",
    "Mini_Course_Waiting",
    "Newsletter",
    "Podcast Listener",
    "Quiz: Résumé ✓",
    "Referred a Friend",
    "Webinar, March",
];

/// Tags that the forms set.
const SALES: [&str; 4] = [
    "Foundations_Payment_Failed",
    "Group_Coaching_Made_Purchase",
    "Group_Coaching_Payment_Failed",
    "Group_Coaching_Started_Order",
];

fn offering(id: u32, name: &str, modules: &[(&str, Option<Release>)]) -> Offering {
    let modules = modules.iter().zip(0..).map(|((module, release), number)| Module {
        number,
        name: (*module).to_owned(),
        release: Field::known(release.clone()),
        tag: Field::known((number > 0).then(|| module_tag(name, module))),
        extra: Map::new(),
    });
    let parts = [("base", "Base_Access"), ("instant", "Instant_Access"), ("revoke", "Revoke_Access")];
    Offering {
        id: Some(id.to_string()),
        name: name.to_owned(),
        system: "ontraport".to_owned().into(),
        modules: Field::Set(modules.collect()),
        tags: Field::Set(parts.map(|(part, ending)| (part.to_owned(), tag(name, ending))).into()),
        extra: Map::from_iter([("option_key".to_owned(), json!(format!("_accessally_offering_{id}")))]),
    }
}

fn order_forms() -> [OrderForm; 6] {
    let release = |key: &str| Operation::Release(key.to_owned());
    let grant = |key: &str| Operation::Grant(key.to_owned());
    let bought = || Operation::AddTags(vec!["Group_Coaching_Made_Purchase".to_owned()]);
    let group = "group-coaching";
    let (revoke, cancel, stop) =
        (Some(AfterFinalRetry::Revoke), Some(AfterFinalRetry::Cancel), Some(AfterFinalRetry::Stop));
    let forms = [
        // Three payments. Whoever does not pay is stopped by the CRM (`aal_revokesubscription?productId=12`).
        (12, "Group Coaching Payment Plan", "179.00 USD", true, None, vec![release(group), bought()]),
        (14, "Foundations Membership", "39.00 USD", true, cancel, vec![release("foundations")]),
        (15, "Group Coaching Checkout", "497.00 USD", false, revoke, vec![release(group), bought()]),
        // Opens every module at once.
        (16, "Group Coaching Summer Sale", "397.00 USD", false, revoke, vec![grant(group), bought()]),
        (17, "Group Coaching VIP Checkout", "1497.00 USD", false, revoke, vec![release(group), release("mastermind")]),
        (18, "Team Seats Checkout", "990.00 USD", false, stop, vec![release("team-seats")]),
    ];
    forms.map(|(id, name, price, recurring, after_final_retry, operations)| OrderForm {
        id: Some(id.to_string()),
        name: name.to_owned(),
        operations: operations.into(),
        after_final_retry: Field::known(after_final_retry),
        price: price.to_owned().into(),
        gateway: "stripe".to_owned().into(),
        recurring: recurring.into(),
        test_mode: true.into(),
        extra: Map::new(),
    })
}

fn opt_in_forms() -> [OptInForm; 2] {
    let form = |id: u32, name: &str, operations: Vec<Operation>| OptInForm {
        id: Some(id.to_string()),
        name: name.to_owned(),
        operations: operations.into(),
        extra: Map::new(),
    };
    [
        form(21, "Mini Course Signup", vec![Operation::Release("mini-course".to_owned())]),
        // Waits for the CRM to see the tag, which it will not.
        form(
            22,
            "Mini Course Webinar Signup",
            vec![Operation::AddTags(vec!["Mini_Course_Waiting".to_owned(), "Webinar, March".to_owned()])],
        ),
    ]
}
