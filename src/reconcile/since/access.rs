//! The tags that moved, and what of access should have moved: each in its class.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use crate::journey::{Possible, Seen, possible};
use crate::model::spelling::plain;
use crate::model::standing::Part;
use crate::model::status::SubscriptionStatus as Status;

use super::class::{Class, Found, Kind};
use super::money::{Ends, Explained};
use super::moved::Moved;
use super::terms::Meaning;

/// Of whom tags are looked at.
pub(super) struct Who<'w> {
    pub(super) id: &'w str,
    /// The place among the contacts of the later reading.
    pub(super) at: usize,
    /// Whether the contact was not there before.
    pub(super) is_new: bool,
}

/// What tags are looked up in.
pub(super) struct Access<'l, 'm, 'a> {
    pub(super) moved: &'l Moved<'m, 'a>,
    pub(super) explained: &'l Explained<'l>,
}

impl Access<'_, '_, '_> {
    /// The class of a tag that a contact got, and of what it is.
    pub(super) fn gained(&self, who: &Who<'_>, tag: &str) -> (Class, String) {
        let terms = self.moved.terms;
        let adds = |tag: &str| self.explained.adds.get(who.id).is_some_and(|adds| adds.contains(tag));
        let plain = plain(tag);
        if adds(&plain) {
            return (Class::TagByOrder, tag.to_owned());
        }
        let meant = terms.meanings(tag).iter().map(|meaning| (self.part_gained(who, *meaning), self.name(*meaning)));
        if let Some((class, of)) = meant.min_by_key(|(class, _)| class.bearing()) {
            return (class, of);
        }
        let class = match terms.opt_in_tags.contains(&*plain) {
            true if who.is_new => Class::TagByOptIn,
            true => Class::OptedIn,
            false if self.explained.moved.contains(who.id) => Class::TagOfForm,
            false if !terms.tags_known => Class::NotCaptured,
            false => Class::TagFromElsewhere,
        };
        (class, tag.to_owned())
    }

    /// The class of a tag that a contact lost.
    pub(super) fn lost(&self, who: &Who<'_>, tag: &str) -> (Class, String) {
        let lost = |(offering, part): Meaning| match part {
            Part::Revoke => match self.opened(who, offering, Class::Reopened) {
                Class::TagByOptIn | Class::OptedIn => Class::AccessWithoutOrder,
                class => class,
            },
            _ => Class::LostAccess,
        };
        let meant = self.moved.terms.meanings(tag).iter().map(|meaning| (lost(*meaning), self.name(*meaning)));
        meant.min_by_key(|(class, _)| class.bearing()).unwrap_or_else(|| {
            let class = if self.explained.moved.contains(who.id) { Class::TagOfForm } else { Class::LostTag };
            (class, tag.to_owned())
        })
    }

    /// What should have become of access since, and did not.
    pub(super) fn lacking(&self, at: impl Fn(&str) -> Option<usize>, found: &mut Found) {
        for (contact, form) in self.explained.bought.keys() {
            for offering in self.moved.terms.forms.get(form).into_iter().flat_map(|form| &form.opens) {
                let of = &self.moved.terms.offerings[*offering];
                let held = at(contact).map(|at| self.moved.held(at, *offering)[1].clone()).unwrap_or_default();
                let is_open =
                    held.iter().any(|part| matches!(part, Part::Base | Part::Instant)) && !held.contains(&Part::Revoke);
                if of.tagged && !is_open && !self.is_refunded(contact, form) {
                    found.add(Kind::Lacking, Class::OrderWithoutAccess, contact, of.key);
                }
                if is_open
                    && !held.contains(&Part::Instant)
                    && let Some(at) = at(contact)
                {
                    self.overdue(&Who { id: contact, at, is_new: false }, *offering, found);
                }
            }
        }
        for (contact, ends) in &self.explained.ends {
            for (offering, _) in ends.iter().filter(|(_, ends)| ends.contains(&Ends::Now)) {
                let held = at(contact).map(|at| self.moved.held(at, *offering)[1].clone()).unwrap_or_default();
                let is_paid = self.pays(contact, *offering) || self.has(&self.explained.opened, contact, *offering);
                if !held.is_empty() && !held.contains(&Part::Revoke) && !is_paid {
                    found.add(Kind::Lacking, Class::AccessKept, contact, self.moved.terms.offerings[*offering].key);
                }
            }
        }
    }

    /// The modules of whoever bought since whose timer has run out.
    fn overdue(&self, who: &Who<'_>, offering: usize, found: &mut Found) {
        let of = &self.moved.terms.offerings[offering];
        let Some(course) = &of.course else { return };
        let [_, has] = self.moved.held(who.at, offering);
        let released = self.released(who, offering).filter(|day| *day >= self.moved.terms.days[0]);
        for stage in course.modules.iter().filter(|stage| stage.number > 0 && stage.own_tag == Some(true)) {
            let is_over = match self.possible(who, offering, stage.number) {
                Some(Possible::ByTimer(between)) => between
                    .latest
                    .is_some_and(|latest| latest.tomorrow().is_ok_and(|latest| latest < self.moved.terms.days[1])),
                _ => false,
            };
            if released.is_some() && is_over && !has.contains(&Part::Module(stage.number)) {
                found.add(
                    Kind::Lacking,
                    Class::ModuleOverdue,
                    who.id,
                    &self.name((offering, Part::Module(stage.number))),
                );
            }
        }
    }

    fn part_gained(&self, who: &Who<'_>, (offering, part): Meaning) -> Class {
        match part {
            Part::Revoke => self.revoked(who, offering),
            Part::Base => self.opened(who, offering, Class::TagByOrder),
            Part::Instant if self.has(&self.explained.granted, who.id, offering) => Class::TagByOrder,
            Part::Instant => self.by_nobody(offering),
            Part::Module(_) if self.has(&self.explained.granted, who.id, offering) => Class::TagByOrder,
            Part::Module(number) => self.module(who, offering, number),
        }
    }

    /// Who is let in: by an order, an opt-in form, a person, or nobody knows how.
    fn opened(&self, who: &Who<'_>, offering: usize, by_order: Class) -> Class {
        match &self.moved.terms.offerings[offering] {
            _ if self.has(&self.explained.opened, who.id, offering) => by_order,
            of if of.by_opt_in && who.is_new => Class::TagByOptIn,
            of if of.by_opt_in => Class::OptedIn,
            _ => self.by_nobody(offering),
        }
    }

    fn by_nobody(&self, offering: usize) -> Class {
        match self.moved.terms.offerings[offering].by_person {
            true => Class::ByPerson,
            false if !self.moved.terms.captured[0] => Class::NotCaptured,
            false => Class::AccessWithoutOrder,
        }
    }

    fn module(&self, who: &Who<'_>, offering: usize, number: u32) -> Class {
        let [had, has] = self.moved.held(who.at, offering);
        let is_in = |held: &[Part]| held.iter().any(|part| matches!(part, Part::Base | Part::Module(_)));
        if !had.contains(&Part::Base) && !has.contains(&Part::Base) && !is_in(&had) {
            return self.by_nobody(offering);
        }
        let course = self.moved.terms.offerings[offering].course.as_ref();
        if !had.contains(&Part::Base) && course.is_some_and(|course| course.opens_at_once(number)) {
            return self.opened(who, offering, Class::TagByOrder);
        }
        match self.possible(who, offering, number) {
            Some(Possible::ByTimer(between)) => match (between.earliest, between.latest) {
                (Some(earliest), _) if !self.moved.terms.has_come(earliest) => Class::ModuleTooEarly,
                (_, Some(latest)) if self.moved.terms.has_come(latest) => Class::TagByTimer,
                _ => Class::ModuleUnknown,
            },
            Some(Possible::ByPerson(_)) => Class::ByPerson,
            Some(Possible::Unknown(_)) | None => Class::ModuleUnknown,
        }
    }

    fn possible(&self, who: &Who<'_>, offering: usize, number: u32) -> Option<Possible> {
        let of = &self.moved.terms.offerings[offering];
        let [had, has] = self.moved.held(who.at, offering);
        let released = self.released(who, offering);
        let seen = Seen { had: &had, has: &has, released, days: self.moved.terms.days };
        Some(possible(of.course.as_ref()?, &of.intent, number, &seen))
    }

    /// The day of a release, as orders or the list of releases show it.
    fn released(&self, who: &Who<'_>, offering: usize) -> Option<Date> {
        let terms = self.moved.terms;
        let of = &terms.offerings[offering];
        let listed = terms.released.get(&(who.id.to_owned(), of.key.to_owned())).copied();
        let orders = self.moved.history.get(who.id).map_or(&[][..], Vec::as_slice);
        let today = terms.days[1].tomorrow().unwrap_or(terms.days[1]);
        of.releasing.day(orders, listed, today).ok().map(|(day, _)| day)
    }

    fn revoked(&self, who: &Who<'_>, offering: usize) -> Class {
        let ends = self.explained.ends.get(who.id).and_then(|ends| ends.get(&offering)).map_or(&[][..], Vec::as_slice);
        let class = |ends: &Ends| match ends {
            Ends::Now => Class::Revoked,
            Ends::Period(Some(day)) if self.moved.terms.has_come(*day) => Class::Revoked,
            Ends::Period(Some(_)) | Ends::Stays => Class::LostAccess,
            Ends::Period(None) => Class::RevokedLater,
            Ends::Unsaid => Class::TagOfForm,
        };
        if let Some(class) = ends.iter().map(class).min_by_key(|class| class.bearing()) {
            return class;
        }
        let mut still = self.moved.still.get(who.id).into_iter().flatten();
        let is_cancelled = still.any(|of| {
            let opens = self.moved.terms.forms.get(of.form.trim()).is_some_and(|form| form.opens.contains(&offering));
            opens && matches!(Status::of(&of.status), Some(Status::CanceledByAdmin | Status::CanceledByClient))
        });
        match is_cancelled {
            true => Class::RevokedLater,
            false if self.moved.terms.captured != [true; 2] => Class::NotCaptured,
            false => Class::LostAccess,
        }
    }

    fn has(&self, all: &HashMap<&str, BTreeSet<usize>>, contact: &str, offering: usize) -> bool {
        all.get(contact).is_some_and(|offerings| offerings.contains(&offering))
    }

    /// Whether another subscription pays for an offering.
    fn pays(&self, contact: &str, offering: usize) -> bool {
        let forms = self.moved.terms.forms.iter().filter(|(_, form)| form.opens.contains(&offering));
        forms.into_iter().any(|(key, _)| self.moved.charges(contact, key) > 0)
    }

    fn is_refunded(&self, contact: &str, form: &str) -> bool {
        let orders = self.explained.bought.get(&(contact, form)).into_iter().flatten();
        orders.into_iter().all(|order| order.status.trim() == "Refunded")
    }

    fn name(&self, (offering, part): Meaning) -> String {
        let of = &self.moved.terms.offerings[offering];
        let what = match part {
            Part::Base => "base module".to_owned(),
            Part::Instant => "everything at once".to_owned(),
            Part::Revoke => "revoke tag".to_owned(),
            Part::Module(number) => {
                let stage = of.course.iter().flat_map(|course| &course.modules).find(|stage| stage.number == number);
                stage.map_or_else(|| format!("module {number}"), |stage| format!("module {number} `{}`", stage.name))
            }
        };
        format!("{}: {what}", of.key)
    }
}
