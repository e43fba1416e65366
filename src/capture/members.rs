//! Everybody of a capture, one after the other: users with their meta and with the rows of tables that name them.

use std::io;

use super::header::Text;
use super::line::{MetaRow, UserRow};
use super::lines::AGAIN;
use super::value::Value;
use crate::population::{Damage, Key, MakeSpill, Sorted, Sorter};

/// One user, with all that belongs to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Their number.
    pub id: u64,
    /// Their columns, in the order of the source; none where rows name a user that is not there.
    pub cells: Option<Vec<Value>>,
    /// Their meta, in the order of its rows.
    pub meta: Vec<(Text, Value)>,
    /// Rows of tables that name them: which table, by the number that it was given, and its cells.
    pub rows: Vec<(u8, Vec<Value>)>,
}

impl Member {
    /// The values of a key of their meta. Of several WordPress takes the first.
    pub fn of_key<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Value> {
        self.meta.iter().filter(move |(name, _)| name.known() == Some(key)).map(|(_, value)| value)
    }
}

/// Takes rows in the order of a capture, and gives them by user. What does not fit into memory is spilled.
pub struct Members(Sorter);

/// The most bytes of what belongs to one user.
const MOST_OF_ONE: usize = 8 << 20;

const ROW: u8 = 0;
const META: u8 = 1;
const TABLES: u8 = 2;

/// The most tables whose rows can be given to users.
pub const MOST_TABLES: u8 = u8::MAX - TABLES;

impl Members {
    /// Nobody yet. `spill` makes the place for what does not fit into memory: a private file that nobody else finds, since it holds
    /// personal data.
    pub fn new(spill: MakeSpill) -> Self {
        Self(Sorter::new(spill))
    }

    /// Takes a user.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written.
    pub fn user(&mut self, row: &UserRow) -> Result<(), Damage> {
        self.push((row.id, ROW), &row.cells)
    }

    /// Takes a row of user meta.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written.
    pub fn meta(&mut self, row: &MetaRow) -> Result<(), Damage> {
        self.push((row.owner, META), &(&row.key, &row.value))
    }

    /// Takes a row of a table that names a user; tables have numbers below [`MOST_TABLES`].
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written.
    pub fn row(&mut self, table: u8, user: u64, cells: &[Value]) -> Result<(), Damage> {
        self.push((user, TABLES + table.min(MOST_TABLES - 1)), cells)
    }

    fn push<T: serde::Serialize + ?Sized>(&mut self, key: Key, of: &T) -> Result<(), Damage> {
        let write = |out: &mut Vec<u8>| serde_json::to_writer(out, of).map_err(io::Error::from);
        self.0.push(key, write).map_err(|error| spilled(&error))
    }

    /// Everybody, by their numbers.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written or read.
    pub fn grouped(self) -> Result<Grouped, Damage> {
        let sorted = self.0.sorted().map_err(|error| spilled(&error))?;
        Ok(Grouped { sorted, next: None })
    }
}

fn spilled(error: &io::Error) -> Damage {
    let what = format!("its members do not fit into memory, and the temporary file for them failed: {error}");
    Damage::whole(what).help("free space in the folder for temporary files, or name another folder in TMPDIR")
}

/// Everybody, one after the other.
pub struct Grouped {
    sorted: Sorted,
    /// The first record of the next one.
    next: Option<(u64, Part)>,
}

enum Part {
    Row(Vec<Value>),
    Meta(Text, Value),
    Table(u8, Vec<Value>),
}

impl Grouped {
    /// The next one; none after the last.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be read, a user is there twice, or more belongs to one than anybody has.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator could be left in the middle without anybody noticing"
    )]
    pub fn next(&mut self) -> Result<Option<Member>, Damage> {
        let mut left = MOST_OF_ONE;
        let first = match self.next.take() {
            Some(next) => Some(next),
            None => self.part(&mut left)?,
        };
        let Some((id, part)) = first else { return Ok(None) };
        let mut member = Member { id, cells: None, meta: Vec::new(), rows: Vec::new() };
        member.take(part)?;
        while let Some((of, part)) = self.part(&mut left)? {
            if of != id {
                self.next = Some((of, part));
                break;
            }
            member.take(part)?;
        }
        Ok(Some(member))
    }

    fn part(&mut self, left: &mut usize) -> Result<Option<(u64, Part)>, Damage> {
        let Some(((id, tag), record)) = self.sorted.next().map_err(|error| spilled(&error))? else { return Ok(None) };
        *left = left.checked_sub(record.len()).ok_or_else(|| {
            Damage::whole(format!("more than {} MiB belong to one user (number {id})", MOST_OF_ONE >> 20))
                .help("no member has that much: find out which plugin or import wrote it into the site's user meta")
        })?;
        let part = match tag {
            ROW => serde_json::from_slice(record).map(Part::Row),
            META => serde_json::from_slice(record).map(|(key, value)| Part::Meta(key, value)),
            tag => serde_json::from_slice(record).map(|cells| Part::Table(tag - TABLES, cells)),
        };
        Ok(Some((id, part.map_err(|error| spilled(&error.into()))?)))
    }
}

