//! Characters that are not seen for what they are.

/// Whether a character steers a terminal, ends a line somewhere, reorders a line, or is not seen: in no output of data is it raw.
/// A line feed and a tab are among them.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(
            c,
            '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        )
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// JSON on one line as it means the same: in its strings nothing is unseen, and no `##[` or `##name[` is a command to a runner. Outside
/// its strings JSON holds neither.
pub fn inert_json(json: &str) -> String {
    let (mut clean, mut hashes) = (String::with_capacity(json.len()), 0_u8);
    for c in json.chars() {
        let is_command = c == '[' && hashes > 1;
        hashes = match c {
            '#' => hashes.saturating_add(1),
            c if hashes > 1 && c.is_ascii_alphabetic() => hashes,
            _ => 0,
        };
        if is_unseen(c) || is_command {
            clean.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Characters that steer a terminal or reorder a line without being seen.
pub(crate) fn steers(c: char) -> bool {
    is_unseen(c) && c != '\n' && c != '\t'
}

/// For a source shown beside byte offsets: what steers gives way to a character of as many bytes.
pub(crate) fn same_length(text: &str) -> String {
    let plain = |byte: &u8| matches!(byte, b'\t' | b'\n' | b' '..=b'~');
    if text.as_bytes().iter().all(plain) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match (steers(c), c.len_utf8()) {
            (false, _) => c,
            (true, 1) => '?',
            (true, 2) => '¿',
            (true, 3) => '\u{fffd}',
            (true, _) => '🛇',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_gives_way_and_lengths_stay() {
        let text = "a\u{1b}\u{85}\u{202e}ü";
        assert_eq!(same_length(text).len(), text.len());
        assert!(!same_length(text).chars().any(steers));
    }
}
