//! What a person typed from a screen and what a machine read are the same but for spelling: information in check and in verify, never
//! red, never a change, and said to be so. Of addresses, IDs and keys no other spelling is the same.

use amc_plan::diag::Severity;
use amc_plan::model::record::{Evidence, Saw, SawAll};
use amc_plan::model::{Kind, ObjectRef};
use amc_plan::reconcile::{Counted, Field, Reconciled, delta};
use amc_plan::rules::{Phase, Verdict};
use serde_json::{Map, Value, json};

use crate::facts::with;
use crate::place::{PLAN, Place, SITE};
use crate::reconcile::{classes, contact, differing, fields, joined, order, stream};
use crate::rules::{StepContext, patched};

const VALUES: &str = "private/bloom-coaching.contacts.yaml";

/// What is said at the last gate, in the order of the rules; nothing of it may count.
fn said(world: &StepContext) -> Vec<(String, Severity, String)> {
    let judged = world.judged(false, Phase::GoLive);
    let one = |finding: &amc_plan::diag::Finding| (finding.rule.clone(), finding.severity, finding.message.clone());
    let all = judged.findings.iter().map(one).collect();
    assert_eq!(judged.verdict, Verdict::Green, "{all:?}");
    let lowered = amc_plan::change::lower_on(&world.plan, &world.reading(), amc_plan::model::plan::SiteRole::Staging);
    assert_eq!(lowered.changes, [], "no change to make");
    // Who found nothing but spelling gave their proof.
    let silent = patched(&json!({})).judged(false, Phase::GoLive).proofs.len();
    let speaking = judged.findings.iter().filter(|finding| finding.severity != Severity::Info).count();
    assert_eq!(judged.proofs.len(), silent - speaking);
    all
}

fn information(rule: &str, message: &str) -> (String, Severity, String) {
    (rule.to_owned(), Severity::Info, message.to_owned())
}

#[test]
fn names_of_the_plan_and_of_the_site_are_the_same_but_for_spelling() {
    let both = |plan: &str, site: &str, module: &str| {
        patched(&json!({
            "plan": {
                "offerings": {
                    "course": null,
                    "ask-tell": {
                        "name": plan, "access_through": "order-form", "members_between_modules": "complete-by-hand",
                        "modules": [{"base": "Welcome"}, {"module": plan, "release": "7 days after previous"}],
                    },
                },
                "order_forms": {"course-checkout": {"custom_operation": {"release": ["ask-tell"]}}},
            },
            "site": {
                "offering/course": null,
                "offering/ask-tell": {"name": site, "system": "ontraport", "tags": {"base": "Course Base", "revoke": "Course_Revoke"}, "modules": [
                    {"number": 0, "name": "Welcome"},
                    {"number": 1, "name": module, "release": "7 days after previous", "tag": "Course_Goals"},
                ]},
                "order-form/course-checkout": {"operations": [{"release": "ask-tell"}]},
            },
        }))
    };
    for (plan, site, shown) in [
        ("Ask & Tell", "Ask &amp; Tell", "`Ask & Tell` in the plan, `Ask &amp; Tell` on the site"),
        ("Ask &amp; Tell", "Ask &#038; Tell", "`Ask &amp; Tell` in the plan, `Ask &#038; Tell` on the site"),
        ("Ask & Tell", "Ask &\u{a0}Tell", "`\"Ask & Tell\"` in the plan, `\"Ask &\\u{a0}Tell\"` on the site"),
        ("Ask & Tell", "Ask &  Tell", "`\"Ask & Tell\"` in the plan, `\"Ask &  Tell\"` on the site"),
    ] {
        assert_eq!(
            said(&both(plan, site, site)),
            [
                information("module-not-on-site", &format!("the module's name is the same but for spelling: {shown}")),
                information("name-differs", &format!("the name is the same but for spelling: {shown}")),
            ]
        );
    }
    // Another case is another spelling of a name that search finds: a warning, as before.
    let cased = said(&both("Ask & Tell", "ASK & Tell", "Ask & Tell"));
    assert_eq!(
        cased.iter().map(|(rule, severity, _)| (rule.as_str(), *severity)).collect::<Vec<_>>(),
        [("name-differs", Severity::Warning)]
    );
}

