//! A screen as a sheet, one CSV a kind, to be filled in by any spreadsheet; and what was filled in, or is wrong with it, by cell.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, Terminator, WriterBuilder};
use serde_json::Value;

use crate::model::facts::agreed;
use crate::model::{Kind, ObjectRef, State};
use crate::text::{nearest, separator, without_addresses};

use super::cell::{meant, written};
use super::{NOTHING, Question, Screen, how_to_write, shown, typed};

/// The column of the objects' keys.
const KEY: &str = "key";
/// The column that says of each object whether it is there.
const THERE: &str = "is there";
/// How the column ends that has what the plan wants of a field.
const PLANNED: &str = " (plan)";
/// What stands in a cell that nobody has to fill in.
const NOT_ASKED: &str = "not asked";
/// Most rows of a sheet.
const ROWS: usize = 100_000;

/// A cell of a sheet, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Wrong {
    /// The row, from 1.
    pub row: usize,
    /// The cell as a spreadsheet names it.
    pub cell: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What was filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    /// Each field, with its cell.
    pub fields: Vec<(Cell, ObjectRef, String, Value)>,
    /// All objects of the kind, by name, each with its cell; none where nobody said which there are.
    pub list: Option<Vec<(Cell, String)>>,
}

/// A cell: its column and its row, from 0 and from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    column: usize,
    row: usize,
}

impl Cell {
    /// The first of a sheet, which stands for the whole.
    pub const FIRST: Self = Self { column: 0, row: 1 };

    /// What is wrong with it.
    pub fn wrong(self, message: impl Into<String>, help: impl Into<String>) -> Wrong {
        let (mut letters, mut left) = (String::new(), self.column + 1);
        while left > 0 {
            letters.insert(0, char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or_default()));
            left = (left - 1) / 26;
        }
        Wrong { row: self.row, cell: format!("{letters}{}", self.row), message: message.into(), help: help.into() }
    }
}

/// A screen as a sheet: as spreadsheets read CSV, with the mark of UTF-8 before it.
pub fn sheet(screen: &Screen) -> String {
    let fields: BTreeSet<&String> = screen.questions.iter().map(|question| &question.field).collect();
    let of = |on: &ObjectRef, field: &str| screen.questions.iter().find(|one| one.on == *on && one.field == field);
    let is_planned = |field: &str| screen.questions.iter().any(|one| one.field == field && planned(one).is_some());
    let mut rows = vec![head(screen, &fields, is_planned)];
    let listed = screen.list.iter().flat_map(|list| list.names.iter().flatten());
    let listed = listed.map(|name| ObjectRef::new(screen.kind, screen.kind.key_of(name)));
    let objects: BTreeSet<ObjectRef> = listed.chain(screen.questions.iter().map(|one| one.on.clone())).collect();
    for on in objects {
        let mut row = vec![on.key.clone()];
        row.extend(screen.list.as_ref().map(|_| String::new()));
        for field in &fields {
            let question = of(&on, field);
            row.push(if question.is_some() { String::new() } else { NOT_ASKED.to_owned() });
            if is_planned(field) {
                let value = question.and_then(planned).and_then(|value| as_cell(&on, field, value));
                row.push(value.unwrap_or_default());
            }
        }
        rows.push(row);
    }
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Into memory, where nothing fails.
        drop(writer.write_record(row.iter().map(|cell| written(cell))));
    }
    format!("\u{feff}{}", String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default())
}

fn head(screen: &Screen, fields: &BTreeSet<&String>, is_planned: impl Fn(&str) -> bool) -> Vec<String> {
    let mut head = vec![KEY.to_owned()];
    head.extend(screen.list.as_ref().map(|_| THERE.to_owned()));
    for field in fields {
        head.push((*field).clone());
        head.extend(is_planned(field).then(|| format!("{field}{PLANNED}")));
    }
    head
}

/// What the plan wants of a field, unless it is asked without that.
fn planned(question: &Question) -> Option<&Value> {
    question.beside.as_ref().map(|beside| &beside.value).or(question.in_part.as_ref())
}

