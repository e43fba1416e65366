//! Text from a plan or a site is data: made harmless at each sink.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use serde::Serialize;

use crate::model::text::quoted;
use crate::text::{inert_json, steers};

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

/// A path in one line of a terminal.
pub fn path(path: &std::path::Path) -> String {
    line(&path.display().to_string())
}

/// A code span of Markdown: the text as it was written, on one line; nothing in it is markup, a mention, a link or a number of an issue.
pub fn code(text: &str) -> String {
    let text = line(text);
    if text.is_empty() {
        return "`\"\"`".to_owned();
    }
    let mark = "`".repeat(longest_run(&text) + 1);
    // A blank inside each end is taken off again where it is shown.
    let apart = text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') && text.ends_with(' ');
    let apart = if apart { " " } else { "" };
    format!("{mark}{apart}{text}{apart}{mark}")
}

/// A sentence for Markdown: plain words as they are, and what is quoted in it, or could be anything but plain words, as code.
pub fn prose(text: &str) -> String {
    sentence(text, code)
}

/// The same in an element of HTML that stands in Markdown.
pub fn html_prose(text: &str) -> String {
    sentence(text, html_code)
}

/// A sentence whose words are plain, or written by `code`.
fn sentence(text: &str, code: impl Fn(&str) -> String) -> String {
    let text = line(text);
    let word = |word: &str| {
        let (open, rest) = word.split_at(word.find(|c: char| !OPENING.contains(&c)).unwrap_or(word.len()));
        let (core, close) = rest.split_at(rest.trim_end_matches(CLOSING).len());
        let quoted = core.strip_prefix('`').and_then(|core| core.strip_suffix('`'));
        match quoted.filter(|inside| !inside.is_empty() && !inside.contains('`')) {
            Some(inside) => format!("{open}{}{close}", code(inside)),
            None if is_plain(core) => word.to_owned(),
            // A mark that closes what the word itself opens belongs to it.
            None if core.is_empty() || core.contains(['(', '[', '<', '"']) => code(word),
            None => format!("{open}{}{close}", code(core)),
        }
    };
    words(&text).into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Marks that may stand in front of a word.
const OPENING: [char; 3] = ['(', '"', '\''];

/// Marks that may stand after a word.
const CLOSING: [char; 10] = [')', '"', '\'', ',', '.', ';', ':', '!', '?', '%'];

/// Words, by the blanks that are not between backticks.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in line.char_indices() {
        // A backtick that nothing closes quotes nothing.
        quoted = if c == '`' { !quoted && line[at + 1..].contains('`') } else { quoted };
        if c == ' ' && !quoted {
            words.push(&line[from..at]);
            from = at + 1;
        }
    }
    words.push(&line[from..]);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word, without the marks around it, can be nothing but one to whatever shows Markdown: no host's address, no mark of a mention,
/// no number of an issue or of a commit.
fn is_plain(word: &str) -> bool {
    let of_words = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '.' | ',' | '/' | '·' | '–' | '…');
    let names_a_host = word.split('.').skip(1).any(|part| part.starts_with(char::is_alphabetic));
    let is_a_number_of = word.split_once('-').is_some_and(|(key, number)| {
        !key.is_empty()
            && key.bytes().all(|b| b.is_ascii_alphabetic())
            && number.starts_with(|c: char| c.is_ascii_digit())
    });
    let mut parts = word.split(|c: char| !c.is_alphanumeric());
    let names_a_commit = parts.any(|part| part.len() > 6 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    let starts = |mark: char| word.len() > 1 && word.starts_with(mark);
    word.chars().all(of_words) && !(names_a_host || is_a_number_of || names_a_commit || starts('/') || starts('-'))
}

/// Code in an element of HTML that stands in Markdown, as in the summary of a fold: the text as it was written, on one line.
pub fn html_code(text: &str) -> String {
    let text = line(text);
    format!("<code>{}</code>", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// How many backticks stand together, at the most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// For HTML, in an element or a quoted attribute: one line of text, and nothing in it is markup.
#[derive(Clone, Copy, Debug)]
pub struct Html<'a>(
    /// The text.
    pub &'a str,
);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(self.0).chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // Begins a command to a runner, where the page is printed into its log.
            '[' => f.write_str("&#91;"),
            c => f.write_char(c),
        })
    }
}