#[test]
fn modules_of_other_names_are_others_and_get_no_timer() {
    let world = |plan: [&str; 2], site: [&str; 2]| {
        let site = site.map(|name| json!({"name": name, "release": "by-hand"}));
        let mut modules = vec![json!({"number": 0, "name": "Welcome"})];
        modules.extend((1..).zip(site).map(|(number, mut module)| {
            module["number"] = json!(number);
            module
        }));
        patched(&json!({
            "plan": {"offerings": {"course": {"modules": [
                {"base": "Welcome"},
                {"module": plan[0], "release": "7 days after previous"},
                {"module": plan[1], "release": "21 days after previous"},
            ]}}},
            "site": {"offering/course": {"modules": modules}},
        }))
    };
    let timers = |world: &StepContext| {
        let lowered = amc_plan::change::lower_on(&world.plan, &world.before, amc_plan::model::plan::SiteRole::Staging);
        lowered.changes.iter().filter(|change| change.on.to_string() == "offering/course").count()
    };
    for (plan, site, shown) in [
        ("C++", "C#", "`C#` on the site, not `C++`"),
        ("Goals > 10", "Goals < 10", "`Goals < 10` on the site, not `Goals > 10`"),
        ("1.5 hours", "1 5 hours", "`1 5 hours` on the site, not `1.5 hours`"),
        ("Goals", "GOALS", "`GOALS` on the site, not `Goals`"),
        ("Goals", "Goals\u{200b}", "`\"Goals\\u{200b}\"` on the site, not `\"Goals\"`"),
    ] {
        let two = [world([plan, "End"], [site, "End"]), world([plan, site], [site, plan])];
        for world in &two {
            let judged = world.judged(false, Phase::Configure);
            let found = judged.findings.iter().find(|finding| finding.rule == "module-not-on-site").unwrap();
            assert_eq!(found.message, format!("module 1 of `Course` is {shown}"));
        }
        let help = |world: &StepContext, at: usize| {
            let judged = world.judged(false, Phase::Configure);
            let mut all = judged.findings.iter().filter(|finding| finding.rule == "module-not-on-site");
            all.nth(at).and_then(|finding| finding.help.clone()).unwrap_or_default()
        };
        assert!(help(&two[0], 0).starts_with("list the modules in the site's order"));
        assert!(help(&two[1], 0).starts_with("write `number: 2`") && help(&two[1], 1).starts_with("write `number: 1`"));
        assert_eq!([timers(&two[0]), timers(&two[1])], [1, 0], "a timer for `End` alone");
    }
    assert_eq!(timers(&world(["C++", "End"], ["C++", "End"])), 1);
}

#[test]
fn what_is_left_alone_by_its_id_is_not_planned_under_the_key_of_its_twin() {
    for (section, kind) in [("offerings", "offering"), ("order_forms", "order-form"), ("opt_in_forms", "opt-in-form")] {
        let key = match kind {
            "offering" => "course",
            "order-form" => "course-checkout",
            _ => "mini-course-signup",
        };
        let found = |id: &str| {
            let world = patched(&json!({
                "plan": {"leave_alone": {section: {format!("{key}-52"): "not ours"}}},
                "site": {format!("{kind}/{key}"): {"id": id}},
            }));
            let judged = world.judged(false, Phase::Configure);
            let of = judged.stops().filter(|finding| finding.rule == "leave-alone-and-planned");
            of.map(|finding| finding.message.clone()).collect::<Vec<_>>()
        };
        let message =
            format!("`{key}-52` is left alone, and the site now has it under `{key}`, which `{section}` plans");
        assert_eq!(found("52"), [message]);
        assert_eq!(found("51"), Vec::<String>::new());
    }
}

