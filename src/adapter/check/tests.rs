//! An adapter may come with anybody's repository: what is wrong with it is said at its place, and what it may not do it cannot.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use proptest::prelude::*;

use crate::adapter::{Set, built_in, open};
use crate::diag::Location;

/// What is said of an adapter with these objects and lookups: code, pointer, and what to do.
fn said(text: &str) -> Vec<(String, String, String)> {
    let whole = format!("version: 1\nname: test\nabout: A test's own.\n{text}");
    let opened = open("test.yaml", whole.into_bytes(), &Set::default());
    let of = |finding: crate::diag::Finding| {
        let pointer = match &finding.primary.place {
            Location::At { pointer, .. } => pointer.clone(),
            Location::Bytes { .. } => String::new(),
        };
        (finding.rule, pointer, format!("{}; {}", finding.message, finding.help.unwrap_or_default()))
    };
    opened.findings.into_iter().map(of).collect()
}

/// The one finding of an adapter that has this entry for mail.
#[track_caller]
fn of_mail(fields: &str) -> (String, String, String) {
    let entry = format!(
        "objects:\n  mail:\n    evidence: inferred\n    source: a test\n    from: {{option: shop_mail}}\n    fields: {fields}\n"
    );
    let mut all = said(&entry);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[track_caller]
fn says((code, pointer, words): (String, String, String), wanted: (&str, &str, &str)) {
    assert_eq!((code.as_str(), pointer.as_str()), (wanted.0, wanted.1), "{words}");
    assert!(words.contains(wanted.2), "{words}");
}

#[test]
fn a_misspelt_key_kind_or_field_is_named_with_the_one_that_was_meant() {
    let misspelt = "objects:\n  ofering:\n    evidence: inferred\n    source: a test\n    from: {option: course_*}\n";
    says(said(misspelt).remove(0), ("unknown-key", "/objects/ofering", "did you mean `offering`?"));
    says(
        of_mail("{transprt: {at: /by}}"),
        ("unknown-field", "/objects/mail/fields/transprt", "did you mean `transport`?"),
    );
    says(
        of_mail("{transport: {att: /by}}"),
        ("unknown-key", "/objects/mail/fields/transport/att", "did you mean `at`?"),
    );
    says(of_mail("{transport: {at: /by, as: txt}}"), ("wrong-value", "/objects/mail/fields/transport/as", "`text`"));
    says(
        of_mail("{transport: {at: /by, ref: operatons}}"),
        ("unknown-list", "/objects/mail/fields/transport/ref", "the lists are"),
    );
    says(
        of_mail("{transport: {at: /by, ref: offring}}"),
        ("unknown-list", "/objects/mail/fields/transport/ref", "did you mean `offering`?"),
    );
}

#[test]
fn what_has_the_name_of_a_secret_cannot_be_asked_for() {
    says(
        of_mail("{transport: {at: /api_key}}"),
        ("secret-name", "/objects/mail/fields/transport/at", "so it never leaves a site"),
    );
    says(
        of_mail("{transport: {from: {option: stripe_secret}, at: \"\"}}"),
        ("secret-name", "/objects/mail/fields/transport/from/option", "`secret`"),
    );
    says(
        of_mail("{transport: {from: {constant: LOGIN_SALT}}}"),
        ("secret-name", "/objects/mail/fields/transport/from/constant", "`salt`"),
    );
    let rows = "{transport: {from: {table: t, join: {session: /ID}}, at: /a}}";
    says(of_mail(rows), ("secret-name", "/objects/mail/fields/transport/from/join/session", "`session`"));
    let read = "reads:\n  - for: x\n    evidence: inferred\n    source: a test\n    from: {option: shop_mail}\n    at: [/a, /*/password]\n";
    says(said(read).remove(0), ("secret-name", "/reads/0/at/1", "`pass`"));
    // The two names that hold such a word and are no secrets.
    let exempt = "reads:\n  - for: x\n    evidence: inferred\n    source: a test\n    from: {option: _accessally_offering_*}\n    at: [/option-key]\n  \
        - for: x\n    evidence: inferred\n    source: a test\n    from: {postmeta: _accessally_course_key}\n";
    assert_eq!(said(exempt), []);
}

#[test]
fn a_place_is_exactly_one_and_fits_what_lies_there() {
    says(
        of_mail("{transport: {from: {}, at: /by}}"),
        ("place-unclear", "/objects/mail/fields/transport/from", "no place is named"),
    );
    says(
        of_mail("{transport: {from: {option: a_b, call: c}}}"),
        ("place-unclear", "/objects/mail/fields/transport/from", "`option`, `call` are several"),
    );
    says(
        of_mail("{transport: {from: {option: \"a*\"}}}"),
        ("pattern-too-wide", "/objects/mail/fields/transport/from/option", "four characters"),
    );
    says(
        of_mail("{transport: {from: {table: \"x*\"}, at: /a}}"),
        ("pattern-too-wide", "/objects/mail/fields/transport/from/table", "the whole name"),
    );
    says(
        of_mail("{transport: {from: {cron: x}}}"),
        ("place-only-read", "/objects/mail/fields/transport/from/cron", "move it to `reads`"),
    );
    says(
        of_mail("{transport: {from: {option: a_b, where: {a: b}}}}"),
        ("place-unclear", "/objects/mail/fields/transport/from/where", "says nothing of"),
    );
    // Members are in the population, and never in the configuration.
    says(
        of_mail("{transport: {from: {usermeta: first_name}}}"),
        ("place-does-not-fit", "/objects/mail/fields/transport/from", "belongs to users"),
    );
    let users = "objects:\n  tag:\n    evidence: inferred\n    source: a test\n    from: {users: all}\n    key: {at: /user_email}\n";
    says(said(users).remove(0), ("place-does-not-fit", "/objects/tag/from/users", "cannot come from `users`"));
}

#[test]
fn conditions_and_keys_are_checked_as_what_they_stand_for() {
    let offering = |place: &str, fields: &str| {
        said(&format!(
            "objects:\n  offering:\n    evidence: inferred\n    source: a test\n    from: {{table: levels, where: {place}}}\n    fields: {fields}\n"
        ))
    };
    assert_eq!(offering("{status: [active, paused]}", "{tags: {keys: {base: {at: /tag, ref: tag}}}}"), []);
    let many = "{a: [a, b, c, d], b: [a, b, c, d]}";
    says(
        offering(many, "{name: {at: /name}}").remove(0),
        ("too-many-rules", "/objects/offering/from/where", "under 16 conditions"),
    );
    let none = offering("{status: []}", "{name: {at: /name}}");
    assert_eq!(none.first().map(|(_, pointer, _)| pointer.as_str()), Some("/objects/offering/from/where/status"));
    // What a key gives has to fit.
    says(
        offering("{status: x}", "{tags: {keys: {base: {at: /tag, as: flag}}}}").remove(0),
        ("field-does-not-fit", "/objects/offering/fields/tags", "cannot be what this rule gives"),
    );
    says(
        offering("{status: x}", "{tags: {keys: {base: {at: /api_key}}}}").remove(0),
        ("secret-name", "/objects/offering/fields/tags/keys/base/at", "`key`"),
    );
}

#[test]
fn what_may_be_several_is_tied_to_the_object_whose_it_is() {
    let offering = |fields: &str| {
        said(&format!(
            "objects:\n  offering:\n    evidence: inferred\n    source: a test\n    from: {{table: levels}}\n    fields: {fields}\n"
        ))
    };
    let tags = "/objects/offering/fields/tags/from";
    let of_star = "{tags: {from: {option: \"shop_tag_*\"JOIN}, map: true, each: /tag, ref: tag}}";
    let star = |join: &str| offering(&of_star.replace("JOIN", join));
    says(star("").remove(0), ("place-unclear", &format!("{tags}/option"), "`join: {star: /id}`"));
    assert_eq!(star(", join: {star: /id}"), []);
    says(star(", join: {id: /id}").remove(0), ("place-unclear", &format!("{tags}/join"), "no columns"));
    let two = offering("{system: {from: {option: \"shop_*_of_*\", join: {star: /id}}}}");
    says(two[0].clone(), ("place-unclear", "/objects/offering/fields/system/from/option", "2 stars"));
    let none = offering("{system: {from: {option: shop_system, join: {star: /id}}}}");
    says(none[0].clone(), ("place-unclear", "/objects/offering/fields/system/from/join", "no `*`"));
    // Rows that belong to no object, and meta of a post that nobody names.
    let rows = offering("{system: {from: {table: settings}, at: /system}}");
    says(rows[0].clone(), ("place-unclear", "/objects/offering/fields/system/from", "table `settings`; tie them"));
    for tied in ["join: {level: /id}", "where: {name: system}"] {
        assert_eq!(offering(&format!("{{system: {{from: {{table: settings, {tied}}}, at: /system}}}}")), [], "{tied}");
    }
    let meta = offering("{system: {from: {postmeta: _system}}}");
    says(meta[0].clone(), ("place-unclear", "/objects/offering/fields/system/from", "whose post meta"));
    assert_eq!(offering("{system: {from: {postmeta: _system, join: {post_id: /post}}}}"), []);
    // A member's meta too is one.
    let contact = said(
        "objects:\n  contact:\n    evidence: inferred\n    source: a test\n    from: {users: all}\n    key: {from: {usermeta: \"shop_id_*\"}}\n",
    );
    says(contact[0].clone(), ("place-unclear", "/objects/contact/key/from/usermeta", "write the whole name"));
    // Of a condition too.
    says(
        of_mail("{transport: {at: /by, when: {from: {option: \"shop_on_*\"}, equals: x}}}"),
        ("place-unclear", "/objects/mail/fields/transport/when/from/option", "can be several"),
    );
}

#[test]
fn a_row_of_wordpress_has_the_columns_that_wordpress_gives_it() {
    let contact = |rest: &str| {
        said(&format!(
            "objects:\n  contact:\n    evidence: inferred\n    source: a test\n    from: {{users: all}}\n    key: {{at: /ID}}\n{rest}"
        ))
    };
    // A condition looks at the object's own row, although the field has another place.
    let tags = "    fields: {tags: {from: {table: bought, join: {user_id: /ID}}, each: \"\", at: /tag, when: {at: /status, equals: active}}}\n";
    says(
        contact(tags).remove(0),
        ("unknown-column", "/objects/contact/fields/tags/when/at", "the row of a user has no column `status`"),
    );
    says(
        contact("    when: {at: /usr_status, equals: \"0\"}\n").remove(0),
        ("unknown-column", "/objects/contact/when/at", "did you mean `/user_status`?"),
    );
    assert_eq!(contact("    when: {at: /user_status, equals: \"0\"}\n"), []);
    let form = "objects:\n  order-form:\n    evidence: inferred\n    source: a test\n    from: {posts: shop_form}\n    fields: {name: {at: /title}}\n";
    says(
        said(form).remove(0),
        ("unknown-column", "/objects/order-form/fields/name/at", "a post has no column `title`"),
    );
}

#[test]
fn a_rule_says_once_where_its_value_is_and_gives_what_the_field_can_be() {
    says(of_mail("{transport: {as: text}}"), ("rule-unclear", "/objects/mail/fields/transport", "nothing says where"));
    says(
        of_mail("{transport: {at: /by, is: x}}"),
        ("rule-unclear", "/objects/mail/fields/transport", "`at`, `is` each say"),
    );
    says(
        of_mail("{simulated: {at: /on}}"),
        ("field-does-not-fit", "/objects/mail/fields/simulated", "cannot be what this rule gives"),
    );
    says(
        of_mail("{simulated: {at: /on, words: {ja: \"yes\"}}}"),
        ("field-does-not-fit", "/objects/mail/fields/simulated", "cannot be"),
    );
    assert_eq!(
        said(
            "objects:\n  mail:\n    evidence: inferred\n    source: a test\n    from: {option: shop_mail}\n    fields: {simulated: {at: /on, words: {ja: true}}}\n"
        ),
        []
    );
    let form = |field: &str| {
        said(&format!(
            "objects:\n  order-form:\n    evidence: inferred\n    source: a test\n    from: {{table: levels}}\n    fields: {{operations: {field}}}\n"
        ))
    };
    let operations = "/objects/order-form/fields/operations";
    says(form("{at: /id, ref: offering}").remove(0), ("field-does-not-fit", operations, "use `each` with `item`"));
    // As the help has it.
    let own = "{from: {table: levels, join: {id: /id}}, each: \"\", item: {grant: {at: /id, ref: offering}}}";
    assert_eq!(form(own), []);
    says(of_mail("{transport: {at: by}}"), ("pointer-wrong", "/objects/mail/fields/transport/at", "begin with `/`"));
    says(of_mail("{transport: {at: /by/*}}"), ("pointer-wrong", "/objects/mail/fields/transport/at", "use `each`"));
    let deep = format!("{{transport: {{at: {}}}}}", "/a".repeat(17));
    says(of_mail(&deep), ("pointer-wrong", "/objects/mail/fields/transport/at", "too deep"));
    says(
        of_mail("{transport: {at: /by, words: {a: b}, as: text}}"),
        ("rule-unclear", "/objects/mail/fields/transport/words", "each say how"),
    );
    says(
        of_mail("{transport: {at: /by, variant: /a, cases: {b: {is: c}}}}"),
        ("rule-unclear", "/objects/mail/fields/transport", "each say"),
    );
}

#[test]
fn what_cannot_be_written_back_is_not_said_to_be() {
    for (rule, why) in [
        ("{at: /on, as: flag, writable: true}", "no one spelling"),
        ("{at: /on, words: {a: true, b: true}, writable: true}", "not known which to write"),
        ("{from: {constant: X}, as: yes-no, writable: true}", "nothing can be written"),
    ] {
        let said = of_mail(&format!("{{simulated: {rule}}}"));
        says(said, ("not-writable", "/objects/mail/fields/simulated/writable", why));
    }
}

#[test]
fn evidence_of_an_inventory_says_when_and_of_which_version() {
    let observed = |seen: &str| {
        said(&format!(
            "objects:\n  mail:\n    evidence: observed\n    source: an inventory\n{seen}    from: {{option: shop_mail}}\n    fields: {{transport: {{at: /by}}}}\n"
        ))
    };
    says(observed("").remove(0), ("evidence-incomplete", "/objects/mail", "add `seen:"));
    assert_eq!(observed("    seen: {day: \"2026-11-29\", version: \"4.3.1\"}\n"), []);
    says(
        observed("    seen: {day: soon, version: \"1\"}\n").remove(0),
        ("wrong-value", "/objects/mail/seen/day", "must be a day"),
    );
    says(
        of_mail("{transport: {at: /by, evidence: documented}}"),
        ("evidence-incomplete", "/objects/mail/fields/transport", "add `source`"),
    );
}

#[test]
fn lists_that_lead_to_each_other_end() {
    let lookup = |name: &str, to: &str| {
        format!(
            "  {name}:\n    evidence: inferred\n    source: a test\n    from: {{table: {name}}}\n    id: {{at: /id}}\n    gives: {{at: /next, ref: {to}}}\n"
        )
    };
    let round = format!("lookups:\n{}{}", lookup("aa", "bb"), lookup("bb", "aa"));
    assert!(said(&round).iter().all(|(code, ..)| code == "lookup-chain") && said(&round).len() == 2);
    let long =
        format!("lookups:\n{}{}{}{}", lookup("aa", "bb"), lookup("bb", "cc"), lookup("cc", "dd"), lookup("dd", "tag"));
    // The last two of them are near enough to the end.
    let wrong: Vec<String> = said(&long).into_iter().map(|(_, pointer, _)| pointer).collect();
    assert_eq!(wrong, ["/lookups/aa", "/lookups/bb"]);
    let three = format!("lookups:\n{}{}", lookup("aa", "bb"), lookup("bb", "tag"));
    assert_eq!(said(&three), []);
}

#[test]
fn an_adapter_is_bounded() {
    let many: String = (0..700).map(|at| format!("      - {{at: /a{at}, as: flag}}\n")).collect();
    let entry = |name: &str| {
        format!("  {name}:\n    evidence: inferred\n    source: a test\n    from: {{option: shop_mail}}\n    fields:\n")
    };
    let text = format!(
        "objects:\n{}      simulated:\n        any:\n{}{}      on:\n        any:\n{}{}      enabled:\n        any:\n{}",
        entry("mail"),
        many.replace("      -", "          -"),
        entry("maintenance"),
        many.replace("      -", "          -"),
        entry("charging-guard"),
        many.replace("      -", "          -")
    );
    says(said(&text).remove(0), ("too-many-rules", "", "at most 2000"));
    let long = format!("version: 1\nname: x\nabout: {}\n", "x".repeat(2 << 20));
    assert!(open("x.yaml", long.into_bytes(), &Set::default()).adapter.is_none());
    let deep = format!("version: 1\nname: x\nabout: x\nlookups: {}{}", "{a: ".repeat(60), "}".repeat(60));
    assert!(open("x.yaml", deep.into_bytes(), &Set::default()).adapter.is_none());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_what_is_right_compiles(text in "[a-z_:{}\\[\\], /\"'*#\n-]{0,200}", at in any::<prop::sample::Index>()) {
        let set = Set::new(built_in().iter().cloned());
        let _ = open("x.yaml", text.clone().into_bytes(), &set);
        // The same in the middle of one that is right.
        let whole = crate::adapter::built_in_text("accessally").unwrap();
        let at = at.index(whole.len());
        if whole.is_char_boundary(at) {
            let cut = format!("{}{text}{}", &whole[..at], &whole[at..]);
            let opened = open("x.yaml", cut.into_bytes(), &set);
            if let Some(adapter) = opened.adapter {
                let _ = crate::adapter::compile::text(&Set::new([adapter]));
            }
        }
    }
}

#[test]
fn the_adapters_that_are_documented_are_right() {
    let page = include_str!("../../../docs/live-site.md");
    let all: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(all.len(), 2);
    for text in all {
        assert_eq!(open("docs.yaml", text.as_bytes().to_vec(), &Set::default()).findings, [], "{text}");
    }
}
