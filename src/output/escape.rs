//! Text from a plan or a site is data: made harmless at each sink.

/// Characters that steer a terminal or reorder a line without being seen.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// For a terminal or a plain line: what steers is spelt out.
pub fn terminal(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut clean, c| {
        if steers(c) {
            clean.extend(c.escape_unicode())
        } else {
            clean.push(c)
        }
        clean
    })
}

/// For one line of a terminal: line breaks and tabs are spelt out too.
pub fn line(text: &str) -> String {
    terminal(&text.replace('\n', "\\n").replace('\t', "\\t"))
}

/// For a source shown beside byte offsets: what steers gives way to a character of as many bytes.
pub fn same_length(text: &str) -> String {
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

/// For a cell or line of Markdown: nothing in it is markup.
pub fn markdown(text: &str) -> String {
    line(text).chars().fold(String::new(), |mut clean, c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' | '~' | '&' | '@') {
            clean.push('\\');
        }
        clean.push(c);
        clean
    })
}

/// A fence of Markdown that nothing inside can close.
pub fn fence(inside: &str) -> String {
    let longest = inside.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_spelt_out_and_lengths_stay() {
        assert_eq!(terminal("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        let text = "a\u{1b}\u{85}\u{202e}ü";
        assert_eq!(same_length(text).len(), text.len());
        assert!(!same_length(text).chars().any(steers));
    }

    #[test]
    fn no_fence_inside_closes_the_fence() {
        assert_eq!(fence("x"), "```");
        assert_eq!(fence("  ````\n```"), "`````");
    }
}