#[test]
fn a_form_s_name_composed_or_not_is_one_name_with_one_key() {
    let world = patched(&json!({
        "plan": {"opt_in_forms": {"mini-course-signup": null, "café-signup": {
            "name": "Café Signup", "custom_operation": {"release": ["mini-course"]},
        }}},
        "site": {"opt-in-form/mini-course-signup": null, "opt-in-form/café-signup": {
            "name": "Cafe\u{301} Signup", "operations": [{"release": "mini-course"}],
        }},
    }));
    let shown = "`\"Café Signup\"` in the plan, `\"Cafe\\u{301} Signup\"` on the site";
    let message = format!("the name is the same but for spelling: {shown}");
    assert_eq!(said(&world), [information("name-differs", &message)]);
}

#[test]
fn a_key_is_not_softened_and_is_told_apart_from_the_one_to_write() {
    let form = json!({"name": "Café Signup", "custom_operation": {"release": ["mini-course"]}});
    let world = patched(&json!({"plan": {"opt_in_forms": {"cafe\u{301}-signup": form}}}));
    let judged = world.judged(false, Phase::GoLive);
    let finding = judged.findings.iter().find(|finding| finding.rule == "key-is-not-the-slug").unwrap();
    assert_eq!(finding.message, "the key `\"cafe\\u{301}-signup\"` is not the slug of the name `Café Signup`");
    assert!(finding.help.as_ref().unwrap().starts_with("rename the key to `\"café-signup\"`"), "{finding:#?}");
}

#[test]
fn gateway_mail_plugin_and_crm_are_the_same_but_for_spelling() {
    let world = patched(&json!({
        "plan": {
            "crm": {"name": "Smith & Sons"},
            "mail": {"transport": "Post & Smtp"},
            "order_forms": {"course-checkout": {"expect": {"gateway": "Pay & Go"}}},
        },
        "site": {
            "crm": {"system": "smith-sons", "label": "Smith &amp; Sons", "managed": false},
            "mail": {"transport": "Post &amp; Smtp"},
            "offering/course": {"system": "smith-sons"},
            "offering/mini-course": {"system": "smith-sons"},
            "order-form/course-checkout": {"gateway": "pay &amp; go"},
        },
        "gate": "configure",
    }));
    let judged = world.judged(false, Phase::Configure);
    let due = judged.findings.iter().filter(|finding| finding.due);
    let all: Vec<_> = due.map(|f| (f.rule.clone(), f.severity, f.message.clone())).collect();
    assert_eq!(
        all,
        [
            information(
                "gateway-differs",
                "the gateway is the same but for spelling: `Pay & Go` in the plan, `pay &amp; go` on the site"
            ),
            information(
                "crm-differs",
                "the CRM's name is the same but for spelling: `Smith & Sons` in the plan, `Smith &amp; Sons` on the site"
            ),
            information(
                "mail-transport-differs",
                "the plugin's name is the same but for spelling: `Post & Smtp` in the plan, `Post &amp; Smtp` on the site"
            ),
        ]
    );
    assert_eq!(judged.verdict, Verdict::Green);
}

