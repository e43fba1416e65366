//! Words, names and marks to statements: which tables are created, how many rows their `users` get, and which address their `options` call
//! the site's home.

use std::collections::BTreeMap;

/// Most tables whose names are kept; a network of sites has thousands.
const TABLES: usize = 100_000;

/// How the table of a site's options is called, after its prefix; and its columns `option_name` and `option_value`, from 0.
const OPTIONS: &str = "options";
const NAME: usize = 1;
const VALUE: usize = 2;

/// A piece of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    /// A bare word: a keyword, a number, an unquoted name.
    Word(&'a [u8]),
    /// A quoted name.
    Name(&'a [u8]),
    /// A string, without its escapes: empty where nobody wants it.
    Text(&'a [u8]),
    /// Anything else.
    Mark(u8),
}

/// What a statement does with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Create,
    Insert,
    Use,
}

/// How far a statement was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Between two statements.
    #[default]
    Between,
    /// After `CREATE`.
    Create,
    /// After `INSERT` or `REPLACE`.
    Insert,
    /// At the name of a table or a database; the parts of it that were read, and whether a dot came after them.
    Naming(Act, Vec<String>, bool),
    /// Before the rows of this table.
    BeforeRows(String),
    /// Among the rows of this table, so many brackets deep.
    Rows(String, u64),
    /// Nothing of it matters but where it ends.
    PassedOver,
}

/// The statements of a dump, as far as they matter.
#[derive(Debug, Default)]
pub(super) struct Statements {
    step: Step,
    /// The database that the last `USE` names.
    database: Option<String>,
    /// How many tables are created.
    pub(super) created: u64,
    /// The tables by name, after their database's where the dump names one; with the rows of those called `…users` and `…options`.
    pub(super) tables: BTreeMap<String, u64>,
    /// What the option `home` is in each of the tables called `…options`.
    pub(super) homes: BTreeMap<String, String>,
    /// How many commas of the open row were read, and whether it is the row of that option.
    column: usize,
    is_home: bool,
    /// Whether a message of mysqldump stands where a statement should.
    pub(super) message: bool,
}

impl Statements {
    /// Whether no statement is open.
    pub(super) fn is_between(&self) -> bool {
        self.step == Step::Between
    }

    /// Whether the words of the open statement do not matter.
    pub(super) fn is_passed_over(&self) -> bool {
        self.step == Step::PassedOver
    }

    /// Whether what stands in the next string matters.
    pub(super) fn wants_text(&self) -> bool {
        matches!(&self.step, Step::Rows(table, 1) if table.ends_with(OPTIONS))
            && (self.column == NAME || self.column == VALUE && self.is_home)
    }

    /// The statement ended.
    pub(super) fn end(&mut self) {
        if let Step::Naming(act, parts, _) = std::mem::take(&mut self.step) {
            self.named(act, parts);
        }
        self.step = Step::Between;
    }

    /// The statement goes on.
    pub(super) fn token(&mut self, token: Token<'_>) {
        let is = |keyword: &str| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword.as_bytes()));
        let any = |keywords: &[&str]| keywords.iter().any(|keyword| is(keyword));
        self.step = match std::mem::take(&mut self.step) {
            Step::Between if is("CREATE") => Step::Create,
            Step::Between if any(&["INSERT", "REPLACE"]) => Step::Insert,
            Step::Between if is("USE") => Step::Naming(Act::Use, Vec::new(), false),
            Step::Between => {
                self.message |= any(&["mysqldump", "mariadb"]);
                Step::PassedOver
            }
            Step::Create if any(&["OR", "REPLACE"]) => Step::Create,
            Step::Create if is("TABLE") => Step::Naming(Act::Create, Vec::new(), false),
            Step::Insert if any(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]) => Step::Insert,
            Step::Insert if is("INTO") => Step::Naming(Act::Insert, Vec::new(), false),
            Step::Naming(act, parts, dot) => self.naming(act, parts, dot, token),
            Step::BeforeRows(table) if any(&["VALUES", "VALUE"]) => Step::Rows(table, 0),
            // The names of columns may stand before the rows; a query or an assignment gives rows that are not seen.
            Step::BeforeRows(_) if any(&["SELECT", "SET"]) => Step::PassedOver,
            Step::BeforeRows(table) => Step::BeforeRows(table),
            Step::Rows(table, depth) => self.row(table, depth, token),
            Step::Create | Step::Insert | Step::PassedOver => Step::PassedOver,
        };
    }

    fn naming(&mut self, act: Act, mut parts: Vec<String>, dot: bool, token: Token<'_>) -> Step {
        match token {
            Token::Mark(b'.') if !parts.is_empty() => Step::Naming(act, parts, true),
            Token::Word(word) if parts.is_empty() && is_condition(word) => Step::Naming(act, parts, dot),
            Token::Word(name) | Token::Name(name) if parts.is_empty() || dot => {
                parts.push(String::from_utf8_lossy(name).into_owned());
                // A name has two parts at most.
                if parts.len() > 2 { Step::PassedOver } else { Step::Naming(act, parts, false) }
            }
            _ => {
                self.step = self.named(act, parts);
                self.token(token);
                std::mem::take(&mut self.step)
            }
        }
    }

    /// A name was read to its end.
    fn named(&mut self, act: Act, mut parts: Vec<String>) -> Step {
        let Some(last) = parts.pop() else { return Step::PassedOver };
        let table = match parts.pop().or_else(|| self.database.clone()) {
            Some(database) if act != Act::Use => format!("{database}.{last}"),
            _ => last,
        };
        match act {
            Act::Use => self.database = Some(table),
            Act::Create => {
                self.created += 1;
                // A table that is created again begins again.
                if self.tables.len() < TABLES {
                    self.tables.insert(table, 0);
                }
            }
            Act::Insert
                if ["users", OPTIONS].iter().any(|name| table.ends_with(name)) && self.tables.contains_key(&table) =>
            {
                return Step::BeforeRows(table);
            }
            Act::Insert => {}
        }
        Step::PassedOver
    }

    fn row(&mut self, table: String, depth: u64, token: Token<'_>) -> Step {
        match (token, depth) {
            (Token::Mark(b'('), _) => {
                if let Some(rows) = self.tables.get_mut(&table).filter(|_| depth == 0) {
                    *rows += 1;
                }
                (self.column, self.is_home) = (0, false);
                Step::Rows(table, depth + 1)
            }
            (Token::Mark(b','), 1) => {
                self.column += 1;
                Step::Rows(table, depth)
            }
            (Token::Text(text), 1) => {
                match self.column {
                    NAME => self.is_home = text == b"home",
                    VALUE if self.is_home => {
                        self.homes.insert(table.clone(), String::from_utf8_lossy(text).into_owned());
                    }
                    _ => {}
                }
                Step::Rows(table, depth)
            }
            (Token::Mark(b')'), 1..) => Step::Rows(table, depth - 1),
            // What comes after the rows, `ON DUPLICATE KEY UPDATE …`, may hold brackets of its own.
            (Token::Word(_), 0) => Step::PassedOver,
            _ => Step::Rows(table, depth),
        }
    }
}

/// `IF NOT EXISTS`.
fn is_condition(word: &[u8]) -> bool {
    ["IF", "NOT", "EXISTS"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword.as_bytes()))
}
