//! Secrets in an address: what stands after `?key=` or `&token=`.

use std::borrow::Cow;
use std::ops::Range;

use super::MASK;

/// Names of parameters whose values open something, without `_` and `-`.
const NAMES: [&str; 11] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "auth",
    "authkey",
    "key",
    "passwd",
    "password",
    "secret",
    "token",
];

/// Longest of these names, with what is left out of them.
const LONGEST: usize = 16;

/// The values of a text's parameters that open something.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('=').filter(|(at, _)| is_named(&text[..*at])).filter_map(|(at, _)| {
        let value = &text[at + 1..];
        let ends = |c: char| c.is_whitespace() || c.is_control() || "&#\"'`<>()[]{}|\\,;".contains(c);
        let length = value.find(ends).unwrap_or(value.len());
        (length > 0 && !value.starts_with(MASK)).then_some(at + 1..at + 1 + length)
    })
}

/// Whether a text ends with the beginning of a parameter, and its name is one of ours.
fn is_named(text: &str) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = text.bytes().rev().take(LONGEST).take_while(is_name).count();
    let (before, name) = text.split_at(text.len() - length);
    // Nothing is one parameter after another but for the sign between them, as it is or as a page spells it.
    let is_parameter = before.ends_with(['?', '&']) || before.ends_with("&amp;");
    let plain = || name.bytes().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| byte.to_ascii_lowercase());
    is_parameter && NAMES.iter().any(|known| plain().eq(known.bytes()))
}

/// A text without the secrets in it.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut at = 0;
    for secret in secrets(text) {
        out.push_str(&text[at..secret.start]);
        out.push_str(MASK);
        at = secret.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_goes_and_other_parameters_stay() {
        for (text, left) in [
            (
                "https://a.example/?accessally_api=aal_genpass&key=s3cr3t",
                "https://a.example/?accessally_api=aal_genpass&key=…",
            ),
            ("`/?key=s3cr3t&accessally_api=aal_x&productId=12`", "`/?key=…&accessally_api=aal_x&productId=12`"),
            ("/x?a=1&amp;API-Key=s&amp;b=2", "/x?a=1&amp;API-Key=…&amp;b=2"),
            ("x?access_token=a.b-c, then", "x?access_token=…, then"),
            ("x?key=…", "x?key=…"),
            ("x?key=", "x?key="),
            (
                "aal_x?productId=12 --key=plain monkey=1 ?monkey=1 &keys=2",
                "aal_x?productId=12 --key=plain monkey=1 ?monkey=1 &keys=2",
            ),
            ("é?key=ü", "é?key=…"),
        ] {
            assert_eq!(without_secrets(text), left);
        }
    }
}