#[test]
fn contacts_are_the_same_but_for_spelling_and_their_addresses_are_not_softened() {
    let world = |contact: Value| patched(&json!({"contacts": {"103": contact}}));
    let respelt =
        world(json!({"first_name": "Zoe\u{308}", "last_name": "O&#039;Neil-Ørsted", "tags": ["Mini\u{a0}Base"]}));
    let names = "first name, last name and tags";
    let message = format!("contact `103` is as on the site, the same but for spelling, in {names}");
    assert_eq!(said(&respelt), [information("contact-differs", &message)]);
    let judged = respelt.judged(false, Phase::GoLive);
    assert_eq!(judged.findings[0].personal[0], "first name: plan `\"Zoë\"`, site `\"Zoe\\u{308}\"`");
    for (field, value, name) in [
        ("email", json!("zoe&#64;member.example"), "e-mail address"),
        ("email", json!("zoe@member\u{a0}.example"), "e-mail address"),
        ("orders", json!(["9&#48;02"]), "orders"),
        ("first_name", json!("Zoe"), "first name"),
        ("tags", json!(["mini base"]), "tags"),
    ] {
        let judged = world(json!({field: value})).judged(false, Phase::GoLive);
        let stops: Vec<&str> = judged.stops().map(|finding| &*finding.message).collect();
        assert_eq!(stops, [format!("contact `103` differs from the site in {name}")]);
    }
    // What differs and what is spelt otherwise are two things.
    let both = world(json!({"first_name": "Zoe\u{308}", "last_name": "Other"})).judged(false, Phase::GoLive);
    let all: Vec<_> = both.findings.iter().map(|finding| (finding.severity, &*finding.message)).collect();
    assert_eq!(
        all,
        [
            (Severity::Error, "contact `103` differs from the site in last name"),
            (Severity::Info, "contact `103` is as on the site, the same but for spelling, in first name"),
        ]
    );
}

#[test]
fn what_persons_attested_is_the_same_but_for_spelling_and_is_not_void() {
    let base = patched(&json!({"site": {"crm": {"label": "Smith &amp; Sons"}, "tag/A &amp; B": {}, "tag/C": {}}}));
    let host = base.before.header.site.clone();
    let saw = |kind: Kind, key: &str, field: &str, value: Value| {
        let fields = Map::from_iter([(field.to_owned(), value)]);
        Evidence::Saw(Saw {
            host: host.clone(),
            on: ObjectRef::new(kind, key),
            fields,
            until: "2026-12-01".to_owned(),
            screen: None,
        })
    };
    let said_of = |lines: Vec<Evidence>| {
        let world = with(&base, base.before.clone(), lines);
        assert!(world.reading().attested.contradictions().is_empty());
        said(&world)
    };
    assert_eq!(
        said_of(vec![saw(Kind::Crm, "crm", "label", json!("Smith & Sons"))]),
        [information(
            "attestation-contradicted",
            "`label` of `crm` is the same but for spelling: `Smith & Sons` as `jo` attested at 2026-11-21T06:12:00Z, \
             `Smith &amp; Sons` in the reading"
        )]
    );
    let modules = json!([{"number": 0, "name": "Welcome"}, {"number": 1, "name": "Goals ", "tag": "Course_Goals"}]);
    assert_eq!(said_of(vec![saw(Kind::Offering, "course", "modules", modules)]), []);
    let modules = json!([{"number": 0, "name": "Welcome"}, {"number": 1, "name": "Go&#97;ls"}]);
    let [(rule, severity, message)] = &said_of(vec![saw(Kind::Offering, "course", "modules", modules)])[..] else {
        panic!("one finding")
    };
    assert_eq!((rule.as_str(), *severity), ("attestation-contradicted", Severity::Info));
    assert!(
        message.starts_with("`modules` of `offering/course` is the same but for spelling: `Go&#97;ls` as"),
        "{message}"
    );
    let list = |names: &[&str]| {
        // The base has tags of its own.
        let others = base.before.state.tags.keys().filter(|name| !["C", "A &amp; B"].contains(&name.as_str()));
        let names = names.iter().map(|name| (*name).to_owned()).chain(others.cloned()).collect();
        Evidence::SawAll(SawAll {
            host: host.clone(),
            kind: Kind::Tag,
            names,
            until: "2026-12-01".to_owned(),
            screen: None,
        })
    };
    let [(_, Severity::Info, message)] = &said_of(vec![list(&["C", "A & B"])])[..] else { panic!("one finding") };
    assert!(message.starts_with("the list of `tag` is the same but for spelling: `A & B` as"), "{message}");
    // An address is no text: here the letter counts.
    let guard = saw(Kind::ChargingGuard, "charging-guard", "production_url", json!("//small&#46;example"));
    let world = with(&base, base.before.clone(), vec![guard]);
    assert_eq!(world.reading().attested.contradictions().len(), 1);
    for another in [&["A & B", "c"][..], &["A & B", "A &#038; B", "C"], &["C"]] {
        let world = with(&base, base.before.clone(), vec![list(another)]);
        assert_eq!(world.reading().attested.contradictions().len(), 1, "{another:?}");
    }
}

