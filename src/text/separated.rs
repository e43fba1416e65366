//! What separates the cells of a sheet: nobody says so in the file itself.

/// What separates the cells: the first comma, semicolon or tab of the head that stands in no quotes.
pub fn separator(head: &str) -> u8 {
    let mut is_quoted = false;
    let found = head.bytes().find(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && matches!(byte, b',' | b';' | b'\t')
    });
    found.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_in_quotes_separates_nothing() {
        for (head, by) in
            [("a,b;c", b','), ("\"Last, first\";b,c", b';'), ("a\tb,c", b'\t'), ("one", b','), ("\"a;b\"", b',')]
        {
            assert_eq!(separator(head), by, "{head}");
        }
    }
}
