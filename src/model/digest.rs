//! Digests: SHA-256 over canonical JSON (RFC 8785), so that a value has one digest however it is written down.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The canonical JSON text (RFC 8785) of a value.
///
/// # Panics
/// Never for the types of this crate: they hold no maps with keys other than text and no non-finite numbers.
pub fn canonical<T: Serialize>(value: &T) -> String {
    super::canonical::to_string(value).expect("the model's types always have a JSON form")
}

/// The SHA-256 of a value's canonical JSON, 64 lower-case hexadecimal digits.
pub fn of<T: Serialize>(value: &T) -> String {
    of_bytes(canonical(value).as_bytes())
}

/// The first 12 of those digits: enough to tell whether something is still what was put on record.
pub fn short<T: Serialize>(value: &T) -> String {
    of(value).chars().take(12).collect()
}

/// The SHA-256 of bytes, 64 lower-case hexadecimal digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of texts as if they were one, 64 lower-case hexadecimal digits.
pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let digest = parts.into_iter().fold(Sha256::new(), |digest, part| digest.chain_update(part));
    hex(&digest.finalize())
}

/// Digits of a digest as somebody copied or typed them: in any case, and without the blanks, the quotes and the name of the digest
/// that came with them.
pub fn as_typed(text: &str) -> String {
    let came_along = |c: &char| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '‘' | '’' | '“' | '”');
    let digits: String = text.chars().filter(|c| !came_along(c)).map(|c| c.to_ascii_lowercase()).collect();
    digits.strip_prefix("sha256:").map(str::to_owned).unwrap_or(digits)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        for half in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(half), 16));
        }
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_along_with_a_copied_digest_is_none_of_it() {
        for copied in [
            "22a7b686dead",
            " 22A7 b686\tDEAD\n",
            "`22a7b686dead`",
            "\"22a7b686dead\"",
            "“22a7b686dead”",
            "sha256:22a7b686dead",
            "`SHA256: 22a7b686dead`",
        ] {
            assert_eq!(as_typed(copied), "22a7b686dead", "{copied}");
        }
    }
}