/// What the plan wants as it stands in a cell; nothing where that would be read back as something else.
fn as_cell(on: &ObjectRef, field: &str, value: &Value) -> Option<String> {
    let text = if value.is_null() { NOTHING.to_owned() } else { shown(on, field, value) };
    let is_it = typed(on, field, &text).is_none_or(|read| read == *value);
    (is_it && text != NOT_ASKED).then_some(text)
}

/// Reads a sheet of a kind; `state` is what was read of the site, which no sheet can say otherwise.
///
/// # Errors
/// Everything that is wrong with it, by cell.
pub fn read_sheet(kind: Kind, text: &str, state: (&State, bool)) -> Result<Filled, Vec<Wrong>> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text.split('\n').next().unwrap_or_default()))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet { kind, state, columns: BTreeMap::new(), filled: Filled::default(), wrong: Vec::new() };
    let (mut rows, mut objects) = (Rows::of(&text), Vec::new());
    for (index, record) in reader.records().enumerate() {
        let Ok(record) = record else { break };
        let row = rows.row(&record);
        if index == 0 {
            sheet.head(row, &record);
        } else if index > ROWS {
            let help = "split it, and read one part after the other";
            sheet.wrong.push(Cell { column: 0, row }.wrong(format!("the sheet has more than {ROWS} rows"), help));
            break;
        } else {
            objects.extend(sheet.row(row, &record));
        }
    }
    if sheet.columns.is_empty() {
        sheet.head(1, &csv::StringRecord::new());
    }
    sheet.list(objects);
    sheet.wrong.sort();
    if sheet.wrong.is_empty() { Ok(sheet.filled) } else { Err(sheet.wrong) }
}

/// The rows of a sheet as a spreadsheet counts them: empty ones too, and one with a line break in a cell once.
struct Rows<'a> {
    text: &'a [u8],
    at: usize,
    lines: usize,
    in_cells: usize,
}

