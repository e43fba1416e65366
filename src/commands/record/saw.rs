//! `plan record saw`: what a person saw on an admin screen, field by field, typed as a snapshot has it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::cli::RecordSaw;
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::record::{Evidence, Saw, SawAll};
use crate::model::saw::FACT_DAYS;
use crate::model::{Kind, ObjectRef, Plan};
use crate::survey::{how_to_write, name_in_plan, typed};
use crate::text::{nearest, without_secrets};

use super::said::{Said, host_of, one_of};

/// The evidence of a command line.
pub(super) fn saw(args: RecordSaw, plan: &Plan, now: Timestamp) -> Result<Said, Failure> {
    let host = host_of(plan, args.on)?;
    let until = until(args.until.as_deref(), now)?.to_string();
    let valid = args.until.map_or_else(|| format!("valid for {FACT_DAYS} days"), |day| format!("valid until {day}"));
    let place = if args.on == SiteRole::Live { "live" } else { "the staging copy" };
    let (kind, key) = object(&args.object)?;
    let screen = args.screen;
    let who = args.by.who().to_owned();
    if args.all {
        if key.is_some() || kind.is_only() {
            let failure = Failure::new(
                exit::USAGE,
                format!("`{}` is a single object, so `--all` does not apply to it", args.object),
            );
            return Err(
                failure.help(format!("name the kind, as in `plan record saw {kind} --all NAME --plan PLAN --who WHO`"))
            );
        }
        let said = format!("`{who}` saw on {place} all objects of `{kind}`: {}, {valid}", args.values.len());
        // What a CRM calls holds a secret: command and target say which webhook it is.
        let named = |name: String| if without_secrets(&name) == name { name } else { kind.key_of(&name) };
        let names = args.values.into_iter().map(named).collect();
        return Ok((args.by, Evidence::SawAll(SawAll { host, kind, names, screen, until }), said));
    }
    let on = match key {
        Some(key) => ObjectRef::new(kind, key),
        None if kind.is_only() => ObjectRef::only(kind),
        None => {
            let failure = Failure::new(exit::USAGE, format!("a site has many objects of `{kind}`, and none is named"));
            return Err(failure.help(format!("name one as `{kind}/KEY`, or say that these are all with `--all`")));
        }
    };
    let mut fields = Map::new();
    for word in &args.values {
        let (name, value) = field(&on, word)?;
        if fields.insert(name.clone(), value).is_some() {
            return Err(Failure::new(exit::USAGE, format!("`{name}` is given twice")).help("give each field once"));
        }
    }
    if fields.is_empty() {
        let failure = Failure::new(exit::USAGE, format!("no field of `{on}` is given"));
        return Err(failure.help(format!("give fields as FIELD=VALUE; it has {}", known(kind))));
    }
    ensure_no_slip(plan, &on, fields.contains_key("name"))?;
    // Whoever names an object by its key in the plan says that there is one of that name.
    if let Some(name) = name_in_plan(plan, &on)
        && !fields.contains_key("name")
    {
        fields.insert("name".to_owned(), json!(name));
    }
    let names: Vec<String> = fields.keys().map(|name| format!("`{name}`")).collect();
    let said = format!("`{who}` saw {} of `{on}` on {place}, {valid}", names.join(", "));
    Ok((args.by, Evidence::Saw(Saw { host, on, fields, screen, until }), said))
}

/// Refuses a key that the plan does not have and that is nearly one of its own, unless the object's name is said too.
fn ensure_no_slip(plan: &Plan, on: &ObjectRef, is_named: bool) -> Result<(), Failure> {
    let left_alone = &plan.leave_alone;
    let (known, left_alone): (Vec<&String>, _) = match on.kind {
        Kind::Offering => (plan.offerings.keys().collect(), &left_alone.offerings),
        Kind::OrderForm => (plan.order_forms.keys().collect(), &left_alone.order_forms),
        Kind::OptInForm => (plan.opt_in_forms.keys().collect(), &left_alone.opt_in_forms),
        _ => return Ok(()),
    };
    if is_named || left_alone.contains_key(&on.key) || known.contains(&&on.key) {
        return Ok(());
    }
    let Some(near) = nearest(&on.key, known) else { return Ok(()) };
    let failure = Failure::new(exit::USAGE, format!("the plan has no `{on}`, so nothing was recorded"));
    Err(failure
        .help(format!("did you mean `{}/{near}`? If it is another one, give its name too: `name=NAME`", on.kind)))
}

