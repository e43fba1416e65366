//! What is wrong with rows: all of it is counted, the first few are named by their line, and none of their values.

/// How many rows are named.
const NAMED: usize = 10;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has fewer cells than there are headers.
    TooFewCells {
        /// How many.
        has: usize,
        /// How many there are headers.
        of: usize,
    },
    /// Something stands beyond the last header.
    TooManyCells {
        /// How many headers there are.
        of: usize,
    },
    /// Its ID is empty.
    NoId,
    /// Its ID is a number of which digits are lost.
    ScientificId,
    /// Its ID has a decimal part.
    DecimalId,
    /// Its ID is none.
    StrangeId,
    /// Its e-mail address is none.
    NoAddress,
    /// A tag stands in quotes inside of the cell.
    QuotedTag,
    /// Two tags are one without their categories.
    OneTagOfTwo,
    /// It names no contact.
    NoContact,
    /// It names no order form.
    NoForm,
    /// Its total is no amount with a currency.
    NoMoney,
    /// Its day is not written as was said.
    NoDay,
    /// Its status is empty.
    NoStatus,
}

impl Fault {
    /// What is wrong, and what to do.
    fn words(self) -> (String, &'static str) {
        match self {
            Self::TooFewCells { has, of } => (
                format!("the row has {has} cells under {of} headers: it is cut off, or a quote is missing before it"),
                "export the file again; where its last row is the one, the download broke off",
            ),
            Self::TooManyCells { of } => (
                format!("the row has more than {of} cells, and there are {of} headers"),
                "put a text that contains the separator in quotes, or export the file again",
            ),
            Self::NoId => {
                ("the ID is empty".to_owned(), "export the file again with the ID of every row, or remove the row")
            }
            Self::ScientificId => (
                "the ID is in scientific notation, as a spreadsheet shows long numbers: digits of it are lost"
                    .to_owned(),
                "export the file again, and import it as it was downloaded: a spreadsheet that opens and saves it changes long numbers",
            ),
            Self::DecimalId => (
                "the ID has a decimal part, as a spreadsheet writes numbers".to_owned(),
                "export the file again, and import it as it was downloaded",
            ),
            Self::StrangeId => (
                "the ID is longer than an ID is, is an IP address, or holds a blank, a quote, `=` or `@`".to_owned(),
                "look whether the right column is taken for the ID; a mapping names another one (`plan schema mapping`)",
            ),
            Self::NoAddress => (
                "the e-mail address has no `@`".to_owned(),
                "look whether the row's cells stand under their headers; a mapping names another column (`plan schema mapping`)",
            ),
            Self::QuotedTag => (
                "a tag stands in quotes inside of its cell, so it is not clear where it ends".to_owned(),
                "list the tags that have a separator or quotes in their name in a mapping: `contacts: {tags: {whole: [\"…\"]}}`",
            ),
            Self::OneTagOfTwo => (
                "two tags of different categories have the same name without them".to_owned(),
                "leave `category` out of the mapping, or rename one of the tags in the CRM and export again",
            ),
            Self::NoContact => {
                ("it names no contact".to_owned(), "name the column of contact IDs in the mapping as `contact`")
            }
            Self::NoForm => {
                ("it names no order form".to_owned(), "name the column of order forms in the mapping as `form`")
            }
            Self::NoMoney => (
                "the total is not an amount with its currency, such as `497.00 USD`".to_owned(),
                "name the column of the currency in the mapping as `currency`; an amount has a point before its decimals, as many as the currency has, and nothing between its thousands",
            ),
            Self::NoDay => (
                "a day is not written as the mapping says; without `form` it is `2026-11-17`".to_owned(),
                "say in the mapping how days are written: `date: {column: …, form: \"%m/%d/%Y\"}`",
            ),
            Self::NoStatus => {
                ("the status is empty".to_owned(), "name the column of the status in the mapping as `status`")
            }
        }
    }
}

/// What is wrong with the rows of a file.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    first: Vec<(u64, Fault)>,
    count: u64,
}

impl Faults {
    /// Counts a row.
    pub(super) fn push(&mut self, line: u64, fault: Fault) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push((line, fault));
        }
    }

    /// How many rows something is wrong with.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let more = self.count - self.first.len() as u64;
        let lines = self.first.iter().map(|(line, fault)| format!("line {line}: {}", fault.words().0));
        lines.chain((more > 0).then(|| format!("and {more} more"))).collect()
    }

    /// What to do about the first of them.
    pub(crate) fn help(&self) -> &'static str {
        self.first.first().map_or("", |(_, fault)| fault.words().1)
    }
}
