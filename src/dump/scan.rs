//! Bytes of SQL text to words, names and marks: what stands in strings and comments is passed over.

use memchr::{memchr, memchr2};

use super::statement::{Statements, Token};

/// Most bytes of a word, a quoted name or a comment that are looked at. A name has 64 characters at most (documented).
pub(super) const LOOKED_AT: usize = 256;

/// Most bytes of a `DELIMITER`.
const DELIMITER: usize = 16;

/// Where in the text the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Code,
    /// After `-`, after `--`, after `/`: perhaps a comment begins.
    Dash,
    Dashes,
    Slash,
    /// In a comment to the line's end.
    Line,
    /// In a comment between `/*` and `*/`; after a `*` in one.
    Block,
    Star,
    /// In a string or a quoted name; after a backslash in one.
    Quote(u8),
    Escape(u8),
    /// On the rest of the line after `DELIMITER`, a command of the client.
    Delimiter,
}

/// Reads a dump block by block.
#[derive(Debug)]
pub(super) struct Scanner {
    at: At,
    /// The word, quoted name, comment or delimiter that is being read, no more of it than is looked at.
    text: Vec<u8>,
    /// What ends a statement, and how many bytes of it were just read.
    delimiter: Vec<u8>,
    matched: usize,
    /// Which bytes mean something in a statement whose words do not.
    marks: [bool; 256],
    /// The first bytes, until there are enough of them.
    first: Vec<u8>,
    /// Whether the dump begins as mysqldump and mariadb-dump begin theirs.
    header: bool,
    /// What stands after `-- Dump completed` on the last line, where that is the last line.
    pub(super) completed: Option<String>,
    pub(super) statements: Statements,
}

impl Default for Scanner {
    fn default() -> Self {
        let mut scanner = Self {
            at: At::Code,
            text: Vec::new(),
            delimiter: Vec::new(),
            matched: 0,
            marks: [false; 256],
            first: Vec::new(),
            header: false,
            completed: None,
            statements: Statements::default(),
        };
        scanner.delimit(b";");
        scanner
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

impl Scanner {
    /// Reads on.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        let lacking = 3_usize.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend(&bytes[..lacking]);
        while !bytes.is_empty() {
            let read = self.step(bytes);
            bytes = &bytes[read..];
        }
    }

    /// There is no more.
    pub(super) fn end(&mut self) {
        match self.at {
            At::Code => self.word_ends(),
            At::Line => self.comment_ends(),
            _ => {}
        }
    }

    /// What is wrong with it, if something is; called at its end.
    pub(super) fn broken(&self) -> Option<&'static str> {
        if self.first.starts_with(&[0xFF, 0xFE]) || self.first.starts_with(&[0xFE, 0xFF]) {
            return Some("it is UTF-16, as PowerShell's `>` writes, and no database loads that");
        }
        if self.statements.message {
            return Some("it contains a message of the program that made it");
        }
        if !matches!(self.at, At::Code | At::Line | At::Delimiter) || !self.statements.is_between() {
            return Some("it ends in the middle of a statement");
        }
        (self.header && self.completed.is_none()).then_some("its last line, `-- Dump completed`, is missing")
    }

    /// Reads at least one byte, or goes somewhere else in the text; the number of bytes that were read.
    fn step(&mut self, bytes: &[u8]) -> usize {
        let byte = bytes[0];
        let (at, read) = match (self.at, byte) {
            (At::Code, _) => return self.code(bytes),
            (At::Quote(quote), _) => return self.quoted(quote, bytes),
            (At::Line | At::Delimiter, _) => return self.line(bytes),
            (At::Escape(quote), _) => (At::Quote(quote), 1),
            (At::Dash, b'-') => (At::Dashes, 1),
            // Documented: two dashes begin a comment only before a blank.
            (At::Dashes, _) if byte.is_ascii_whitespace() || byte.is_ascii_control() => (At::Line, 0),
            (At::Slash, b'*') => {
                self.completed = None;
                (At::Block, 1)
            }
            (At::Dash | At::Dashes | At::Slash, _) => {
                self.token_mark(b'-');
                (At::Code, 0)
            }
            (At::Block, _) => match memchr(b'*', bytes) {
                Some(star) => (At::Star, star + 1),
                None => (At::Block, bytes.len()),
            },
            (At::Star, b'/') => (At::Code, 1),
            (At::Star, b'*') => (At::Star, 1),
            (At::Star, _) => (At::Block, 1),
        };
        self.at = at;
        read
    }

