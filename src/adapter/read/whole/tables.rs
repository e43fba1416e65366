//! Tables whose rows belong to users.

use std::rc::Rc;

use crate::adapter::set::Set;
use crate::adapter::uses::below;
use crate::capture::Line;
use crate::model::adapter::{Place, Rule};
use crate::population::Damage;

/// The tables whose rows belong to users, each with the column that says whose.
pub(super) struct Tables {
    of_members: Vec<(String, String)>,
    /// Tables that something else than a user takes.
    of_site: Vec<String>,
}

impl Tables {
    pub(super) fn of(set: &Set) -> Self {
        let (mut of_members, mut of_site) = (Vec::new(), Vec::new());
        for bound in set.bound() {
            let is_member = matches!(bound.kind, "contact" | "administrator");
            let entry = &bound.entry;
            of_site.extend(entry.from.iter().filter_map(|from| from.table.clone()));
            for rule in entry.fields.values().chain(&entry.key).chain(&entry.id) {
                each_place(rule, &mut |place: &Place| {
                    let Some(table) = &place.table else { return };
                    match place.join.keys().next().filter(|_| is_member) {
                        Some(column) => of_members.push((table.clone(), column.clone())),
                        None => of_site.push(table.clone()),
                    }
                });
            }
        }
        for loaded in set.all() {
            of_site.extend(loaded.adapter.lookups.values().filter_map(|lookup| lookup.from.table.clone()));
        }
        of_members.sort();
        of_members.dedup();
        Self { of_members, of_site }
    }

    /// The places of a table's columns that say whose a row is.
    pub(super) fn columns<'t>(&'t self, table: &'t str, columns: &'t [String]) -> impl Iterator<Item = usize> + 't {
        let of = self.of_members.iter().filter(move |(name, _)| name == table);
        of.filter_map(|(_, column)| columns.iter().position(|name| name == column))
    }

    /// The number of a table with these columns.
    pub(super) fn number(&self, layouts: &mut Layouts, table: &str, columns: &[String]) -> Result<u8, Damage> {
        let is_it = |(name, of): &(String, Rc<[String]>)| name == table && **of == *columns;
        let at = layouts.iter().position(is_it).unwrap_or_else(|| {
            layouts.push((table.to_owned(), columns.into()));
            layouts.len() - 1
        });
        u8::try_from(at).ok().filter(|number| *number < crate::capture::MOST_TABLES).ok_or_else(|| {
            Damage::whole(format!("more than {} tables say something of members", crate::capture::MOST_TABLES))
                .help("let the adapter name fewer tables with `join`")
        })
    }

    /// Whether a line holds nothing but rows of users.
    pub(super) fn are_of_members_alone(&self, line: &Line) -> bool {
        let Line::Table(block) = line else { return false };
        self.of_members.iter().any(|(name, _)| *name == block.name) && !self.of_site.contains(&block.name)
    }
}

/// Tables with rows of users, each with the columns in which its rows came.
pub(super) type Layouts = Vec<(String, Rc<[String]>)>;

/// Every place that a rule names.
fn each_place(rule: &Rule, see: &mut dyn FnMut(&Place)) {
    rule.from.iter().for_each(&mut *see);
    rule.when.iter().filter_map(|when| when.from.as_ref()).for_each(&mut *see);
    below(rule).chain(rule.currency.as_deref()).for_each(|rule| each_place(rule, see));
}
