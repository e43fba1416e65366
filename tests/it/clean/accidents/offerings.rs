//! What goes wrong with offerings, their modules and their tags.

use amc_plan::model::plan::{AccessThrough, MembersBetweenModules};
use amc_plan::model::state::{Module, Offering, Tag};
use amc_plan::model::{Field, Release, State};

use super::super::chance::Chance;
use super::super::site::{Clean, is_timer};
use super::{Accident, CONFIGURE, at};

/// What members hold shows otherwise once a tag stands for something else.
const TAGS_MOVED: &[(&str, &str)] = &[
    ("access-lost", "who waits for what is counted by the tags"),
    ("members-between-modules-found", "who waits for what is counted by the tags"),
    ("left-alone-offering-has-members", "whoever has the tag counts as a member"),
];

const ONLY_TIMER: (&str, &str) = ("replacement-does-nothing", "a webhook was replaced by the timer that is gone");

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "the CRM opened a module, and nobody gives it a timer",
        at: CONFIGURE,
        rule: "unscheduled-module",
        also: &[ONLY_TIMER],
        plant: |clean, chance| {
            let (key, index, number) = timed_module(clean, chance)?;
            planned(clean, &key, index).release = None;
            clean.on_both(|site| module(site, &key, number).release = Field::Set(Release::ByHand));
            at(["offerings", &key, "modules", &index.to_string()])
        },
    },
    Accident {
        what: "nobody of the plan is called so who opens a module by hand",
        at: CONFIGURE,
        rule: "unscheduled-module",
        also: &[("reference-unknown", "the name of the owner is one of the plan's references")],
        plant: |clean, chance| {
            let (key, index, _) = module_of(clean, chance, |release| release == Some(&Release::ByHand))?;
            planned(clean, &key, index).owner = Some("kim".to_owned());
            at(["offerings", &key, "modules", &index.to_string()])
        },
    },
    Accident {
        what: "a module was added on the site since",
        at: CONFIGURE,
        rule: "module-not-in-plan",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.on_both(|site| {
                let Field::Set(modules) = &mut site.offerings.get_mut(&key).unwrap().modules else { return };
                let (number, release) = (modules.last().unwrap().number + 1, Field::Set(Release::Immediately));
                modules.push(Module { number, name: "Newest Bonus".to_owned(), release, ..Module::default() });
                modules.last_mut().unwrap().tag = Field::Nothing;
            });
            at(["offerings", &key, "modules"])
        },
    },
    Accident {
        what: "two modules changed places on the site",
        at: CONFIGURE,
        rule: "module-not-on-site",
        also: &[
            ONLY_TIMER,
            ("members-between-modules-undecided", "on a module of another name the site's timer stays"),
        ],
        plant: |clean, chance| {
            let long = clean.plan.offerings.iter().filter(|(_, of)| of.modules.len() > 2);
            let key = chance.any(long.map(|(key, _)| key.clone()))?;
            clean.on_both(|site| {
                let Field::Set(modules) = &mut site.offerings.get_mut(&key).unwrap().modules else { return };
                let first = modules[1].name.clone();
                modules[1].name = std::mem::replace(&mut modules[2].name, first);
            });
            let place = |index: &str| at(["offerings", &key, "modules", index]);
            Some([place("1")?, place("2")?].concat())
        },
    },
    Accident {
        what: "the base module waits for a timer on the site",
        at: CONFIGURE,
        rule: "base-module-timer",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.on_both(|site| module(site, &key, 0).release = Field::Set(Release::After { days: 7 }));
            at(["offerings", &key, "modules", "0"])
        },
    },
    Accident {
        what: "the plan gives the base module the timer of the next one",
        at: CONFIGURE,
        rule: "base-module-timer",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            planned(clean, &key, 0).release = Some(Release::After { days: 7 });
            at(["offerings", &key, "modules", "0", "release"])
        },
    },
    Accident {
        what: "a module opens on a date, which no timer does",
        at: CONFIGURE,
        rule: "release-not-understood",
        also: &[ONLY_TIMER, ("access-lost", "on which day such a module opens is unknown")],
        plant: |clean, chance| {
            let (key, index, number) = timed_module(clean, chance)?;
            planned(clean, &key, index).release = None;
            clean
                .on_both(|site| module(site, &key, number).release = Field::Set(Release::Other("on 1 May".to_owned())));
            at(["offerings", &key, "modules", &index.to_string()])
        },
    },
    Accident {
        what: "nobody decided about members who are between two modules",
        at: CONFIGURE,
        rule: "members-between-modules-undecided",
        also: &[],
        plant: |clean, chance| {
            let (key, ..) = timed_module(clean, chance)?;
            clean.plan.offerings.get_mut(&key)?.members_between_modules = None;
            at(["offerings", &key, "members_between_modules"])
        },
    },
    Accident {
        what: "the plan says that nobody waits for a module, and somebody does",
        at: CONFIGURE,
        rule: "members-between-modules-found",
        also: &[],
        plant: |clean, chance| {
            let (key, ..) = timed_module(clean, chance)?;
            clean.plan.offerings.get_mut(&key)?.members_between_modules = Some(MembersBetweenModules::None);
            // Whoever has but the first of two tags waits for the second.
            clean.copy.offerings[&key].modules.set()?.last()?.tag.set()?;
            let base = clean.copy.offerings[&key].tags.set()?["base"].clone();
            clean.tag_somebody(chance, |tags| *tags = vec![base.clone()]);
            at(["offerings", &key, "members_between_modules"])
        },
    },
    Accident {
        what: "members are released again, and start at the base module",
        at: CONFIGURE,
        rule: "re-release-restarts",
        also: &[],
        plant: |clean, chance| {
            let (key, ..) = timed_module(clean, chance)?;
            clean.plan.offerings.get_mut(&key)?.members_between_modules = Some(MembersBetweenModules::ReRelease);
            at(["offerings", &key, "members_between_modules"])
        },
    },
    Accident {
        what: "an offering that is left alone as one without members has one",
        at: CONFIGURE,
        rule: "left-alone-offering-has-members",
        also: &[("access-lost", "whoever has it may wait for a module of it")],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.leave_alone.offerings.keys().cloned())?;
            let reason = *chance.of(&["archived and without members", "no members since 2021", "No active students."]);
            clean.plan.leave_alone.offerings.insert(key.clone(), reason.to_owned());
            let base = clean.copy.offerings[&key].tags.set()?["base"].clone();
            clean.tag_somebody(chance, |tags| tags.push(base.clone()));
            at(["leave_alone", "offerings", &key])
        },
    },
    Accident {
        what: "an offering was added on the site since",
        at: CONFIGURE,
        rule: "offering-not-in-plan",
        also: &[],
        plant: |clean, _| {
            let offering =
                Offering { id: Some("9001".to_owned()), name: "Unheard Of".to_owned(), ..Offering::default() };
            let offering = Offering { modules: Field::Set(Vec::new()), tags: Field::Nothing, ..offering };
            clean.on_both(|site| drop(site.offerings.insert("unheard-of".to_owned(), offering.clone())));
            at(["offerings", "unheard-of"])
        },
    },
    Accident {
        what: "an offering of the plan was deleted on the site",
        at: CONFIGURE,
        rule: "not-on-site",
        also: &[("released-offering-missing", "its forms open what is gone")],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.on_both(|site| drop(site.offerings.remove(&key)));
            at(["offerings", &key])
        },
    },
    Accident {
        what: "an offering is planned and left alone",
        at: CONFIGURE,
        rule: "leave-alone-and-planned",
        also: &[("access-lost", "who waits there is in the plan's hands or in nobody's")],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.plan.leave_alone.offerings.insert(key.clone(), "the next owner's matter".to_owned());
            at(["leave_alone", "offerings", &key])
        },
    },
    Accident {
        what: "an offering under leave_alone was deleted on the site",
        at: CONFIGURE,
        rule: "leave-alone-unknown",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.leave_alone.offerings.keys().cloned())?;
            clean.on_both(|site| drop(site.offerings.remove(&key)));
            at(["leave_alone", "offerings", &key])
        },
    },
    Accident {
        what: "two offerings share a revoke tag",
        at: CONFIGURE,
        rule: "revoke-tag-shared",
        also: &[],
        plant: |clean, chance| {
            let one = chance.any(clean.plan.offerings.keys().cloned())?;
            let other = chance.any(clean.plan.offerings.keys().filter(|key| **key != one).cloned())?;
            let tag = clean.copy.offerings[&one].tags.set()?["revoke"].clone();
            clean.on_both(|site| tags(site, &other, "revoke", &tag));
            // The second of the two, as the plan has them.
            at(["offerings", if one > other { &one } else { &other }])
        },
    },
    Accident {
        what: "two offerings have one base, instant or module tag",
        at: CONFIGURE,
        rule: "access-tag-shared",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            let part = *chance.of(&["base", "instant", "module"]);
            let (one, tag) = part_of(clean, chance, part)?;
            let other = chance.any(clean.plan.offerings.keys().filter(|key| **key != one).cloned())?;
            let (module, had) = match part {
                "module" => (last_number(clean, &other)?, None),
                _ => (0, Some(clean.copy.offerings[&other].tags.set()?.get(part)?.clone())),
            };
            clean.on_both(|site| match part {
                "module" => self::module(site, &other, module).tag = Field::Set(tag.clone()),
                _ => tags(site, &other, part, &tag),
            });
            // Whoever had the tag that is gone has the shared one.
            for contact in &mut clean.people.contacts {
                if had.as_ref().is_some_and(|had| contact.tags.contains(had)) {
                    contact.tags.push(tag.clone());
                }
            }
            clean.written_down_again();
            at(["offerings", if one > other { &one } else { &other }])
        },
    },
    Accident {
        what: "two modules of an offering open by one tag",
        at: CONFIGURE,
        rule: "access-tag-shared",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            // Two that open at once open together anyway.
            let (key, _, timed) = timed_module(clean, chance)?;
            let others = clean.copy.offerings[&key].modules.set()?.iter().filter(|of| ![0, timed].contains(&of.number));
            let tag = chance.any(others.map(|of| of.tag.clone()))?;
            clean.on_both(|site| module(site, &key, timed).tag = tag.clone());
            at(["offerings", &key])
        },
    },
    Accident {
        what: "the tag that opens one offering closes another",
        at: CONFIGURE,
        rule: "access-tag-shared",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            let (one, tag) = part_of(clean, chance, "base")?;
            let other = chance.any(clean.plan.offerings.keys().filter(|key| **key != one).cloned())?;
            clean.on_both(|site| tags(site, &other, "revoke", &tag));
            at(["offerings", if one > other { &one } else { &other }])
        },
    },
    Accident {
        what: "a module waits for its timer, and no tag opens it",
        at: CONFIGURE,
        rule: "access-tag-unset",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            let (key, _, number) = timed_module(clean, chance)?;
            let has = if chance.percent(50) { Field::Nothing } else { Field::Set(String::new()) };
            clean.on_both(|site| module(site, &key, number).tag = has.clone());
            at(["offerings", &key])
        },
    },
    Accident {
        what: "an offering has no base tag",
        at: CONFIGURE,
        rule: "access-tag-unset",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.on_both(|site| {
                let Field::Set(tags) = &mut site.offerings.get_mut(&key).unwrap().tags else { return };
                tags.remove("base");
            });
            at(["offerings", &key])
        },
    },
    Accident {
        what: "whoever stops paying is to be revoked, and the offering has no revoke tag",
        at: CONFIGURE,
        rule: "access-tag-unset",
        also: TAGS_MOVED,
        plant: |clean, chance| {
            let form = super::forms::recurring(clean, chance)?;
            let key = clean.plan.order_forms[&form].custom_operation.release.first()?.clone();
            super::super::webhooks::ends_access(&clean.plan, &clean.copy, &form).then_some(())?;
            clean.on_both(|site| {
                let Field::Set(tags) = &mut site.offerings.get_mut(&key).unwrap().tags else { return };
                tags.remove("revoke");
            });
            at(["offerings", &key])
        },
    },
    Accident {
        what: "a tag of an offering was deleted",
        at: CONFIGURE,
        rule: "tag-missing",
        also: &[],
        plant: |clean, chance| {
            let (key, tag) = tag_of(clean, chance)?;
            clean.on_both(|site| drop(site.tags.remove(&tag)));
            at(["offerings", &key])
        },
    },
    Accident {
        what: "a category was put in front of a tag on its way",
        at: CONFIGURE,
        rule: "tag-missing",
        also: &[],
        plant: |clean, chance| {
            let (key, tag) = tag_of(clean, chance)?;
            let prefix = *chance.of(&["Courses: ", "Courses - "]);
            clean.on_both(|site| {
                site.tags.remove(&tag);
                site.tags.insert(format!("{prefix}{tag}"), Tag::default());
            });
            at(["offerings", &key])
        },
    },
    Accident {
        what: "an offering was made under another CRM",
        at: CONFIGURE,
        rule: "offering-system-differs",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.on_both(|site| site.offerings.get_mut(&key).unwrap().system = Field::Set("mailerlite".to_owned()));
            at(["offerings", &key])
        },
    },
    Accident {
        what: "an offering was renamed on the site, and kept its words",
        at: CONFIGURE,
        rule: "name-differs",
        also: &[],
        plant: |clean, chance| {
            let key = chance
                .any(clean.plan.offerings.iter().filter(|(_, of)| of.name.is_ascii()).map(|(key, _)| key.clone()))?;
            clean.on_both(|site| {
                let name = &mut site.offerings.get_mut(&key).unwrap().name;
                *name = name.to_uppercase();
            });
            (clean.copy.offerings[&key].name != clean.plan.offerings[&key].name).then_some(())?;
            at(["offerings", &key, "name"])
        },
    },
    Accident {
        what: "the key of an offering is not its name's",
        at: CONFIGURE,
        rule: "key-is-not-the-slug",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.offerings.keys().cloned())?;
            clean.plan.offerings.get_mut(&key)?.name = "Something Else".to_owned();
            at(["offerings", &key])
        },
    },
    Accident {
        what: "somebody comes to an offering in a way that no form serves",
        at: CONFIGURE,
        rule: "order-form-missing",
        also: &[],
        plant: |clean, chance| {
            let released =
                |key: &String| clean.plan.order_forms.values().any(|form| form.custom_operation.release.contains(key));
            let by_hand = clean.plan.offerings.iter().filter(|(key, of)| {
                matches!(of.access_through, AccessThrough::ByHand | AccessThrough::Invitation) && !released(key)
            });
            let key = chance.any(by_hand.map(|(key, _)| key.clone()))?;
            let way = *chance.of(&[AccessThrough::OrderForm, AccessThrough::Team, AccessThrough::Bundle]);
            clean.plan.offerings.get_mut(&key)?.access_through = way;
            at(["offerings", &key, "access_through"])
        },
    },
];

