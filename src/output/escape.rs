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

/// For Markdown and for HTML inside it: shown as code, so that nothing in it is markup, a mention or a link.
pub fn markdown(text: &str) -> String {
    let mut clean = String::from("<code>");
    for c in line(text).chars() {
        match c {
            '-' | '/' | ' ' => clean.push(c),
            '.' if !clean.to_lowercase().ends_with("www") => clean.push(c),
            c if c.is_ascii_punctuation() => clean.push_str(&format!("&#{};", u32::from(c))),
            c => clean.push(c),
        }
    }
    clean + "</code>"
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
    fn nothing_is_markup_in_markdown() {
        assert_eq!(
            markdown("</details>@jo `a`"),
            "<code>&#60;&#47;details&#62;&#64;jo &#96;a&#96;</code>".replace("&#47;", "/")
        );
        assert!(!markdown("www.x.example https://x").contains("www.x"));
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