impl<'a> Rows<'a> {
    fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, lines: 0, in_cells: 0 }
    }

    /// The row of the next record.
    fn row(&mut self, record: &csv::StringRecord) -> usize {
        let begins = record.position().map_or(self.at, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        // The reader passes over empty lines after it says where it is.
        while self.text.get(self.at).is_some_and(|byte| self.at < begins || *byte == b'\n') {
            self.lines += usize::from(self.text[self.at] == b'\n');
            self.at += 1;
        }
        let row = self.lines.saturating_sub(self.in_cells) + 1;
        self.in_cells += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        row
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Key,
    There,
    Field(String),
    Ignored,
}

/// A row's object, with the cell of its key, what it is called there, and the cell that says whether it is there.
type Row = (Cell, String, Option<(Cell, String)>);

struct Sheet<'a> {
    kind: Kind,
    state: (&'a State, bool),
    columns: BTreeMap<usize, Column>,
    filled: Filled,
    wrong: Vec<Wrong>,
}

impl Sheet<'_> {
    fn head(&mut self, row: usize, record: &csv::StringRecord) {
        let known = self.kind.attestable_fields();
        let mut seen = BTreeSet::new();
        for (column, name) in record.iter().enumerate() {
            let (name, at) = (meant(name), Cell { column, row });
            let name = name.as_str();
            if self.is_of_a_person(at, name) {
                self.columns.insert(column, Column::Ignored);
                continue;
            }
            let is = match name {
                KEY => Column::Key,
                THERE if !self.kind.is_only() => Column::There,
                name if known.iter().any(|field| field == name) => Column::Field(name.to_owned()),
                name if name.is_empty() || name.ends_with(PLANNED) => Column::Ignored,
                name => {
                    let near =
                        nearest(name, known.iter()).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                    let message = format!("`{}` has no field `{name}`", self.kind);
                    self.wrong
                        .push(at.wrong(message, format!("{near}leave the header of the sheet as it was written")));
                    Column::Ignored
                }
            };
            if is != Column::Ignored && !seen.insert(name.to_owned()) {
                self.wrong.push(at.wrong(format!("two columns have the header `{name}`"), "remove one of them"));
            }
            self.columns.insert(column, is);
        }
        if !seen.contains(KEY) {
            let help = "leave the header of the sheet as it was written, and save it as CSV in UTF-8";
            self.wrong.push(Cell { column: 0, row }.wrong(format!("the sheet has no column `{KEY}`"), help));
        }
    }

    /// Says it of a cell that holds an address, before a key is made of it: no mask would know it again in that.
    fn is_of_a_person(&mut self, at: Cell, text: &str) -> bool {
        let is = without_addresses(text) != text;
        if is {
            let help = "the record is committed: use a number, or a name without an `@`";
            self.wrong.push(at.wrong("it holds an e-mail address or a login", help));
        }
        is
    }

    fn row(&mut self, row: usize, record: &csv::StringRecord) -> Option<Row> {
        let mut cells: Vec<(Cell, Column, String)> = record
            .iter()
            .enumerate()
            .map(|(column, text)| (Cell { column, row }, self.columns.get(&column).cloned(), meant(text)))
            .map(|(at, is, text)| {
                if is.is_none() && !text.is_empty() {
                    self.wrong.push(at.wrong(
                        "it is outside the sheet's columns",
                        "put a text that contains the separator in quotes",
                    ));
                }
                (at, is.unwrap_or(Column::Ignored), text)
            })
            .filter(|(_, is, text)| *is != Column::Ignored && !text.is_empty())
            .collect();
        let filled = cells.len();
        cells.retain(|(at, _, text)| !self.is_of_a_person(*at, text));
        if cells.len() < filled {
            return None;
        }
        let key = cells.iter().find(|(_, is, _)| *is == Column::Key);
        let Some((at, _, named)) = key else {
            if let Some((at, ..)) = cells.iter().find(|(_, _, text)| text != NOT_ASKED) {
                self.wrong.push(at.wrong(
                    "the row does not say which object it is about",
                    format!("write the object into the column `{KEY}`"),
                ));
            }
            return None;
        };
        let on = ObjectRef::new(self.kind, self.kind.key_of(named));
        if self.kind.is_only() && named != self.kind.name() {
            let help = format!("its key is `{}`", self.kind.name());
            self.wrong.push(at.wrong(format!("a site has only one {}", self.kind), help));
            return None;
        }
        let there = cells.iter().find(|(_, is, _)| *is == Column::There).map(|(at, _, text)| (*at, text.clone()));
        let is_gone = there.as_ref().is_some_and(|(_, text)| yes_or_no(text) == Some(false));
        for (at, is, text) in &cells {
            if let Column::Field(field) = is
                && text != NOT_ASKED
            {
                if is_gone {
                    let help = format!("empty the cell, or write `yes` under `{THERE}`");
                    self.wrong.push(at.wrong(format!("`{on}` is not there, but has a value"), help));
                } else {
                    self.field(*at, &on, field, text);
                }
            }
        }
        Some((*at, named.clone(), there))
    }

    fn field(&mut self, at: Cell, on: &ObjectRef, field: &str, text: &str) {
        let Some(value) = typed(on, field, text) else {
            let message = format!("`{text}` is not a valid value of `{on}: {field}`");
            self.wrong.push(at.wrong(message, how_to_write(field)));
            return;
        };
        let (state, is_listed) = self.state;
        let read = state.get(on);
        if read.is_none() && is_listed && !on.kind.is_only() {
            self.wrong.push(at.wrong(format!("the site that was read has no `{on}`"), "remove the row"));
            return;
        }
        match read.and_then(|object| object.fields().get(field).cloned()) {
            None => self.filled.fields.push((at, on.clone(), field.to_owned(), value)),
            // What was read is known better; of modules it can be a part.
            Some(read) => match agreed(on, field, &read, &value) {
                Some(whole) if whole == read => {}
                Some(_) => self.filled.fields.push((at, on.clone(), field.to_owned(), value)),
                None => {
                    let message = format!("the site that was read shows `{}`", shown(on, field, &read));
                    self.wrong.push(
                        at.wrong(message, "empty the cell: the value that was read counts, and is not asked for"),
                    );
                }
            },
        }
    }

    /// The list that the rows make, if they say of each object whether it is there.
    fn list(&mut self, objects: Vec<Row>) {
        let mut keys = BTreeSet::new();
        for (at, named, _) in &objects {
            if !keys.insert(self.kind.key_of(named)) {
                self.wrong.push(at.wrong(format!("`{named}` has two rows"), "remove one of them"));
            }
        }
        let column = self.columns.iter().find(|(_, is)| **is == Column::There).map(|(column, _)| *column);
        let Some(column) = column.filter(|_| objects.iter().any(|(_, _, there)| there.is_some())) else { return };
        let help = format!("write `yes` or `no` for each object, or leave `{THERE}` empty for all of them");
        let mut list = Vec::new();
        for (at, named, there) in objects {
            match there.map(|(at, text)| (at, yes_or_no(&text), text)) {
                None => {
                    let at = Cell { column, ..at };
                    self.wrong
                        .push(at.wrong(format!("the sheet does not say whether `{named}` is there"), help.clone()));
                }
                Some((at, None, text)) => {
                    self.wrong.push(at.wrong(format!("`{text}` is neither yes nor no"), help.clone()))
                }
                Some((_, Some(true), _)) => list.push((at, named)),
                Some((_, Some(false), _)) => {}
            }
        }
        self.filled.list = Some(list);
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "x" => Some(true),
        "no" | "n" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::{Beside, Listed, Whose};
    use crate::text::is_unseen;
    use serde_json::json;

    fn question(key: &str, field: &str, beside: Option<Value>) -> Question {
        let beside = beside.map(|value| Beside { value, from: Whose::Plan });
        let on = ObjectRef::new(Kind::OrderForm, key);
        Question { on, field: field.to_owned(), is_blind: beside.is_none(), beside, in_part: None }
    }

    fn screen(questions: Vec<Question>) -> Screen {
        let names = Some(vec!["A".to_owned(), "=B, \"x\"\n".to_owned()]);
        Screen { kind: Kind::OrderForm, list: Some(Listed { names, from: Whose::Plan }), questions }
    }

    fn read(text: &str) -> Result<Filled, Vec<Wrong>> {
        read_sheet(Kind::OrderForm, text, (&State::default(), false))
    }

    fn cells(text: &str) -> Vec<String> {
        read(text).unwrap_err().into_iter().map(|wrong| format!("{}: {}", wrong.cell, wrong.message)).collect()
    }

    #[test]
    fn a_sheet_has_the_plans_value_beside_each_field_but_for_what_is_typed_blind_and_no_formula() {
        let asked = vec![
            question("a", "after_final_retry", None),
            question("a", "gateway", Some(json!("=cmd|' /C calc'!A1"))),
            question("b-x", "after_final_retry", None),
        ];
        let text = sheet(&screen(asked));
        let rows = [
            "\u{feff}key,is there,after_final_retry,gateway,gateway (plan)",
            "a,,,,'=cmd|' /C calc'!A1",
            "b-x,,,not asked,",
            "",
        ];
        assert_eq!(text, rows.join("\r\n"));
    }

    #[test]
    fn whatever_the_plan_wants_is_read_back_as_that_where_it_is_copied_or_is_left_out() {
        let wanted = ["=1+1", "+1", "-1", "@x", "'", "'=1", "''x", "'x", "a\u{1b}[2J\u{7}\u{202e}b", r"\u{1b}", "a\nb"];
        for value in wanted {
            let text = sheet(&screen(vec![question("a", "gateway", Some(json!(value)))]));
            assert!(!text.contains(|c| is_unseen(c) && !"\u{feff}\r\n".contains(c)), "{text:?}");
            let row = text.split("\r\n").nth(1).unwrap();
            let copied = format!("key,gateway\na,{}\n", row.strip_prefix("a,,,").unwrap());
            let filled = read(&copied).unwrap().fields;
            assert_eq!(filled.iter().map(|(.., value)| value).collect::<Vec<_>>(), [&json!(value)], "{copied}");
        }
        for value in ["-", "not asked", "", " x"] {
            let text = sheet(&screen(vec![question("a", "gateway", Some(json!(value)))]));
            assert!(text.contains("\r\na,,,\r\n"), "{text}");
        }
    }

    #[test]
    fn of_what_is_on_or_off_nothing_set_is_no_answer() {
        assert_eq!(cells("key,recurring\na,-\n"), ["B2: `-` is not a valid value of `order-form/a: recurring`"]);
        assert_eq!(read("key,gateway\na,-\n").unwrap().fields[0].3, Value::Null);
    }

    #[test]
    fn sheets_are_read_as_spreadsheets_write_them() {
        let expected = read("key,gateway,price\na,stripe,\"1,00 USD\"\n").unwrap();
        assert_eq!(expected.fields.len(), 2);
        for text in [
            "\u{feff}key;gateway;price\r\na;stripe;1,00 USD\r\n",
            "key\tgateway\tprice\r\na\tstripe\t1,00 USD",
            "\"key\",\"gateway\",\"price\"\r\n\"a\",\"stripe\",\"1,00 USD\"\r\n",
            "key,gateway,price,,\na, stripe ,\"1,00 USD\",,\n,,,,\n",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_cell_all_at_once() {
        let text = "key,is there,prise,after_final_retry,recurring\n\
            a,yes,1,revok,no\n\
            \"two\nlines\",yes,,,perhaps\n\
            \n\
            a,,,-,\n\
            ,,,,yes\n\
            gone,no,,keep,\n\
            c,maybe,,,,more\n";
        assert_eq!(
            cells(text),
            [
                "C1: `order-form` has no field `prise`",
                "D2: `revok` is not a valid value of `order-form/a: after_final_retry`",
                "E3: `perhaps` is not a valid value of `order-form/two-lines: recurring`",
                "A5: `a` has two rows",
                "B5: the sheet does not say whether `a` is there",
                "E6: the row does not say which object it is about",
                "D7: `order-form/gone` is not there, but has a value",
                "B8: `maybe` is neither yes nor no",
                "F8: it is outside the sheet's columns",
            ]
        );
        assert_eq!(cells("name,price\na,1\n")[0], "A1: the sheet has no column `key`");
    }

    #[test]
    fn a_cell_with_an_address_is_wrong_before_a_key_is_made_of_it_and_is_not_repeated() {
        let text = "key,is there,price,cas@member.example\n\
            mara@member.example,yes,perhaps,\n\
            a,yes,bo@member.example,\n\
            Form of ola@member.example,tess@member.example,1 USD,\n";
        let said = "it holds an e-mail address or a login";
        assert_eq!(cells(text), ["D1", "A2", "C3", "A4", "B4"].map(|cell| format!("{cell}: {said}")));
    }

    #[test]
    fn the_rows_are_a_list_where_each_says_whether_it_is_there() {
        let filled = read("key,is there\nA,yes\nb,no\nC d,x\n").unwrap();
        let names: Vec<String> = filled.list.unwrap().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["A", "C d"]);
        assert_eq!(read("key,is there\nA,\nb,\n").unwrap(), Filled::default());
    }

    #[test]
    fn what_was_read_counts_and_is_filled_in_by_nobody() {
        let mut state = State::default();
        let form = crate::model::state::OrderForm {
            name: "A".to_owned(),
            price: "1 USD".to_owned().into(),
            ..Default::default()
        };
        state.insert("a", form.into());
        let read = |text| read_sheet(Kind::OrderForm, text, (&state, true));
        assert_eq!(read("key,price\na,1 USD\n").unwrap(), Filled::default());
        assert_eq!(read("key,price\na,2 USD\n").unwrap_err()[0].message, "the site that was read shows `1 USD`");
        assert_eq!(
            read("key,price\nb,2 USD\n").unwrap_err()[0].message,
            "the site that was read has no `order-form/b`"
        );
    }

    #[test]
    fn any_bytes_are_a_sheet_or_wrong() {
        for text in ["", "\u{feff}", "\"", "key\n\"", "key,\"\n\n\n", ";;;\n;;;", "\0,\0\n\0", "key\n=\n'\n''\n"] {
            drop(read(text));
        }
    }
}