#[test]
fn in_verify_contacts_are_the_same_and_their_tags_count_as_one() {
    let before = vec![contact("1", "a@x.example", &["A & B", "C"]), contact("2", "b@x.example", &[]), order("7", "1")];
    let mut after = before.clone();
    after[0]["first_name"] = json!("N\u{a0}1");
    let mut was = before.clone();
    was[0]["first_name"] = json!("N 1");
    was[0]["affiliate"] = json!("Ren\u{e9}");
    after[0]["affiliate"] = json!("Rene\u{301}");
    after[0]["tags"] = json!(["C", "A &amp; B"]);
    after[2]["status"] = json!("Success\u{a0}");
    let all = joined(&was, &after);
    assert_eq!((all.contacts.same, classes(&all), fields(&all)), (2, [0; 6], vec![]));
    assert_eq!(differing(&all), []);
    assert!(!all.differs(false));
    let [one] = &all.contacts.respelt.first[..] else { panic!("one contact") };
    assert_eq!(one.id, "1");
    let three: Vec<Field> = one.fields.iter().collect();
    assert_eq!(three, [Field::FirstName, Field::Tags, Field::Affiliate]);
    assert_eq!(one.values[0].after, Some(json!("N\u{a0}1")));
    // An address that is spelt otherwise is another one; who differs is named once.
    after[0]["email"] = json!("a&#64;x.example");
    let all = joined(&was, &after);
    assert_eq!((fields(&all), all.contacts.respelt.total), (vec![(Field::Email, 1)], 0));
}

#[test]
fn of_two_tags_that_are_the_same_but_for_spelling_none_is_lost_unseen() {
    for (two, one) in [(&["A & B", "A &amp; B"][..], &["A & B"][..]), (&["Gold", "Gold "], &["Gold"])] {
        let tagged = |tags| vec![contact("1", "a@x.example", tags)];
        let (lost, come) = (joined(&tagged(two), &tagged(one)), joined(&tagged(one), &tagged(two)));
        for all in [&lost, &come] {
            assert_eq!((fields(all), all.contacts.respelt.total), (vec![(Field::Tags, 1)], 0), "{two:?}");
            assert!(all.differs(false));
        }
        let tags = |all: &Reconciled| {
            let line = all.account.iter().find(|line| line.counted == Counted::Tag).unwrap();
            (line.name.clone(), line.before, line.after)
        };
        assert_eq!(tags(&lost), (one[0].to_owned(), 2, 1));
        assert_eq!(tags(&come), (one[0].to_owned(), 1, 2));
        let values = &lost.contacts.changed.first[0].values[0];
        assert_eq!((&values.before, &values.after), (&Some(json!(sorted(two))), &Some(json!(one))));
        let mut moved = Vec::new();
        let [was, is] = [two, one].map(|tags| stream(&tagged(tags)));
        delta(was.as_bytes(), is.as_bytes(), |one| moved.push(one.fields)).unwrap();
        assert_eq!(moved, [vec!["tags"]]);
        // A tag that a record names twice is one.
        let twice = joined(&tagged(one), &tagged(&[one[0], one[0]]));
        assert_eq!((fields(&twice), tags(&twice)), (vec![], (one[0].to_owned(), 1, 1)));
    }
    let judged = patched(&json!({"contacts": {"103": {"tags": ["Mini Base", "Mini&nbsp;Base"]}}}));
    let stops = judged.judged(false, Phase::GoLive);
    let stops: Vec<&str> = stops.stops().map(|finding| &*finding.message).collect();
    assert_eq!(stops, ["contact `103` differs from the site in tags"]);
}