/// A planned offering with the place and the number of a module whose release is such a one.
fn module_of(clean: &Clean, chance: &mut Chance, is: fn(Option<&Release>) -> bool) -> Option<(String, usize, u32)> {
    let all = clean.plan.offerings.iter().flat_map(|(key, of)| {
        of.numbered()
            .filter(|(_, number, module)| *number > 0 && is(module.release.as_ref()))
            .map(|(index, number, _)| (key.clone(), index, number))
    });
    chance.any(all)
}

/// One that opens by a timer of the plan.
fn timed_module(clean: &Clean, chance: &mut Chance) -> Option<(String, usize, u32)> {
    module_of(clean, chance, is_timer)
}

fn planned<'c>(clean: &'c mut Clean, key: &str, index: usize) -> &'c mut amc_plan::model::plan::ModuleIntent {
    &mut clean.plan.offerings.get_mut(key).unwrap().modules[index]
}

fn module<'s>(site: &'s mut State, key: &str, number: u32) -> &'s mut Module {
    let Field::Set(modules) = &mut site.offerings.get_mut(key).unwrap().modules else { panic!("no modules") };
    modules.iter_mut().find(|module| module.number == number).unwrap()
}

fn tags(site: &mut State, key: &str, part: &str, tag: &str) {
    let Field::Set(tags) = &mut site.offerings.get_mut(key).unwrap().tags else { panic!("no tags") };
    tags.insert(part.to_owned(), tag.to_owned());
}

/// A planned offering with one of its tags.
fn tag_of(clean: &Clean, chance: &mut Chance) -> Option<(String, String)> {
    let key = chance.any(clean.plan.offerings.keys().cloned())?;
    let tag = chance.any(super::super::offerings::tags_of(&clean.copy.offerings[&key]))?;
    Some((key, tag))
}

/// A planned offering that has such a tag, with the tag.
fn part_of(clean: &Clean, chance: &mut Chance, part: &str) -> Option<(String, String)> {
    let key = chance.any(clean.plan.offerings.keys().cloned())?;
    let offering = &clean.copy.offerings[&key];
    let tag = match part {
        "module" => offering.modules.set()?.last()?.tag.set(),
        _ => offering.tags.set()?.get(part),
    };
    Some((key.clone(), tag?.clone()))
}

/// The number of the last module of an offering that has more than the base module.
fn last_number(clean: &Clean, key: &str) -> Option<u32> {
    Some(clean.copy.offerings[key].modules.set()?.last()?.number).filter(|number| *number > 0)
}