/// The last day of a fact: what is said, or as long as one counts.
fn until(said: Option<&str>, now: Timestamp) -> Result<Date, Failure> {
    let day = |days: i64| (now + SignedDuration::from_hours(24 * days)).to_zoned_datetime(TimeZone::UTC).date();
    let Some(said) = said else { return Ok(day(FACT_DAYS)) };
    let until: Date = said
        .parse()
        .map_err(|_| Failure::new(exit::USAGE, format!("`{said}` is not a day")).help("write it as 2026-12-31"))?;
    if until < day(0) || until > day(FACT_DAYS) {
        let message = format!("what was seen counts for {FACT_DAYS} days at most, and `{said}` is not within that");
        return Err(Failure::new(exit::USAGE, message).help("leave `--until` out, and look again when it has expired"));
    }
    Ok(until)
}

/// The kind and the key of `kind/key`; no key where only a kind is named.
fn object(said: &str) -> Result<(Kind, Option<String>), Failure> {
    let (kind, key) = said.split_once('/').map_or((said, None), |(kind, key)| (kind, Some(key.to_owned())));
    let names: Vec<String> =
        Kind::ALL.iter().filter(|kind| kind.is_attestable()).map(|kind| kind.name().to_owned()).collect();
    let found = Kind::from_name(kind);
    if found.is_some_and(|kind| !kind.is_attestable()) {
        let failure = Failure::new(exit::USAGE, format!("`{kind}` says which site it is, and nobody can attest that"));
        return Err(failure.help("take a reading of the site: `plan snapshot --site URL --out FILE`"));
    }
    match found {
        Some(found) => Ok((found, key.filter(|key| !key.is_empty()))),
        None => {
            let failure = Failure::new(exit::USAGE, format!("`{kind}` is no kind of object"));
            Err(failure.help(match nearest(kind, names.iter()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("name one of {}", one_of(names.iter()).unwrap_or_default()),
            }))
        }
    }
}

/// One FIELD=VALUE.
fn field(on: &ObjectRef, word: &str) -> Result<(String, Value), Failure> {
    let Some((name, text)) = word.split_once('=') else {
        let failure = Failure::new(exit::USAGE, format!("`{word}` is not FIELD=VALUE"));
        return Err(failure
            .help("write the field's name, `=`, and what the screen shows; nothing after `=` where nothing is set"));
    };
    let fields = on.kind.attestable_fields();
    if !fields.iter().any(|known| known == name) {
        let failure = Failure::new(exit::USAGE, format!("`{}` has no field `{name}`", on.kind));
        return Err(failure.help(match nearest(name, fields.iter()) {
            Some(near) => format!("did you mean `{near}`? It has {}", known(on.kind)),
            None => format!("it has {}", known(on.kind)),
        }));
    }
    if text.trim() == "VALUE" {
        let failure =
            Failure::new(exit::USAGE, format!("`{name}=VALUE` is a printed command whose VALUE was not filled in"));
        return Err(failure.help("replace VALUE with what the screen shows"));
    }
    match typed(on, name, text) {
        Some(value) => Ok((name.to_owned(), value)),
        None => {
            let failure = Failure::new(exit::USAGE, format!("`{text}` is not a valid value of `{}: {name}`", on.kind));
            Err(failure.help(how_to_write(name)))
        }
    }
}

fn known(kind: Kind) -> String {
    one_of(kind.attestable_fields().iter()).unwrap_or_else(|| "no fields of its own".to_owned())
}