    fn code(&mut self, bytes: &[u8]) -> usize {
        if self.statements.is_passed_over() {
            let ordinary = bytes.iter().position(|byte| self.marks[usize::from(*byte)]).unwrap_or(bytes.len());
            if ordinary > 0 {
                self.matched = 0;
                return ordinary;
            }
        }
        let byte = bytes[0];
        let is_mark_of_order = self.statements.is_between() && [0xEF, 0xBB, 0xBF].contains(&byte);
        if is_mark_of_order {
            return 1;
        }
        if is_word(byte) && byte != self.delimiter[0] && !self.statements.is_passed_over() {
            let word = bytes.iter().take_while(|byte| is_word(**byte)).count();
            self.keep(&bytes[..word]);
            self.matched = 0;
            return word;
        }
        self.word_ends();
        if self.at != At::Code {
            return 0;
        }
        if self.ends_statement(byte) {
            return 1;
        }
        match byte {
            b'\'' | b'"' | b'`' => self.at = At::Quote(byte),
            b'-' => self.at = At::Dash,
            b'/' => self.at = At::Slash,
            b'#' => self.at = At::Line,
            _ if byte.is_ascii_whitespace() => {}
            _ => self.token_mark(byte),
        }
        1
    }

    /// Whether this byte is the last of a statement's end, or one of it.
    fn ends_statement(&mut self, byte: u8) -> bool {
        if self.delimiter[self.matched] != byte {
            self.matched = 0;
        }
        if self.delimiter[self.matched] != byte {
            return false;
        }
        self.matched += 1;
        if self.matched == self.delimiter.len() {
            self.matched = 0;
            self.completed = None;
            self.statements.end();
        }
        true
    }

    fn quoted(&mut self, quote: u8, bytes: &[u8]) -> usize {
        // A quoted name knows no backslash (documented).
        let end = if quote == b'`' { memchr(quote, bytes) } else { memchr2(quote, b'\\', bytes) };
        let inside = end.unwrap_or(bytes.len());
        let is_kept = if quote == b'\'' { self.statements.wants_text() } else { !self.statements.is_passed_over() };
        if is_kept {
            self.keep(&bytes[..inside]);
        }
        let Some(end) = end else { return bytes.len() };
        if bytes[end] == quote {
            let name = std::mem::take(&mut self.text);
            self.completed = None;
            self.statements.token(if quote == b'\'' { Token::Text(&name) } else { Token::Name(&name) });
            self.at = At::Code;
        } else {
            self.at = At::Escape(quote);
        }
        end + 1
    }

    fn line(&mut self, bytes: &[u8]) -> usize {
        let end = memchr(b'\n', bytes);
        self.keep(&bytes[..end.unwrap_or(bytes.len())]);
        let Some(end) = end else { return bytes.len() };
        if self.at == At::Delimiter {
            let text = std::mem::take(&mut self.text);
            let new = text.trim_ascii();
            if !new.is_empty() && new.len() <= DELIMITER {
                self.delimit(new);
            }
        } else {
            self.comment_ends();
        }
        self.at = At::Code;
        end + 1
    }

    fn comment_ends(&mut self) {
        let text = std::mem::take(&mut self.text);
        let comment = text.trim_ascii();
        if comment.is_empty() || !self.statements.is_between() {
            return;
        }
        self.header |= comment.starts_with(b"MySQL dump") || comment.starts_with(b"MariaDB dump");
        let completed = comment.strip_prefix(b"Dump completed");
        self.completed = completed.map(|rest| {
            let rest = String::from_utf8_lossy(rest.trim_ascii());
            rest.strip_prefix("on ").unwrap_or_default().trim().to_owned()
        });
    }

    fn word_ends(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.text);
        self.completed = None;
        if self.statements.is_between() && word.eq_ignore_ascii_case(b"DELIMITER") {
            self.at = At::Delimiter;
        } else {
            self.statements.token(Token::Word(&word));
        }
    }

    fn token_mark(&mut self, mark: u8) {
        self.completed = None;
        self.statements.token(Token::Mark(mark));
    }

    fn delimit(&mut self, delimiter: &[u8]) {
        self.delimiter = delimiter.to_vec();
        self.matched = 0;
        self.marks = [false; 256];
        b"'\"`-#/".iter().chain(delimiter).for_each(|byte| self.marks[usize::from(*byte)] = true);
    }

    /// Keeps no more than is looked at.
    fn keep(&mut self, bytes: &[u8]) {
        let room = LOOKED_AT.saturating_sub(self.text.len());
        self.text.extend(&bytes[..room.min(bytes.len())]);
    }

    /// Bytes that are kept between two blocks, but for the tables' names.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.text.capacity() + self.delimiter.capacity() + self.first.capacity()
    }
}
