//! Where a line may be broken: between words, and never inside a command that is to be pasted.

use textwrap::WordSeparator;
use textwrap::core::Word;

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
