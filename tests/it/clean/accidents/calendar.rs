//! What goes wrong with the age of the copy, with the calendar, and with what comes after the migration.

use amc_plan::model::plan::{SiteRole, Strategy};
use amc_plan::model::record::Evidence;
use amc_plan::model::state::OptInForm;
use amc_plan::model::{Field, Kind, State};
use amc_plan::rules::Phase;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::site::Clean;
use super::super::stages::Stage;
use super::safety::day;
use super::{Accident, CONFIGURE, FIT, GO_LIVE, at};

const LIVE_AT_LAST: (SiteRole, Stage, Phase) = (SiteRole::Live, Stage::Migrated, Phase::GoLive);

pub(super) const ALL: &[Accident] = &[
    Accident {
        what: "the copy is weeks old",
        at: CONFIGURE,
        rule: "copy-old",
        also: &[],
        plant: |clean, _| {
            let (now, days) = (clean.now, 24 * 40);
            let made = clean.record.iter_mut().find_map(|(_, said)| match said {
                Evidence::Copied(of) => Some(of),
                _ => None,
            });
            made?.at = (now - days.hours()).to_string();
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "live's price went up since it was copied",
        at: CONFIGURE,
        rule: "copy-drifted",
        also: &[],
        plant: |clean, chance| {
            let form = chance.any(clean.live.order_forms.keys().cloned())?;
            clean.live.order_forms.get_mut(&form)?.price = Field::Set("598.00 USD".to_owned());
            at(["order_forms", &form])
        },
    },
    Accident {
        what: "a form was made on live since it was copied",
        at: GO_LIVE,
        rule: "copy-drifted",
        also: &[],
        plant: |clean, _| {
            let form = OptInForm {
                name: "Winter Signup".to_owned(),
                operations: Field::Set(Vec::new()),
                ..OptInForm::default()
            };
            clean.live.opt_in_forms.insert("winter-signup".to_owned(), form);
            at(["opt_in_forms", "winter-signup"])
        },
    },
    Accident {
        what: "a timer was changed on live since it was copied, on an offering that is left alone",
        at: GO_LIVE,
        rule: "copy-drifted",
        also: &[],
        plant: |clean, chance| {
            let key = chance.any(clean.plan.leave_alone.offerings.keys().cloned())?;
            let Field::Set(modules) = &mut clean.live.offerings.get_mut(&key)?.modules else { return None };
            modules.last_mut()?.name.push_str(" (new)");
            at(["offerings", &key])
        },
    },
    Accident {
        what: "live runs a newer AccessAlly than the copy",
        at: CONFIGURE,
        rule: "copy-runs-other-software",
        also: &[],
        plant: |clean, _| {
            clean.live.plugins.get_mut("accessally/accessally.php")?.version = Field::Set("11.0".to_owned());
            at(["sites", "staging"])
        },
    },
    Accident {
        what: "the window is on a weekend",
        at: FIT,
        rule: "support-closed-in-window",
        also: &[],
        plant: |clean, chance| {
            let days =
                6 - i64::from(day(&clean.plan).weekday().to_monday_zero_offset()) - i64::from(chance.percent(50));
            open(clean, day(&clean.plan) + days.days());
            at(["window", "start"])
        },
    },
    Accident {
        what: "the window is over",
        at: GO_LIVE,
        rule: "window-over",
        also: &[],
        plant: |clean, _| {
            let before = day(&clean.plan) - 40.days();
            open(clean, before);
            at(["window", "start"])
        },
    },
    Accident {
        what: "the window begins in an hour that the clocks leave out",
        at: GO_LIVE,
        rule: "window-impossible",
        also: &[],
        plant: |clean, _| {
            clean.plan.window.as_mut()?.start = "2027-03-28 02:30 Europe/Berlin".to_owned();
            at(["window", "start"])
        },
    },
    Accident {
        what: "whether to go back is decided after the window",
        at: GO_LIVE,
        rule: "window-impossible",
        also: &[],
        plant: |clean, _| {
            clean.plan.rollback.as_mut()?.decide_by = "11:30".to_owned();
            at(["rollback", "decide_by"])
        },
    },
    Accident {
        what: "there is no window",
        at: GO_LIVE,
        rule: "window-missing",
        also: &[],
        plant: |clean, _| {
            clean.plan.window = None;
            at(["window"])
        },
    },
    Accident {
        what: "there is no way back",
        at: GO_LIVE,
        rule: "rollback-missing",
        also: &[],
        plant: |clean, _| {
            clean.plan.rollback = None;
            at(["rollback"])
        },
    },
    Accident {
        what: "somebody decides on the way back whom the plan does not have",
        at: CONFIGURE,
        rule: "reference-unknown",
        also: &[],
        plant: |clean, _| {
            clean.plan.rollback.as_mut()?.who = "kim".to_owned();
            at(["rollback", "who"])
        },
    },
    Accident {
        what: "nobody knows until when the CRM is paid",
        at: CONFIGURE,
        rule: "crm-paid-until-unknown",
        also: &[],
        plant: |clean, _| {
            clean.plan.crm.paid_until = None;
            at(["crm"])
        },
    },
    Accident {
        what: "nobody knows how the switch reaches live",
        at: FIT,
        rule: "strategy-missing",
        also: &[],
        plant: |clean, _| {
            clean.plan.strategy = None;
            at(["strategy"])
        },
    },
    Accident {
        what: "something is launched beside the window",
        at: FIT,
        rule: "launch-in-window",
        also: &[],
        plant: |clean, chance| {
            let beside = day(&clean.plan) + [-1_i64, 0, 1][chance.below(3)].days();
            clean.plan.launches.insert("Winter launch".to_owned(), beside.to_string());
            at(["launches", "Winter launch"])
        },
    },
    Accident {
        what: "live was never frozen for the push",
        at: CONFIGURE,
        rule: "live-not-frozen",
        also: &[],
        plant: |clean, _| {
            clean.plan.strategy = Some(Strategy::FreezeAndPush);
            clean.record.retain(|(_, said)| !matches!(said, Evidence::Saw(of) if of.on.kind == Kind::Maintenance));
            at(["strategy"])
        },
    },
    Accident {
        what: "nobody knows what happened on live since the copy that is pushed",
        at: GO_LIVE,
        rule: "merge-list-missing",
        also: &[],
        plant: |clean, _| {
            clean.plan.strategy = Some(Strategy::PushThenMerge);
            clean.record.retain(|(_, said)| !matches!(said, Evidence::MergeList(_)));
            at(["strategy"])
        },
    },
    Accident {
        what: "a test order would be pushed over live",
        at: GO_LIVE,
        rule: "test-orders-pushed",
        also: &[],
        plant: |clean, _| {
            (clean.plan.strategy != Some(Strategy::RehearseAndReplay)).then_some(())?;
            clean.order("a-test-buyer", "99001", "Started (Not Finished)");
            at(["test_purchases"])
        },
    },
    Accident {
        what: "the copy that is pushed was never migrated",
        at: (SiteRole::Staging, Stage::Changed, Phase::GoLive),
        rule: "migration-not-run",
        also: &[],
        plant: |_, _| at(["sites", "staging"]),
    },
    Accident {
        what: "live is left as a copy is: without mail, without sales, or under another name",
        at: LIVE_AT_LAST,
        rule: "live-not-reopened",
        also: &[],
        plant: |clean, chance| {
            clean.afterwards = *chance.of::<fn(&mut State)>(&[
                |site| site.mail.as_mut().unwrap().simulated = Field::Set(true),
                |site| site.maintenance.as_mut().unwrap().on = Field::Set(true),
                |site| site.environment.as_mut().unwrap().environment_type = Field::Set("staging".to_owned()),
            ]);
            at(["sites", "live"])
        },
    },
    Accident {
        what: "live's charging guard is off after all",
        at: LIVE_AT_LAST,
        rule: "change-pending",
        also: &[],
        plant: |clean, _| {
            clean.afterwards = |site| site.charging_guard.as_mut().unwrap().enabled = Field::Set(false);
            at(["sites"])
        },
    },
];

/// Moves the window to another day.
fn open(clean: &mut Clean, day: Date) {
    let start = &mut clean.plan.window.as_mut().unwrap().start;
    *start = format!("{day}{}", &start[10..]);
}
