//! Rules and conditions.

use std::collections::BTreeSet;

use super::super::place::named;
use super::{Check, is_stored, place};
use crate::model::adapter::{Codec, Name, Place, Rule, When};
use crate::text::{child, nearest};

impl Check<'_> {
    pub(super) fn rule(&mut self, rule: &Rule, at: &str, place: Option<&Place>, kind: &str) {
        self.rules += 1;
        if let Some(from) = &rule.from {
            self.place(from, &child(at, "from"), place::Use::Value);
            self.tied(from, &child(at, "from"), kind);
            if matches!(named(from).as_slice(), ["usermeta"]) && !matches!(kind, "contact" | "administrator") {
                let message = "user meta belongs to users, and this is no field of one".to_owned();
                self.say(&child(at, "from"), "place-does-not-fit", message, "name a place of the site itself");
            }
        }
        if let Some(when) = &rule.when {
            self.when(when, &child(at, "when"), place);
        }
        let place = rule.from.as_ref().or(place);
        self.gives_one(rule, at, place);
        if let Some(pointer) = &rule.at {
            self.pointer(pointer, &child(at, "at"), place, false);
        }
        for (name, pointer) in [("each", &rule.each), ("variant", &rule.variant)] {
            if let Some(pointer) = pointer {
                self.pointer(pointer, &child(at, name), place, false);
            }
        }
        for (name, pointer) in &rule.together {
            self.pointer(pointer, &child(&child(at, "together"), name), place, false);
        }
        for constant in &rule.defined {
            if !is_constant(constant) {
                let message = format!("`{constant}` is no name of a constant");
                self.say(
                    &child(at, "defined"),
                    "name-impossible",
                    message,
                    "write it as the code does, such as `IS_WPE_SNAPSHOT`",
                );
            }
        }
        self.named_list(rule, at);
        self.how(rule, at, place);
        let inside = rule.each.is_some() || !rule.together.is_empty();
        for (name, item) in &rule.item {
            self.rule(
                item,
                &child(&child(at, "item"), name),
                if inside && !rule.together.is_empty() { None } else { place },
                kind,
            );
        }
        for (name, one) in &rule.keys {
            self.rule(one, &child(&child(at, "keys"), name), place, kind);
        }
        for (name, case) in &rule.cases {
            self.rule(case, &child(&child(at, "cases"), name), place, kind);
        }
        for (name, all) in [("any", &rule.any), ("first", &rule.first)] {
            for (nth, one) in all.iter().enumerate() {
                self.rule(one, &format!("{at}/{name}/{nth}"), place, kind);
            }
        }
        if let Some(currency) = &rule.currency {
            self.rule(currency, &child(at, "currency"), place, kind);
        }
        if let Some(evidence) = rule.evidence {
            self.evidence(evidence, rule.seen.as_ref(), at);
            if rule.source.is_none() {
                let message = "it is not said where this is known from".to_owned();
                self.say(at, "evidence-incomplete", message, "add `source`");
            }
        }
    }

    /// Exactly one of what can give a value does.
    fn gives_one(&mut self, rule: &Rule, at: &str, place: Option<&Place>) {
        let lists = rule.each.is_some() || !rule.together.is_empty();
        let all = [
            ("at", rule.at.is_some() && !lists),
            ("of", rule.of.is_some() && !lists),
            ("is", rule.is.is_some()),
            ("nothing", rule.nothing),
            ("defined", !rule.defined.is_empty()),
            ("each", rule.each.is_some()),
            ("keys", !rule.keys.is_empty()),
            ("together", !rule.together.is_empty()),
            ("variant", rule.variant.is_some()),
            ("any", !rule.any.is_empty()),
            ("first", !rule.first.is_empty()),
        ];
        let given: Vec<&str> = all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
        match given.as_slice() {
            [] if rule.from.is_none() => {
                let message = "nothing says where the value is".to_owned();
                self.say(
                    at,
                    "rule-unclear",
                    message,
                    "add `at`, a pointer such as `/name`, or `from` for a place of its own",
                );
            }
            [] | [_] => {}
            several => {
                let message = format!("`{}` each say where the value is", several.join("`, `"));
                self.say(at, "rule-unclear", message, "keep one of them");
            }
        }
        let needs_place = rule.at.is_some() || lists || rule.variant.is_some();
        if needs_place && place.is_none() && !at.contains("/item/") {
            let message = "nothing says in which place this pointer is".to_owned();
            self.say(at, "place-missing", message, "add `from`, for example `from: {option: blog_public}`");
        }
        let fits = [
            ("item", !rule.item.is_empty(), lists),
            ("map", rule.map, lists),
            ("cases", !rule.cases.is_empty(), rule.variant.is_some()),
            ("variant", rule.variant.is_some(), !rule.cases.is_empty()),
        ];
        for (name, is_there, fits) in fits {
            if is_there && !fits {
                let wanted = if name == "variant" {
                    "`cases`"
                } else if name == "cases" {
                    "`variant`"
                } else {
                    "`each`"
                };
                self.say(
                    &child(at, name),
                    "rule-unclear",
                    format!("`{name}` says nothing without {wanted}"),
                    "add that, or remove this",
                );
            }
        }
    }

    /// The list that an ID is of is there.
    fn named_list(&mut self, rule: &Rule, at: &str) {
        let Some(name) = rule.reference.as_deref().filter(|name| !self.is_list(name)) else { return };
        let lists = self.lists();
        let help = match nearest(name, lists.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the lists are `{}`", lists.join("`, `")),
        };
        self.say(&child(at, "ref"), "unknown-list", format!("there is neither a kind nor a lookup `{name}`"), &help);
    }

    /// How a value is taken, and whether it can be written back.
    fn how(&mut self, rule: &Rule, at: &str, place: Option<&Place>) {
        let is_price = matches!(rule.codec, Some(Codec::Amount | Codec::Cents));
        if rule.currency.is_some() && !is_price {
            self.say(
                &child(at, "currency"),
                "rule-unclear",
                "only an amount has a currency".to_owned(),
                "add `as: amount` or `as: cents`",
            );
        }
        if !rule.words.is_empty() && rule.codec.is_some() {
            let message = "`words` and `as` each say how the value is written".to_owned();
            self.say(&child(at, "words"), "rule-unclear", message, "keep one of them");
        }
        if rule.of == Some(Name::Star)
            && !place.and_then(|place| place.option.as_deref()).is_some_and(|name| name.contains('*'))
        {
            let message = "no pattern of an option is there whose `*` this could be".to_owned();
            self.say(&child(at, "of"), "rule-unclear", message, "name options by a pattern, or use `at`");
        }
        if rule.default.is_some() && rule.absent.is_some() {
            self.say(
                &child(at, "absent"),
                "rule-unclear",
                "`default` and `absent` both say what nothing means".to_owned(),
                "keep one of them",
            );
        }
        if rule.writable {
            let words: BTreeSet<String> = rule.words.values().map(ToString::to_string).collect();
            let why = if rule.codec.is_some_and(|codec| !codec.has_inverse()) {
                Some("what `as` reads here has no one spelling to be written in")
            } else if words.len() < rule.words.len() {
                Some("two of the site's words mean the same, so it is not known which to write")
            } else if rule.at.is_none() && rule.from.is_none() {
                Some("only a value at a pointer can be written")
            } else if !place.is_some_and(is_stored) {
                Some("nothing can be written to this place")
            } else {
                None
            };
            if let Some(why) = why {
                self.say(&child(at, "writable"), "not-writable", why.to_owned(), "remove `writable`");
            }
        }
    }

    pub(super) fn when(&mut self, when: &When, at: &str, place: Option<&Place>) {
        if let Some(from) = &when.from {
            self.place(from, &child(at, "from"), place::Use::Value);
        }
        let of = when.from.as_ref().or(place);
        if let Some(pointer) = &when.at {
            self.pointer(pointer, &child(at, "at"), of, false);
        }
        let is_value = when.from.is_some() || when.at.is_some();
        match (&when.plugin, is_value, &when.equals) {
            (Some(_), false, None) => {}
            (None, true, Some(_)) if of.is_some() => {}
            (None, true, Some(_)) => {
                self.say(at, "place-missing", "nothing says in which place this pointer is".to_owned(), "add `from`");
            }
            _ => {
                let help = "write `{plugin: FOLDER/FILE.php}`, or `at` (with `from`) and `equals`";
                self.say(
                    at,
                    "condition-unclear",
                    "a condition is a plugin that is active, or a value that equals another".to_owned(),
                    help,
                );
            }
        }
    }
}

fn is_constant(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.len() <= 120 && name.starts_with(is_first) && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
}
