//! A text as it is read: what is spelt out, once or twice over, is the character that it stands for, and what nobody sees is not there.

use super::is_unseen;

/// One character of a text, with the bytes that it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// The character.
    pub(super) c: char,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
    /// Whether it is spelt out.
    pub(super) spelt: bool,
}

/// How often a text that is spelt out may be spelt out again: in JSON, in a URL, for a terminal, in Markdown.
const LAYERS: usize = 4;

/// Names of characters in HTML that addresses are written with.
const NAMED: [(&str, char); 13] = [
    ("&commat;", '@'),
    ("&period;", '.'),
    ("&amp;", '&'),
    ("&apos;", '\''),
    ("&quot;", '"'),
    ("&excl;", '!'),
    ("&plus;", '+'),
    ("&lowbar;", '_'),
    ("&nbsp;", ' '),
    ("&shy;", '\u{ad}'),
    ("&zwsp;", '\u{200b}'),
    ("&zwnj;", '\u{200c}'),
    ("&zwj;", '\u{200d}'),
];

/// A text as it is read, from this byte on.
pub(super) fn read(text: &str, from: usize) -> Vec<Read> {
    let plain = |(at, c): (usize, char)| Read { c, start: from + at, end: from + at + c.len_utf8(), spelt: false };
    let mut all: Vec<Read> = text.char_indices().map(plain).collect();
    drop_colors(&mut all);
    for _ in 0..LAYERS {
        let is_more = |it: &Read| matches!(it.c, '\\' | '&' | '%' | '\'');
        if !all.iter().any(is_more) || !decode(&mut all) {
            break;
        }
    }
    all.retain(|it| !is_unseen(it.c) || matches!(it.c, '\n' | '\r' | '\t'));
    all
}

/// Takes out what steers colours, whose letters are no part of any word.
fn drop_colors(all: &mut Vec<Read>) {
    let mut within = 0_u8;
    all.retain(|it| {
        within = match (within, it.c) {
            (_, '\u{1b}') => 1,
            (1, '[') => 2,
            (2, '0'..='9' | ';') => 2,
            (2, 'm') => 3,
            _ => 0,
        };
        within == 0
    });
}

/// Puts one character where one is spelt out; whether any was.
fn decode(all: &mut Vec<Read>) -> bool {
    let (mut at, mut out) = (0, Vec::with_capacity(all.len()));
    while at < all.len() {
        match spelt(&all[at..]) {
            Some((c, length)) => {
                out.push(Read { c, start: all[at].start, end: all[at + length - 1].end, spelt: true });
                at += length;
            }
            None => {
                out.push(all[at]);
                at += 1;
            }
        }
    }
    let changed = out.len() != all.len();
    *all = out;
    changed
}

/// The character that is spelt out at the start, and in how many.
fn spelt(all: &[Read]) -> Option<(char, usize)> {
    match all[0].c {
        '\\' => backslash(all),
        '&' => entity(all),
        '%' => percent(all),
        // A quotation mark inside a word in quotation marks, for a shell.
        '\'' if begins(all, "'\\''") => Some(('\'', 4)),
        _ => None,
    }
}

fn begins(all: &[Read], with: &str) -> bool {
    let mut all = all.iter();
    with.chars().all(|c| all.next().is_some_and(|it| it.c.eq_ignore_ascii_case(&c)))
}

/// The number that digits before `end` make, and how many digits there are; at most eight.
fn number(all: &[Read], radix: u32, end: char) -> Option<(char, usize)> {
    let digits: String = all.iter().take(9).map(|it| it.c).take_while(|c| c.is_digit(radix)).collect();
    let is_ended = all.get(digits.len()).is_some_and(|it| it.c == end);
    let c = u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)?;
    is_ended.then_some((c, digits.len()))
}

/// So many hexadecimal digits as a number.
fn hexadecimal(all: &[Read], count: usize) -> Option<u32> {
    let digits: String = all.get(..count)?.iter().map(|it| it.c).collect();
    digits.chars().all(|c| c.is_ascii_hexdigit()).then(|| u32::from_str_radix(&digits, 16).ok())?
}

fn backslash(all: &[Read]) -> Option<(char, usize)> {
    let code = |count: usize| hexadecimal(all.get(2..)?, count);
    match all.get(1)?.c {
        'u' if begins(&all[2..], "{") => number(&all[3..], 16, '}').map(|(c, digits)| (c, digits + 4)),
        'u' => {
            let first = code(4)?;
            if let Some(c) = char::from_u32(first) {
                return Some((c, 6));
            }
            let second = all.get(6..).filter(|rest| begins(rest, "\\u")).and_then(|rest| hexadecimal(&rest[2..], 4));
            let pair = [first, second.unwrap_or_default()].map(|unit| u16::try_from(unit).unwrap_or_default());
            match char::decode_utf16(pair).next()? {
                Ok(c) => Some((c, 12)),
                Err(_) => Some((char::REPLACEMENT_CHARACTER, 6)),
            }
        }
        'x' => char::from_u32(code(2)?).map(|c| (c, 4)),
        'n' => Some(('\n', 2)),
        'r' => Some(('\r', 2)),
        't' => Some(('\t', 2)),
        c @ ('"' | '\\' | '/' | '\'') => Some((c, 2)),
        _ => None,
    }
}

fn entity(all: &[Read]) -> Option<(char, usize)> {
    if begins(all, "&#x") {
        return number(&all[3..], 16, ';').map(|(c, digits)| (c, digits + 4));
    }
    if begins(all, "&#") {
        return number(&all[2..], 10, ';').map(|(c, digits)| (c, digits + 3));
    }
    NAMED.iter().find(|(name, _)| begins(all, name)).map(|(name, c)| (*c, name.len()))
}

/// A character of a URL: its bytes, each as two digits.
fn percent(all: &[Read]) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let rest = all.get(at * 3..).filter(|rest| begins(rest, "%"))?;
        hexadecimal(&rest[1..], 2).and_then(|byte| u8::try_from(byte).ok())
    };
    let first = byte(0)?;
    let count = match first {
        0x00..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    let bytes: Vec<u8> = (0..count).map_while(byte).collect();
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((c, count * 3))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_is_spelt_out_is_read_and_what_is_not_seen_is_not_there() {
        for (text, reads) in [
            ("a\\u0040b", "a@b"),
            ("a\\u{200b}\u{200b}b\\u200bc\\udb40\\udc41d", "abcd"),
            ("a%40b%2540c%e2%80%8bd%zz", "a@b@cd%zz"),
            ("a&#64;b&#x40;c&#39;d&amp;#64;e", "a@b@c'd@e"),
            ("&#92;u&#123;200b&#125;a", "a"),
            ("o'\\''brien o\\'brien \\\"x\\\"", "o'brien o'brien \"x\""),
            ("\u{1b}[1;31ma\u{1b}[0mb", "ab"),
            ("\\ud800x \\u{110000} &#99999999999; \\", "\u{fffd}x \\u{110000} &#99999999999; \\"),
        ] {
            assert_eq!(read(text, 0).iter().map(|it| it.c).collect::<String>(), reads, "{text}");
        }
    }

    #[test]
    fn each_character_is_known_by_its_bytes() {
        let text = "é%c3%a9\\u00e9";
        let found: Vec<&str> = read(text, 0).iter().map(|it| &text[it.start..it.end]).collect();
        assert_eq!(found, ["é", "%c3%a9", "\\u00e9"]);
        assert_eq!(read("b", 7)[0].start..read("b", 7)[0].end, 7..8);
    }
}
