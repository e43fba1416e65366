//! Where the place is that a rule names for itself.

use super::At;
use crate::adapter::place::STAR;
use crate::adapter::pointer::star;
use crate::adapter::read::ground::{Placed, is_prefixed};
use crate::adapter::read::spot::{Row, Spot, raw};
use crate::adapter::read::{Found, View};
use crate::capture::{SourceKind, StoredOption, TwinState, Value};
use crate::model::adapter::{Place, Scope, Twin};

impl View<'_> {
    /// Where a place is that a field names for itself.
    pub(super) fn placed<'v>(&'v self, place: &Place, at: &At<'v>) -> Placed<Spot<'v>> {
        let scope = place.scope.unwrap_or_default();
        let is_asked = at.is_asked;
        let whole = |value: &'v Value| Spot::In { value, at: String::new(), is_asked };
        if let Some(name) = &place.option {
            let all = self.ground.options(name, scope);
            if let Some(pointer) = place.join.get(STAR) {
                return self.tied(place, (name, pointer), all, at);
            }
            return match all {
                Placed::There(all) => match all.as_slice() {
                    [] => Placed::Absent,
                    [(_, option)] => self.option(option, place, is_asked),
                    _ => Placed::Unknown("several options have names that fit".to_owned()),
                },
                Placed::Absent => Placed::Absent,
                Placed::Unknown(why) => Placed::Unknown(why),
            };
        }
        if let Some(name) = &place.constant {
            return mapped(self.ground.constant(name), whole);
        }
        if let Some(name) = &place.call {
            return mapped(self.ground.call(name), whole);
        }
        if let Some(part) = place.capture {
            return Placed::There(Spot::Row(self.ground.part(part), true));
        }
        if let Some(key) = &place.usermeta {
            return self.own_meta(key, at);
        }
        if let Some(key) = &place.postmeta {
            let post = match place.join.values().next() {
                None => at.owner,
                Some(pointer) => at.spot.as_ref().and_then(|spot| spot.scalar(pointer).ok()?.word()?.parse().ok()),
            };
            let Some(post) = post else {
                return Placed::Unknown("it is unknown to which post the meta belongs".to_owned());
            };
            return match self.ground.postmeta(post, key) {
                Placed::There(all) => one(&all, is_asked),
                Placed::Absent => Placed::Absent,
                Placed::Unknown(why) => Placed::Unknown(why),
            };
        }
        self.joined(place, at)
    }

    /// The option of a pattern that belongs to an object: `*` stands for what the object has at a pointer.
    fn tied<'v>(
        &'v self,
        place: &Place,
        (pattern, pointer): (&str, &str),
        all: Placed<Vec<(&'v str, &'v StoredOption)>>,
        at: &At<'v>,
    ) -> Placed<Spot<'v>> {
        let all = match all {
            Placed::There(all) => all,
            Placed::Absent => return Placed::Absent,
            Placed::Unknown(why) => return Placed::Unknown(why),
        };
        let own = match at.spot.as_ref().map(|spot| spot.scalar(pointer)) {
            Some(Ok(raw)) => raw.word(),
            Some(Err(Found::Unknown(why))) => return Placed::Unknown(why),
            Some(Err(_)) | None => None,
        };
        let Some(own) = own else { return Placed::Unknown("it is unknown which option belongs to it".to_owned()) };
        let is_own = |(name, _): &(&str, &StoredOption)| star(pattern, name) == Some(own.as_str());
        all.into_iter().find(is_own).map_or(Placed::Absent, |(_, option)| self.option(option, place, at.is_asked))
    }

    /// The rows of a place that belong to an object.
    fn joined<'v>(&'v self, place: &Place, at: &At<'v>) -> Placed<Spot<'v>> {
        let rows = match (at.own, &place.table) {
            (Some(own), Some(table)) if !place.join.is_empty() => {
                match self.ground.asked(SourceKind::Table, place.scope.unwrap_or_default(), table) {
                    Placed::There(())
                        if !self.ground.has_columns(table, place.join.keys().chain(place.only.keys())) =>
                    {
                        return Placed::Unknown(format!(
                            "the capture was not asked whose the rows of table `{table}` are"
                        ));
                    }
                    Placed::There(()) => {
                        own.rows.iter().filter(|(name, _)| name == table).map(|(_, row)| row).collect()
                    }
                    Placed::Absent => return Placed::Absent,
                    Placed::Unknown(why) => return Placed::Unknown(why),
                }
            }
            _ => match self.ground.rows(place) {
                Placed::There(rows) => rows,
                Placed::Absent => return Placed::Absent,
                Placed::Unknown(why) => return Placed::Unknown(why),
            },
        };
        let mut rows: Vec<&Row> = rows.into_iter().filter(|row| row.fits(&place.only)).collect();
        if let Some((column, pointer)) = place.join.iter().next() {
            let own = match &at.spot {
                Some(spot) => match spot.scalar(pointer) {
                    Ok(raw) => raw.word(),
                    Err(Found::Unknown(why)) => return Placed::Unknown(why),
                    Err(_) => return Placed::Absent,
                },
                None => None,
            };
            let Some(own) = own else { return Placed::Unknown("it is unknown which rows belong to it".to_owned()) };
            let word = |row: &Row| match row.cell(column).map(|value| value.find("")) {
                Some(crate::capture::Found::Scalar(scalar)) => raw(scalar).word(),
                _ => None,
            };
            if rows.iter().any(|row| word(row).is_none()) && at.own.is_none() {
                return Placed::Unknown(format!("of some rows it is unknown what their `{column}` is"));
            }
            rows.retain(|row| word(row).as_deref() == Some(&own));
        }
        Placed::There(Spot::Rows(rows, at.is_asked))
    }

    fn own_meta<'v>(&'v self, key: &str, at: &At<'v>) -> Placed<Spot<'v>> {
        match self.ground.asked(SourceKind::UserMeta, Scope::Site, key) {
            Placed::There(()) => {}
            Placed::Absent => return Placed::Absent,
            Placed::Unknown(why) => return Placed::Unknown(why),
        }
        let Some(own) = at.own else { return Placed::Unknown("it is no user whose meta this is".to_owned()) };
        let all = own.meta.iter().filter(|(name, _)| is_meta(key, name)).map(|(_, value)| value);
        one(&all.collect::<Vec<_>>(), at.is_asked)
    }

    /// What counts of an option: it, or the transient of its name.
    pub(in crate::adapter::read) fn option<'v>(
        &self,
        option: &'v StoredOption,
        place: &Place,
        is_asked: bool,
    ) -> Placed<Spot<'v>> {
        let own = Spot::In { value: &option.value, at: String::new(), is_asked };
        let differs = option.twin.as_ref().filter(|twin| !matches!(twin.state, TwinState::Same | TwinState::Expired));
        match (place.twin, differs) {
            (Some(Twin::Ignored), _) | (None, None) => Placed::There(own),
            (Some(Twin::First), None) if self.ground.hides_twins() && option.twin.is_none() => Placed::Unknown(
                "an object cache may hold a transient of this option's name, which the plugin reads first".to_owned(),
            ),
            (Some(Twin::First), None) => Placed::There(own),
            (Some(Twin::First), Some(twin)) => match &twin.value {
                Some(value) => Placed::There(Spot::In { value, at: String::new(), is_asked }),
                None => Placed::Unknown("a transient of this option's name differs, and its value was not captured".to_owned()),
            },
            (None, Some(_)) => Placed::Unknown(
                "a transient of this option's name says something else, and it is unknown which of the two the plugin reads".to_owned(),
            ),
        }
    }
}

/// One value of several: the first, which is what WordPress gives whoever asks for one.
fn one<'v>(all: &[&'v Value], is_asked: bool) -> Placed<Spot<'v>> {
    all.first().map_or(Placed::Absent, |value| Placed::There(Spot::In { value, at: String::new(), is_asked }))
}

fn mapped<'v>(placed: Placed<&'v Value>, to: impl Fn(&'v Value) -> Spot<'v>) -> Placed<Spot<'v>> {
    match placed {
        Placed::There(value) => Placed::There(to(value)),
        Placed::Absent => Placed::Absent,
        Placed::Unknown(why) => Placed::Unknown(why),
    }
}

/// Whether a meta key is the one that an adapter names.
fn is_meta(pattern: &str, name: &str) -> bool {
    is_prefixed(pattern, name) || crate::adapter::pointer::fits(pattern, name)
}
