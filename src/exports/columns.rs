//! Which column of an export of contacts is what.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::known::{self, plain};
use super::rows::{Rows, listed};
use crate::model::mapping::{ContactColumns, System};
use crate::model::population::ContactField;
use crate::population::Damage;
use crate::text::nearest;

/// The places of the columns that are taken.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(super) id: usize,
    pub(super) email: usize,
    pub(super) first_name: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) affiliate: Option<usize>,
    pub(super) tags: Option<usize>,
    /// The headers of the others.
    pub(crate) not_taken: Vec<String>,
    /// A column with the IDs of tags, which are no names, where no column has these.
    pub(crate) tag_ids: Option<String>,
}

impl Columns {
    /// The columns of an export: as a mapping says, else as the system is known to have them.
    ///
    /// # Errors
    /// [`Damage`] where a column that is needed is not there, or two have one header.
    pub(crate) fn of<R: BufRead>(rows: &Rows<R>, system: System, said: &ContactColumns) -> Result<Self, Damage> {
        let known = known::of(system);
        let find = |said: Option<&String>, names: &[&str]| match said {
            Some(named) => rows.column(named).map(Some),
            None => by_name(rows, names),
        };
        let id = find(said.id.as_ref(), known.id)?.ok_or_else(|| no_column(rows, system, "id", known.id))?;
        let email = find(said.email.as_ref(), known.email)?;
        let email = email.ok_or_else(|| no_column(rows, system, "email", known.email))?;
        let first_name = find(said.first_name.as_ref(), known.first_name)?;
        let last_name = find(said.last_name.as_ref(), known.last_name)?;
        let affiliate = find(said.affiliate.as_ref(), &[])?;
        let tags = find(said.tags.as_ref().and_then(|tags| tags.column.as_ref()), known.tags)?;
        let taken: BTreeSet<usize> =
            [Some(id), Some(email), first_name, last_name, affiliate, tags].into_iter().flatten().collect();
        let others = rows.head().iter().enumerate().filter(|(at, name)| !taken.contains(at) && !name.is_empty());
        let tag_ids = if tags.is_none() { by_name(rows, known.tag_ids)? } else { None };
        Ok(Self {
            id,
            email,
            first_name,
            last_name,
            affiliate,
            tags,
            not_taken: others.map(|(_, name)| name.clone()).collect(),
            tag_ids: tag_ids.map(|at| rows.head()[at].clone()),
        })
    }

    /// What the export does not say of contacts.
    pub(crate) fn unknown(&self) -> BTreeSet<ContactField> {
        let columns = [
            (ContactField::FirstName, self.first_name),
            (ContactField::LastName, self.last_name),
            (ContactField::Tags, self.tags),
            (ContactField::Affiliate, self.affiliate),
        ];
        columns.into_iter().filter(|(_, at)| at.is_none()).map(|(field, _)| field).collect()
    }

    /// The headers that are not taken, in words.
    pub(crate) fn others(&self) -> String {
        listed(&self.not_taken)
    }
}

/// The first of the names that a column has.
fn by_name<R: BufRead>(rows: &Rows<R>, names: &[&str]) -> Result<Option<usize>, Damage> {
    let of = |name: &&str| rows.head().iter().find(|header| plain(header) == **name);
    let Some(header) = names.iter().find_map(of) else { return Ok(None) };
    // Of two columns that are both taken for it neither is.
    let alike: Vec<&String> = rows.head().iter().filter(|other| plain(other) == plain(header)).collect();
    match alike[..] {
        [_, _, ..] if alike.iter().any(|other| *other != header) => {
            Err(Damage::at(1, format!("the columns {} could both be meant", listed(&alike)))
                .help("say in a mapping which one is (`--mapping FILE`, `plan schema mapping`)"))
        }
        _ => rows.column(header).map(Some),
    }
}

/// What to say where a needed column is not there.
fn no_column<R: BufRead>(rows: &Rows<R>, system: System, key: &str, known: &[&str]) -> Damage {
    let what = if key == "id" { "contact IDs" } else { "e-mail addresses" };
    // Of two letters every other two are near: an `IP` is no `id`.
    let long = || known.iter().copied().filter(|known| known.len() > 3);
    let near = rows.head().iter().find_map(|header| nearest(&plain(header), long()).map(|_| header));
    let why = match (system, key) {
        (System::WordPress, "id") => {
            "; the users' own `ID` is none, and where a site keeps a member's contact ID no public code shows"
                .to_owned()
        }
        _ => String::new(),
    };
    let map = format!("name it in a mapping, `contacts: {{{key}: HEADER}}`, with `--mapping FILE`");
    let help = match (near, known.is_empty()) {
        (Some(near), _) => format!("did you mean `{}`? Then {map}", listed(&[near]).trim_matches('`')),
        (None, true) => format!("{map}; {}", rows.columns("the file's")),
        (None, false) => {
            format!("export it again with that column; or {map}; {}", rows.columns("the file's"))
        }
    };
    Damage::at(1, format!("no column is known to hold the {what}{why}")).help(help)
}
