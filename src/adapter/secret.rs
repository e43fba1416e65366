//! Names of secrets, as the collector knows them: what has such a name never leaves a site, so no adapter may ask for it.

/// A name that holds one of these words, in any case, is that of a secret. The same as in `bridge/src/Secrets.php`.
pub(super) const WORDS: [&str; 25] = [
    "key",
    "secret",
    "token",
    "pass",
    "license",
    "licence",
    "serial",
    "auth",
    "hash",
    "nonce",
    "salt",
    "cookie",
    "session",
    "credential",
    "signature",
    "pwd",
    "bearer",
    "csrf",
    "totp",
    "2fa",
    "iban",
    "cvv",
    "cvc",
    "card",
    "pw",
];

/// Words that hold one and are none, where no letter stands beside them. The same as there; any other word that does, such as
/// `apikey`, is taken for a secret's.
const BY_CHANCE: [&str; 13] = [
    "author",
    "authors",
    "meta_key",
    "metakey",
    "meta_keys",
    "metakeys",
    "keywords",
    "hashtag",
    "hashtags",
    "passed",
    "passing",
    "serialized",
    "cookies_opt_in",
];

/// The word that only counts where no letter stands beside it.
const ALONE: &str = "pw";

/// The places whose names hold such a word and are no secrets: the place, its name, the pointer. The same as there.
pub(super) const EXEMPT: [(&str, &str, &str); 2] =
    [("postmeta", "_accessally_course_key", ""), ("option", "_accessally_offering_*", "/option-key")];

/// The word in a name that makes it a secret's.
pub(super) fn word_in(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let harmless: Vec<_> = BY_CHANCE
        .into_iter()
        .flat_map(|word| name.match_indices(word).filter(|(at, word)| stands_alone(&name, *at, word)))
        .map(|(at, word)| at..at + word.len())
        .collect();
    let counts = |(at, word): &(usize, &str)| {
        !harmless.iter().any(|harmless| harmless.contains(at)) && (*word != ALONE || stands_alone(&name, *at, word))
    };
    WORDS.into_iter().find(|word| name.match_indices(word).any(|found| counts(&found)))
}

/// Whether no letter stands beside a word in a name.
fn stands_alone(name: &str, at: usize, word: &str) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
    let bytes = name.as_bytes();
    !letter(at.checked_sub(1).and_then(|before| bytes.get(before))) && !letter(bytes.get(at + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_collector() {
        let php = include_str!("../../bridge/src/Secrets.php");
        let list = |name: &str| -> String {
            let start = format!("private const {name} = ");
            let text = php.split(&start).nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default();
            text.chars().filter(|c| !matches!(c, '\'' | '.' | ' ' | '\n')).collect()
        };
        let words = list("WORDS").replace("(?<![a-z])pw(?![a-z])", "pw");
        assert_eq!(words.split('|').collect::<Vec<_>>(), WORDS);
        // A letter before `?` may be missing.
        let mut harmless = Vec::new();
        for word in list("BY_CHANCE").split('|') {
            let mut forms = vec![String::new()];
            for (letter, next) in
                word.chars().zip(word.chars().skip(1).chain([' '])).filter(|(letter, _)| *letter != '?')
            {
                let without = if next == '?' { forms.clone() } else { Vec::new() };
                forms.iter_mut().for_each(|form| form.push(letter));
                forms.extend(without);
            }
            harmless.extend(forms);
        }
        harmless.sort();
        let mut here = BY_CHANCE.to_vec();
        here.sort_unstable();
        assert_eq!(harmless, here);
        for (kind, name, pointer) in EXEMPT {
            assert!(php.contains(&format!("['{kind}', '{name}', '{pointer}']")), "{name}");
        }
        let exempt = php.split("private const EXEMPT = ").nth(1).and_then(|rest| rest.split("];").next());
        assert_eq!(exempt.unwrap_or_default().matches("        ['").count(), EXEMPT.len());
    }

    #[test]
    fn a_word_that_holds_one_by_chance_is_no_secret_and_one_that_is_made_of_it_is() {
        for name in ["author", "post_author", "meta_key", "metakey", "show_comments_cookies_opt_in", "quiz_passed"] {
            assert_eq!(word_in(name), None, "{name}");
        }
        for (name, word) in [
            ("apikey", "key"),
            ("authkey", "key"),
            ("secretkey", "key"),
            ("licensekey", "key"),
            ("authorization", "auth"),
            ("coauthor", "auth"),
            ("author_key", "key"),
            ("key_author", "key"),
            ("passed_token", "token"),
            ("password", "pass"),
            ("cookies", "cookie"),
            ("smtp_meta_keyfile", "key"),
        ] {
            assert_eq!(word_in(name), Some(word), "{name}");
        }
    }

    #[test]
    fn a_word_of_two_letters_counts_alone() {
        assert_eq!([word_in("smtp_pw"), word_in("pwa_icon"), word_in("API-Key")], [Some("pw"), None, Some("key")]);
    }
}
