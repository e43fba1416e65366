//! What is set changes, its lengths with it, and no other byte does.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

#[track_caller]
fn becomes(stored: &str, sets: &[(&str, Raw)], new: &str) {
    let spliced = splice(stored.as_bytes(), sets).map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(spliced.as_deref(), Ok(new), "{stored}");
}

#[track_caller]
fn is_refused(stored: &str, pointer: &str, why: Refused) {
    assert_eq!(splice(stored.as_bytes(), &[(pointer, text("x"))]), Err(why), "{stored}");
}

#[test]
fn a_scalar_is_replaced_with_its_own_length_and_type_and_nothing_else_is() {
    becomes("yes", &[("", text("no"))], "no");
    becomes(r#"a:1:{s:2:"on";s:3:"yes";}"#, &[("/on", text("no"))], r#"a:1:{s:2:"on";s:2:"no";}"#);
    becomes(r#"a:1:{s:2:"on";s:3:"yes";}"#, &[("/on", text("größer"))], r#"a:1:{s:2:"on";s:8:"größer";}"#);
    becomes("a:2:{i:0;i:7;i:1;b:0;}", &[("/0", Raw::Int(14)), ("/1", Raw::Flag(true))], "a:2:{i:0;i:14;i:1;b:1;}");
    becomes(
        r#" {"a": {"b" : 7.50, "on":false } }"#,
        &[("/a/on", Raw::Flag(true))],
        r#" {"a": {"b" : 7.50, "on":true } }"#,
    );
    becomes(r#"{"list":["x", "y"]}"#, &[("/list/1", text("z\""))], r#"{"list":["x", "z\""]}"#);
}

#[test]
fn a_value_inside_a_text_is_replaced_there_and_all_lengths_around_it_follow() {
    let inner = r#"a:1:{s:2:"on";s:2:"no";}"#;
    let stored = format!(r#"a:1:{{s:4:"misc";s:{}:"{inner}";}}"#, inner.len());
    let new = r#"a:1:{s:2:"on";s:3:"yes";}"#;
    becomes(&stored, &[("/misc/on", text("yes"))], &format!(r#"a:1:{{s:4:"misc";s:{}:"{new}";}}"#, new.len()));
    becomes(
        r#"{"data":"{\"url\":\"a\/b\",\"on\":false}"}"#,
        &[("/data/on", Raw::Flag(true))],
        r#"{"data":"{\"url\":\"a\/b\",\"on\":true}"}"#,
    );
    let json = r#"{"on":"no"}"#;
    let stored = format!(r#"a:1:{{s:1:"j";s:{}:"{json}";}}"#, json.len());
    becomes(
        &stored,
        &[("/j/on", text("yes"))],
        &format!(r#"a:1:{{s:1:"j";s:{}:"{}";}}"#, json.len() + 1, r#"{"on":"yes"}"#),
    );
}

#[test]
fn nothing_is_changed_that_is_not_understood_to_its_last_byte() {
    is_refused(r#"a:1:{s:2:"on";s:3:"yes";}"#, "/off", Refused::Missing);
    is_refused(r#"a:1:{s:2:"on";s:3:"yes";}"#, "/on/deeper", Refused::NotScalar);
    is_refused(r#"a:1:{s:2:"on";a:0:{}}"#, "/on", Refused::NotScalar);
    is_refused(r#"a:1:{s:2:"on";O:8:"stdClass":1:{s:1:"a";i:1;}}"#, "/on/a", Refused::Object);
    is_refused(r#"a:2:{s:2:"on";s:1:"y";s:1:"o";C:3:"Abc":2:{xx}}"#, "/on", Refused::Object);
    is_refused(r#"a:2:{s:2:"on";s:1:"y";s:1:"r";R:2;}"#, "/on", Refused::Reference);
    is_refused(r#"a:1:{s:2:"on";s:4:"yes";}"#, "/on", Refused::Corrupt);
    is_refused(r#"a:1:{s:2:"on";s:3:"yes";}}"#, "/on", Refused::Corrupt);
    is_refused(r#"{"on":"yes""#, "/on", Refused::Corrupt);
    is_refused("[draft", "/on", Refused::Corrupt);
    is_refused("plain", "/on", Refused::NotScalar);
    is_refused(r#"a:1:{s:2:"on";s:3:"yes";}"#, "", Refused::NotScalar);
    assert_eq!(splice(b"plain", &[("", text("a:0:{}"))]), Err(Refused::LooksSerialized));
    assert_eq!(splice(b"{\"a\":1}", &[("/a", Raw::Int(1)), ("/a", Raw::Int(2))]), Err(Refused::Twice));
    assert_eq!(splice(b"{\"a\":1}", &[("/a", Raw::Int(1)), ("", Raw::Int(2))]), Err(Refused::Twice));
    let odd = r#"{"d":"{\"o\u006e\":1}"}"#;
    assert_eq!(splice(odd.as_bytes(), &[("/d/on", Raw::Int(2))]), Err(Refused::Spelling), "the spelling would be lost");
}

#[test]
fn an_object_beside_what_is_set_is_left_as_it_is() {
    let object = r#"O:8:"stdClass":1:{s:1:"a";i:1;}"#;
    becomes(
        &format!(r#"a:2:{{s:1:"o";{object}s:2:"on";s:2:"no";}}"#),
        &[("/on", text("yes"))],
        &format!(r#"a:2:{{s:1:"o";{object}s:2:"on";s:3:"yes";}}"#),
    );
}

#[test]
fn a_deep_or_long_value_ends_with_a_refusal() {
    let deep = format!("{}i:1;{}", "a:1:{i:0;".repeat(4000), "}".repeat(4000));
    is_refused(&deep, &"/0".repeat(4000), Refused::TooLarge);
    is_refused(&format!("[{}", "[".repeat(100_000)), "/0", Refused::Corrupt);
    is_refused(&format!("a:99999999:{{{}", "i:0;".repeat(30_000)), "/0", Refused::TooLarge);
    is_refused("a:1:{i:0;s:18446744073709551615:\"x\";}", "/0", Refused::Corrupt);
}

/// A value as PHP serializes it.
fn serialized(value: &Value) -> String {
    match value {
        Value::Null => "N;".to_owned(),
        Value::Bool(flag) => format!("b:{};", u8::from(*flag)),
        Value::Number(number) => format!("i:{number};"),
        Value::String(text) => format!("s:{}:\"{text}\";", text.len()),
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(at, item)| format!("i:{at};{}", serialized(item)));
            format!("a:{}:{{{}}}", items.len(), items.collect::<String>())
        }
        Value::Object(members) => {
            let all = members.iter().map(|(key, value)| format!("s:{}:\"{key}\";{}", key.len(), serialized(value)));
            format!("a:{}:{{{}}}", members.len(), all.collect::<String>())
        }
    }
}

/// Values with an inside, of which some texts hold further ones.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_i64..9999).prop_map(Value::from),
        "[a-zä/\"\\\\ ;{}:]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z/~]{1,4}", inner.clone()), 0..4).prop_map(Value::from_iter),
            inner.clone().prop_map(|value| Value::from(serialized(&value))),
            inner.prop_map(|value| Value::from(value.to_string())),
        ]
    })
}

/// The pointers of all leaves, by what a reader of JSON sees: texts are not looked into.
fn leaves(value: &Value, at: &str, all: &mut Vec<(String, Value)>) {
    let below = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1").replace('*', "~2"));
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| leaves(item, &below(&n.to_string()), all)),
        Value::Object(members) => members.iter().for_each(|(key, value)| leaves(value, &below(key), all)),
        leaf => all.push((at.to_owned(), leaf.clone())),
    }
}

proptest! {
    #[test]
    fn one_leaf_of_many_changes_and_the_others_stay(value in values(), php in any::<bool>(), which in any::<prop::sample::Index>()) {
        let stored = if php { serialized(&value) } else { value.to_string() };
        let mut all = Vec::new();
        leaves(&value, "", &mut all);
        if all.is_empty() || matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null) {
            return Ok(());
        }
        let (pointer, old) = &all[which.index(all.len())];
        let old_text = old.as_str();
        match splice(stored.as_bytes(), &[(pointer, text("neu\"x"))]) {
            Ok(new) => {
                prop_assert_eq!(read(&new, pointer), Ok(text("neu\"x")));
                for (other, value) in all.iter().filter(|(other, _)| other != pointer) {
                    prop_assert_eq!(read(&new, other), read(stored.as_bytes(), other), "{} {}", other, value);
                }
                // Apart from one stretch, the bytes before and after are those of before.
                let same = stored.bytes().zip(new.iter().copied()).take_while(|(a, b)| a == b).count();
                let back = stored.bytes().rev().zip(new.iter().rev().copied()).take_while(|(a, b)| a == b).count();
                let spelt = old_text.map_or(20, |text| 6 * text.len() + 20);
                prop_assert!(same + back + spelt >= stored.len(), "{} {}", stored, String::from_utf8_lossy(&new));
                // And it can be set back to what it was, byte for byte.
                if let (Some(raw), true) = (Raw::of(old), php) {
                    prop_assert_eq!(splice(&new, &[(pointer, raw)]), Ok(stored.clone().into_bytes()));
                }
            }
            // A text that holds a value of its own is no scalar.
            Err(why) => prop_assert!(old_text.is_some_and(|text| form_of(text.as_bytes()).is_some()), "{:?} {}", why, stored),
        }
    }

    #[test]
    fn no_bytes_make_it_panic_and_what_it_makes_is_read_as_set(bytes in prop::collection::vec(any::<u8>(), 0..60), pointer in "(/[a-z0-9~*]{0,3}){0,3}") {
        if let Ok(new) = splice(&bytes, &[(&pointer, text("x"))]) {
            prop_assert_eq!(read(&new, &pointer), Ok(text("x")));
        }
    }

    #[test]
    fn a_damaged_value_is_refused_or_set_right(value in values(), php in any::<bool>(), at in any::<prop::sample::Index>(), by in any::<u8>()) {
        let mut stored = if php { serialized(&value) } else { value.to_string() }.into_bytes();
        if stored.is_empty() {
            return Ok(());
        }
        let at = at.index(stored.len());
        stored[at] = by;
        let mut all = Vec::new();
        leaves(&value, "", &mut all);
        for (pointer, _) in all {
            if let Ok(new) = splice(&stored, &[(&pointer, Raw::Int(5))]) {
                let found = read(&new, &pointer).unwrap();
                prop_assert!(found == Raw::Int(5) || found == text("5"), "{:?}", found);
            }
        }
    }
}

#[test]
fn what_is_set_is_what_php_would_have_written() {
    let before = json!({"name": "Group", "days": 7, "on": true});
    let after = json!({"name": "Gruppe äh", "days": 14, "on": false});
    let sets = [("/name", text("Gruppe äh")), ("/days", Raw::Int(14)), ("/on", Raw::Flag(false))];
    becomes(&serialized(&before), &sets, &serialized(&after));
}