impl Member {
    fn take(&mut self, part: Part) -> Result<(), Damage> {
        match part {
            Part::Row(cells) if self.cells.is_none() => self.cells = Some(cells),
            Part::Row(_) => {
                let what = format!("there are two users of one number ({})", self.id);
                return Err(Damage::whole(what).help(AGAIN));
            }
            Part::Meta(key, value) => self.meta.push((key, value)),
            Part::Table(table, cells) => self.rows.push((table, cells)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, ErrorKind};

    use super::super::value::Scalar;
    use super::*;

    fn text(text: &str) -> Value {
        Value::Whole(Scalar::Text(text.to_owned()))
    }

    fn meta(owner: u64, key: &str, value: Value) -> MetaRow {
        MetaRow { id: 0, owner, key: Text::Known(key.to_owned()), value }
    }

    fn members(spill: MakeSpill, allowance: usize) -> Members {
        Members(Sorter::within(spill, allowance))
    }

    fn all(members: Members) -> Result<Vec<Member>, String> {
        let mut grouped = members.grouped().map_err(|damage| damage.to_string())?;
        let mut all = Vec::new();
        while let Some(member) = grouped.next().map_err(|damage| damage.to_string())? {
            all.push(member);
        }
        Ok(all)
    }

    #[test]
    fn rows_are_given_to_whom_they_belong() {
        for allowance in [1, 100, 1 << 20] {
            let mut members = members(Box::new(|| Ok(Box::new(Cursor::new(Vec::new())))), allowance);
            for id in [1, 2, 3] {
                members.user(&UserRow { id, cells: vec![text(&format!("user{id}"))] }).unwrap();
            }
            members.meta(&meta(2, "first_name", text("Jo"))).unwrap();
            members.meta(&meta(1, "nickname", text("older"))).unwrap();
            // Of somebody who was deleted, which WordPress does not always take the meta of.
            members.meta(&meta(9, "first_name", text("gone"))).unwrap();
            members.meta(&meta(1, "nickname", text("newer"))).unwrap();
            members.row(0, 3, &[text("3"), text("40007")]).unwrap();
            members.row(1, 3, &[text("tag")]).unwrap();
            let all = all(members).unwrap();
            assert_eq!(all.iter().map(|member| member.id).collect::<Vec<_>>(), [1, 2, 3, 9]);
            assert_eq!(all[0].of_key("nickname").collect::<Vec<_>>(), [&text("older"), &text("newer")]);
            assert_eq!(all[1].cells, Some(vec![text("user2")]));
            assert_eq!(all[2].rows, [(0, vec![text("3"), text("40007")]), (1, vec![text("tag")])]);
            assert_eq!((&all[3].cells, all[3].of_key("first_name").count()), (&None, 1));
        }
    }

    #[test]
    fn what_cannot_be_grouped_is_named() {
        let in_memory = || -> MakeSpill { Box::new(|| Ok(Box::new(Cursor::new(Vec::new())))) };
        let mut twice = members(in_memory(), 1);
        for _ in 0..2 {
            twice.user(&UserRow { id: 7, cells: Vec::new() }).unwrap();
        }
        assert_eq!(all(twice).unwrap_err(), "there are two users of one number (7)");
        let mut large = members(in_memory(), 1 << 20);
        for _ in 0..9 {
            large.meta(&meta(7, "x", text(&"x".repeat(1 << 20)))).unwrap();
        }
        assert_eq!(all(large).unwrap_err(), "more than 8 MiB belong to one user (number 7)");
        let mut full = members(Box::new(|| Err(ErrorKind::StorageFull.into())), 1);
        let error = full.user(&UserRow { id: 7, cells: Vec::new() }).unwrap_err().to_string();
        assert!(
            error.starts_with("its members do not fit into memory, and the temporary file for them failed"),
            "{error}"
        );
    }
}