fn sorted<'t>(tags: &[&'t str]) -> Vec<&'t str> {
    let mut sorted = tags.to_vec();
    sorted.sort_unstable();
    sorted
}

#[test]
fn what_live_spells_otherwise_since_the_copy_is_nothing_to_carry_over() {
    let before = vec![contact("1", "a@x.example", &["A & B"]), order("7", "1")];
    let mut after = before.clone();
    after[0]["last_name"] = json!(" Ash");
    after[0]["tags"] = json!(["A &amp; B"]);
    let moved = |after: &[Value]| {
        let mut moved = Vec::new();
        delta(stream(&before).as_bytes(), stream(after).as_bytes(), |one| moved.push(one.fields)).unwrap();
        moved
    };
    assert_eq!(moved(&after), Vec::<Vec<&str>>::new());
    after[0]["email"] = json!("a@x.example ");
    assert_eq!(moved(&after), [vec!["email"]]);
}

/// The example with the names of a listed contact spelt otherwise in its values' file.
fn respelt() -> Place {
    let place = Place::new();
    place.edit(VALUES, "\"Van der Linde\"", "\"Van  der Linde\"");
    place.edit(VALUES, "\"Affiliate 2024\"", "\"Affiliate&nbsp;2024\"");
    place
}

#[test]
fn check_says_so_without_a_value_and_with_both_where_they_are_asked_for() {
    let place = respelt();
    let said = "contact `10019` is as on the site, the same but for spelling, in last name and tags";
    let check = ["check", PLAN, "--site", SITE];
    let ran = place.run(&check);
    assert_eq!(ran.code, Some(0));
    for words in ["contact-differs at /10019", said, "nothing has to be done", "0 errors, 0 warnings"] {
        assert!(ran.out.contains(words), "{words}: {ran:#?}");
    }
    assert!(!ran.out.contains("Linde"));
    let shown = place.run(&[&check[..], &["--show-personal"]].concat()).out;
    assert!(shown.contains(r#"plan `"Van  der Linde"`, site `"Van der Linde"`"#), "{shown}");
    assert!(shown.contains("Affiliate&nbsp;2024"), "{shown}");
}

#[test]
fn verify_says_so_of_listed_contacts_and_of_everybody() {
    let place = respelt();
    for end in ["site", "population"] {
        let of = |side: &str| place.path(&format!("{side}.{end}.ndjson"));
        std::fs::copy(of("bloom-coaching"), of("after")).unwrap();
    }
    place.edit("after.population.ndjson", r#""first_name":"Iris""#, r#""first_name":"Iris\u0301""#);
    place.edit("after.population.ndjson", r#""Işıl","last_name":"Çağlar""#, r#""Is\u0327ıl","last_name":"Çağlar""#);
    place.run(&["snapshot", "finalize", "after.population.ndjson"]).ends(0, &[]);
    place.run(&["snapshot", "finalize", "after.site.ndjson"]).ends(0, &[]);
    let verify = ["verify", PLAN, "--before", SITE, "--after", "after.site.ndjson"];
    let ran = place.run(&verify);
    let text = format!("{}{}", ran.out, ran.err);
    assert!(text.contains("spelling"), "{text}");
    assert!(
        text.contains("the same but for spelling: 1 of those that are the same\n    10231: first name\n"),
        "{text}"
    );
    assert!(text.contains("changed (first name of 1)"), "{text}");
    let json: Value = serde_json::from_str(&place.run(&[&verify[..], &["--format", "json"]].concat()).out).unwrap();
    let class = &json["everybody"]["contacts"]["same_but_for_spelling"];
    assert_eq!((&class["total"], &class["examples"][0]["id"]), (&json!(1), &json!("10231")));
    let listed = json["spot_check"].as_array().unwrap().iter().find(|spot| spot["id"] == "10019").unwrap();
    assert_eq!(listed["fields"]["last-name"], "same-but-for-spelling");
    assert_eq!(listed["fields"]["tags"], "same-but-for-spelling");
    assert_eq!(listed["fields"]["first-name"], "differs");
}
