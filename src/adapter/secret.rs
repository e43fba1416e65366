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

/// The word that only counts where no letter stands beside it.
const ALONE: &str = "pw";

/// The places whose names hold such a word and are no secrets: the place, its name, the pointer. The same as there.
pub(super) const EXEMPT: [(&str, &str, &str); 2] =
    [("postmeta", "_accessally_course_key", ""), ("option", "_accessally_offering_*", "/option-key")];

/// The word in a name that makes it a secret's.
pub(super) fn word_in(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let stands_alone = |at: usize| {
        let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
        let bytes = name.as_bytes();
        !letter(at.checked_sub(1).and_then(|before| bytes.get(before))) && !letter(bytes.get(at + ALONE.len()))
    };
    WORDS.into_iter().find(|word| match *word == ALONE {
        true => name.match_indices(ALONE).any(|(at, _)| stands_alone(at)),
        false => name.contains(word),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_collector() {
        let php = include_str!("../../bridge/src/Secrets.php");
        let [start, end] = ["private const WORDS = ", ";"];
        let words = php.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default();
        let words: String = words.chars().filter(|c| !matches!(c, '\'' | '.' | ' ' | '\n')).collect();
        let words = words.replace("(?<![a-z])pw(?![a-z])", "pw");
        assert_eq!(words.split('|').collect::<Vec<_>>(), WORDS);
        for (kind, name, pointer) in EXEMPT {
            assert!(php.contains(&format!("['{kind}', '{name}', '{pointer}']")), "{name}");
        }
        let exempt = php.split("private const EXEMPT = ").nth(1).and_then(|rest| rest.split("];").next());
        assert_eq!(exempt.unwrap_or_default().matches("        ['").count(), EXEMPT.len());
    }

    #[test]
    fn a_word_of_two_letters_counts_alone() {
        assert_eq!([word_in("smtp_pw"), word_in("pwa_icon"), word_in("API-Key")], [Some("pw"), None, Some("key")]);
    }
}
