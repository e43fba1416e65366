//! A body: JSON, or what it is instead.

use serde_json::Value;

use super::NotJson;
use crate::capture;
use crate::site::wordpress::excerpt::LOOKED_AT;

/// A body as JSON, whole and alone. What it is instead still has the site's text in it, to be cut.
pub(super) fn json(bytes: &[u8], content_type: &str) -> Result<Value, NotJson> {
    let of = content_type.split(';').next().unwrap_or_default().trim();
    let begins = bytes.trim_ascii_start();
    if let Some(message) = capture::reported(bytes) {
        return Err(NotJson::Reported(message));
    }
    if let Some(printed) = printed(begins) {
        return Err(NotJson::Printed(printed));
    }
    let is_json = of == "application/json" || of.ends_with("+json");
    let mut behind = begins;
    while let Some(rest) = behind.strip_prefix(b"\xef\xbb\xbf") {
        behind = rest.trim_ascii_start();
    }
    // What is printed before the headers leaves PHP's own content type on the answer.
    if behind.len() < begins.len() && (is_json || behind.starts_with(b"{") || behind.starts_with(b"[")) {
        return Err(NotJson::Bom);
    }
    if !is_json {
        let is_page = of == "text/html" || begins.starts_with(b"<");
        return Err(if is_page { NotJson::Html } else { NotJson::Other(of.to_owned(), beginning(begins)) });
    }
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => match bytes.get(values.byte_offset()..).unwrap_or_default().trim_ascii() {
            [] => Ok(value),
            rest => Err(NotJson::Printed(beginning(rest))),
        },
        Some(Err(error)) if error.is_eof() => Err(NotJson::Cut),
        None => Err(NotJson::Cut),
        Some(Err(_)) => Err(not_json(begins)),
    }
}

/// A message of PHP's at the beginning, of whatever type the answer says that it is.
fn printed(begins: &[u8]) -> Option<String> {
    const WORDS: [&[u8]; 4] = [b"<b>Warning</b>", b"<b>Notice</b>", b"<b>Deprecated</b>", b"<b>Fatal error</b>"];
    let head = &begins[..begins.len().min(64)];
    let is_php = WORDS.iter().any(|word| head.windows(word.len()).any(|at| at == *word));
    is_php.then(|| beginning(begins))
}

/// The beginning of a body, as text.
fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]).into_owned()
}

fn not_json(begins: &[u8]) -> NotJson {
    if begins.starts_with(b"{") || begins.starts_with(b"[") {
        return NotJson::Broken(beginning(begins));
    }
    let head = String::from_utf8_lossy(&begins[..begins.len().min(64)]).to_lowercase();
    if head.starts_with("<!doctype") || head.starts_with("<html") {
        return NotJson::Html;
    }
    if begins.iter().any(|byte| matches!(byte, b'{' | b'[')) {
        return NotJson::Printed(beginning(begins));
    }
    NotJson::Broken(beginning(begins))
}
