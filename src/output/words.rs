//! Where a line may be broken: between words, and never inside a command that is to be pasted.

use textwrap::WordSeparator;
use textwrap::core::Word;

/// Lines of text, broken between words where they are longer than so many columns; what is broken off is indented below its line.
pub fn wrapped(text: &str, columns: usize) -> String {
    text.split_inclusive('\n').fold(String::new(), |mut all, line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let indent = " ".repeat(line.len() - line.trim_start_matches(' ').len() + 4);
        let options = textwrap::Options::new(columns)
            .word_separator(SEPARATOR)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false)
            .subsequent_indent(&indent);
        all.push_str(&textwrap::fill(line, options));
        all.push_str(end);
        all
    })
}

/// A time of RFC 3339 for people: to the second.
pub fn to_the_second(at: &str) -> String {
    match at.split_once('.') {
        Some((seconds, rest)) => format!("{seconds}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => at.to_owned(),
    }
}

/// Breaks at spaces that are not between backticks.
pub const SEPARATOR: WordSeparator = WordSeparator::Custom(words);

fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let (mut from, mut quoted, mut space) = (0, false, false);
    let mut found = Vec::new();
    for (at, c) in line.char_indices() {
        // A backtick that nothing closes quotes nothing.
        quoted = if c == '`' { !quoted && line[at + 1..].contains('`') } else { quoted };
        if space && c != ' ' {
            found.push(Word::from(&line[from..at]));
            from = at;
        }
        space = c == ' ' && !quoted;
    }
    if from < line.len() {
        found.push(Word::from(&line[from..]));
    }
    Box::new(found.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_off_a_line_stands_below_it_and_colours_take_no_room() {
        let text = "  next: go on with the `plan status p.yaml`, please\n\nshort\n";
        assert_eq!(wrapped(text, 30), "  next: go on with the\n      `plan status p.yaml`,\n      please\n\nshort\n");
        assert_eq!(wrapped("\u{1b}[1mone two\u{1b}[0m three", 13), "\u{1b}[1mone two\u{1b}[0m three");
    }

    #[test]
    fn a_time_keeps_its_zone() {
        for (at, shown) in [
            ("2026-11-30T00:59:17.448279017Z", "2026-11-30T00:59:17Z"),
            ("2026-11-30T00:59:17.4+01:00", "2026-11-30T00:59:17+01:00"),
            ("2026-11-30T00:59:17Z", "2026-11-30T00:59:17Z"),
            ("", ""),
        ] {
            assert_eq!(to_the_second(at), shown);
        }
    }

    #[test]
    fn a_command_stays_on_one_line() {
        let wrap = |text| textwrap::wrap(text, textwrap::Options::new(20).break_words(false).word_separator(SEPARATOR));
        assert_eq!(
            wrap("look who: `plan a b c d e f g`, then go on"),
            ["look who:", "`plan a b c d e f g`,", "then go on"]
        );
        assert_eq!(wrap("a lone ` quotes nothing at all"), ["a lone ` quotes", "nothing at all"]);
        assert_eq!(wrap("  two  spaces"), ["  two  spaces"]);
        assert_eq!(wrap(""), [""]);
    }
}