/// How templates write what they are given (`askama.toml`): as [`Html`] does.
#[derive(Clone, Copy, Debug, Default)]
pub struct ForTemplates;

impl askama::filters::Escaper for ForTemplates {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        write!(out, "{}", Html(text))
    }
}

/// One word of a command line for a POSIX shell, whatever stands in it; what steers is spelt out.
pub fn shell(word: &str) -> String {
    quoted(&line(word))
}

/// A fence of Markdown that nothing inside can close.
pub fn fence(inside: &str) -> String {
    let longest = inside.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

/// Writes a value as JSON, indented, with a line break after it; what steers is escaped.
pub fn json<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", json_text(value))
}

/// A value as JSON, indented; what steers is escaped.
pub fn json_text<T: Serialize>(value: &T) -> String {
    // No line ends inside a string.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(inert_json).collect::<Vec<_>>().join("\n")
}

/// A value as JSON on one line; what steers is escaped.
pub fn json_line<T: Serialize>(value: &T) -> String {
    inert_json(&serde_json::to_string(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_spelt_out() {
        assert_eq!(terminal("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
    }

    #[test]
    fn json_escapes_what_steers_and_reads_back() {
        let text = "a\u{7f}b\u{202e}c\u{e0041}d\n\"ü🌸";
        let mut out = Vec::new();
        json(&serde_json::json!({"k": [text, 1, {}]}), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.chars().any(steers), "{out}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["k"][0], text);
    }

    #[test]
    fn a_line_of_json_escapes_what_steers_and_reads_back() {
        let text = "a\u{7f}b\u{202e}c\u{e0041}d\n\"ü🌸";
        let out = json_line(&serde_json::json!({"k": text}));
        assert!(!out.chars().any(steers) && !out.contains('\n'), "{out}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["k"], text);
    }

    #[test]
    fn code_in_markdown_reads_as_it_was_written() {
        for (text, written) in [
            ("06:12", "`06:12`"),
            ("</details>@jo #1", "`</details>@jo #1`"),
            ("a `b` c", "``a `b` c``"),
            ("```", "```` ``` ````"),
            (" a ", "`  a  `"),
            ("", "`\"\"`"),
            ("a\n# b\u{202e}", "`a\\n# b\\u{202e}`"),
        ] {
            assert_eq!(code(text), written);
        }
        assert_eq!(html_prose("a `<b>` @jo, x"), "a <code>&lt;b&gt;</code> <code>@jo</code>, x");
        assert_eq!(html_code("a</code>&<b>"), "<code>a&lt;/code&gt;&amp;&lt;b&gt;</code>");
    }

    #[test]
    fn plain_words_stay_plain_and_everything_else_is_code() {
        for (text, written) in [
            ("at the gate, by jo: 30% (and/or more)", "at the gate, by jo: 30% (and/or more)"),
            ("`{a b}`, see `x`.", "`{a b}`, see `x`."),
            ("read at 06:12, of bloom.example", "read at `06:12`, of `bloom.example`"),
            ("GH-12/x RP-4471 a-deadbeef1 #1 @jo !5", "`GH-12/x` `RP-4471` `a-deadbeef1` `#1` `@jo` `!5`"),
            ("www.x.example https://x <b> [a](b) *c* _d_", "`www.x.example` `https://x` `<b>` `[a](b)` `*c*` `_d_`"),
            ("`a`@b `", "`` `a`@b `` `` ` ``"),
            ("a ``b (x@y):", "a ``` ``b ``` (`x@y`):"),
            ("/close --x - …", "`/close` `--x` - …"),
        ] {
            assert_eq!(prose(text), written);
        }
    }

    #[test]
    fn nothing_is_markup_in_html_nor_a_command_in_a_shell() {
        assert_eq!(
            Html("<b a=\"x\" c='y'>&\n\u{202e}").to_string(),
            "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;\\n\\u{202e}"
        );
        assert_eq!(shell("plans/a-b_c.yaml"), "plans/a-b_c.yaml");
        assert_eq!(shell("a b; $(rm) `x`"), "'a b; $(rm) `x`'");
        assert_eq!(shell("it's"), "'it'\\''s'");
        assert_eq!(shell("--site"), "./--site");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn no_fence_inside_closes_the_fence() {
        assert_eq!(fence("x"), "```");
        assert_eq!(fence("  ````\n```"), "`````");
    }
}
