//! What hangs on the login: who one is there, what keeps a login out, and what only an administrator sees.

use jiff::SignedDuration;
use serde_json::Value;

use super::{Check, Verdict, offers_passwords};
use crate::site::wordpress::client::{Arrives, Reader, SAYS};
use crate::site::wordpress::login::pasted;
use crate::site::wordpress::{Clock, Limits, Login, NoLogin, WordPress, errors, meeting, said};
use crate::site::{Site as _, SiteError};

/// A plugin that can switch application passwords off: its name, its file, what its routes begin with, where it is set.
struct Known(&'static str, &'static str, &'static str, &'static str);

const KNOWN: [Known; 4] = [
    Known(
        "Wordfence",
        "wordfence/wordfence.php",
        "wordfence/",
        "it switches them off unless it is set not to: Wordfence > All Options > Brute Force Protection, *Disable WordPress application passwords*",
    ),
    Known(
        "All-In-One Security",
        "all-in-one-wp-security-and-firewall/wp-security.php",
        "aios/",
        "WP Security > User Security > Additional settings, *Disable application password*",
    ),
    Known(
        "Solid Security",
        "better-wp-security/better-wp-security.php",
        "ithemes-security/",
        "Security > Settings, its WordPress tweaks",
    ),
    Known("Patchstack", "patchstack/patchstack.php", "patchstack/", "Settings > Security, its hardening"),
];

pub(super) fn look(
    nobody: &Reader,
    given: Result<Login, NoLogin>,
    index: Option<&Value>,
    (clock, limits): (Clock, Limits),
    built_in: &str,
    checks: &mut Vec<Check>,
) {
    let offers = index.map(offers_passwords);
    let login = match given {
        Ok(login) => login,
        Err(no) => {
            let (is_none, error) = match no {
                NoLogin::None(error) => (true, error),
                NoLogin::Unusable(error) => (false, error),
            };
            let mut check = Check::of("login", &error);
            if is_none {
                check.verdict = Verdict::Unknown;
            }
            checks.extend([check, header(nobody, || None), passwords(nobody, offers, &named(index))]);
            return;
        }
    };
    match WordPress::connect_within(nobody.address().clone(), login.clone(), clock, limits.clone()) {
        Ok(mut wordpress) => {
            let active = wordpress.plugins().ok().and_then(Result::ok).map(|plugins| {
                let is_on = |known: &&Known| plugins.get(known.1).is_some_and(|plugin| plugin.active.is_on());
                KNOWN.iter().filter(is_on).collect::<Vec<_>>()
            });
            checks.extend([
                who(&mut wordpress),
                if wordpress.reader.goes_by_own_header() {
                    own_header()
                } else {
                    Check::ok("header", "the header that carries the login arrives")
                },
                passwords_taken(&active.unwrap_or_default()),
                collector(&wordpress, built_in),
                cron(&wordpress, clock),
                environment(&wordpress),
            ]);
        }
        Err(error) => {
            let header = header(nobody, || refused_by(&login, nobody, limits));
            let is_taken = matches!(&error, SiteError::Login { what, .. }
                if [said::NO_ADMINISTRATOR, said::SOMEBODY_ELSE].contains(&what.as_str()));
            let cause = match header.verdict {
                // Then it is not the login that is wrong.
                _ if is_taken || offers == Some(false) => None,
                Verdict::Ok => Some("the header arrives, so it is the user name or the password that is wrong"),
                Verdict::Wrong => Some("the header that carries the login does not arrive"),
                Verdict::Unknown => None,
            };
            let mut check = Check { cause: cause.map(str::to_owned), ..Check::of("login", &error) };
            if cause.is_some() && header.verdict == Verdict::Ok {
                check.cure = Some(format!("check both, or make a new one (Users > Profile): {}", login.named()));
            }
            checks.extend([check, header, passwords(nobody, offers, &named(index))]);
        }
    }
}

/// Whether the header of the login itself arrived, where the collector says so although it refuses. Each refusal may count towards an
/// account that is locked, so this is asked only where nothing else shows it.
fn refused_by(login: &Login, nobody: &Reader, limits: Limits) -> Option<bool> {
    let mut reader = Reader::new(nobody.address().clone(), login.clone(), limits).ok()?;
    meeting::meet(&mut reader).ok()?;
    reader.get_once(SAYS, &[]).ok()?.arrived
}

/// The known plugins that the index gives away.
fn named(index: Option<&Value>) -> Vec<&'static Known> {
    let spaces = index.and_then(|index| index.get("namespaces")).and_then(Value::as_array);
    let is_there = |known: &&Known| {
        spaces.is_some_and(|spaces| spaces.iter().filter_map(Value::as_str).any(|space| space.starts_with(known.2)))
    };
    KNOWN.iter().filter(is_there).collect()
}

fn header(nobody: &Reader, of_login: impl FnOnce() -> Option<bool>) -> Check {
    let arrives = match nobody.arrives() {
        Some(Arrives::Usual) => Some(true),
        Some(Arrives::OwnAlone) => return own_header(),
        // A server may pass on a login, and nothing of a scheme that it does not know.
        Some(Arrives::Neither) => of_login().or(Some(false)),
        None => None,
    };
    match arrives {
        Some(true) => Check::ok("header", "a header like the one that carries a login arrives"),
        Some(false) => Check::wrong(
            "header",
            "the `Authorization` header does not reach WordPress",
            errors::HEADER_HELP,
        )
        .because(
            "the server or something in front of it drops it: a probe with a scheme of its own did not arrive either",
        ),
        None => Check::unknown(
            "header",
            "only the plugin `plan-bridge` can say whether the header arrives, and it does not answer",
        ),
    }
}

/// The server drops the usual header, and the collector takes a login in one of its own.
fn own_header() -> Check {
    let seen = "the `Authorization` header does not reach WordPress, so the login goes by one of the plugin `plan-bridge`'s own, `X-Plan-Authorization`";
    Check::ok("header", seen)
        .curable(format!("once the plugin is removed no login arrives any more: {}", errors::HEADER_HELP))
}

fn passwords(nobody: &Reader, offers: Option<bool>, known: &[&Known]) -> Check {
    match offers {
        None => {
            Check::unknown("passwords", "the index of its REST API does not say whether application passwords are on")
        }
        Some(true) => Check::ok("passwords", format!("the site offers application passwords{}", with(known))),
        Some(false) => {
            let check = Check::of("passwords", &errors::passwords_off(nobody.address(), ""));
            match known {
                [] => check,
                known => {
                    let cures = known.iter().map(|Known(name, _, _, cure)| format!("{name}: {cure}"));
                    let names: Vec<&str> = known.iter().map(|known| known.0).collect();
                    let cures = cures.collect::<Vec<_>>().join("; ");
                    check.because(format!("known to switch them off, and active: {}", names.join(", "))).curable(cures)
                }
            }
        }
    }
}

fn passwords_taken(known: &[&Known]) -> Check {
    Check::ok("passwords", format!("the site takes application passwords{}", with(known)))
}

fn with(known: &[&Known]) -> String {
    let names: Vec<&str> = known.iter().map(|known| known.0).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("; active, and able to switch them off: {}", names.join(", "))
    }
}

fn who(wordpress: &mut WordPress) -> Check {
    match wordpress.signed_in() {
        Ok(who) => Check::ok("login", who.map_or_else(String::new, |who| format!("`{}` is an administrator", who.key))),
        Err(error) => Check::of("login", &error),
    }
}

fn collector(wordpress: &WordPress, built_in: &str) -> Check {
    match wordpress.collector() {
        Err(error) => Check::of("collector", &error),
        Ok(None) => Check::wrong("collector", "the plugin `plan-bridge` does not answer", said::INSTALL)
            .because("it is not there, or not activated; without it nothing of AccessAlly can be read"),
        Ok(Some(of)) if of.format != 1 => Check::wrong(
            "collector",
            format!("`plan-bridge` {} gives format {}, and this program reads 1", of.version, of.format),
            "install this program's own: `plan bridge zip --out plan-bridge-2.zip`, then Plugins > Add New > Upload Plugin",
        ),
        Ok(Some(of)) => match of.list {
            Ok(list) if list == built_in => Check::ok(
                "collector",
                format!("`plan-bridge` {} answers, with the list of the built-in adapters", of.version),
            ),
            Ok(list) => Check::ok(
                "collector",
                format!(
                    "`plan-bridge` {} answers, with a list of its own or of another version ({})",
                    of.version,
                    &list[..12]
                ),
            ),
            Err(why) => Check::wrong(
                "collector",
                format!("`plan-bridge` {} has no list that it can use; it says: \"{why}\"", of.version),
                "write it again with `plan adapter request --out request.json`, and put it into the plugin's folder",
            ),
        },
    }
}

/// Scheduled work shows by what it should have published.
fn cron(wordpress: &WordPress, clock: Clock) -> Check {
    let late = clock() - SignedDuration::from_mins(15);
    let before = late.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let count = |more: &[(&str, &str)]| {
        let page = [("status", "future"), ("context", "edit"), ("_fields", "id"), ("per_page", "1")];
        let answer = wordpress.get("/wp/v2/posts", &[&page[..], more].concat())?;
        Ok::<_, SiteError>(answer.total.filter(|_| answer.status == 200))
    };
    match (count(&[("before", &before)]), count(&[])) {
        (Ok(Some(1..)), _) => Check::wrong(
            "cron",
            "posts that were due more than 15 minutes ago are not published",
            "have the host call `wp-cron.php` every minute, or take DISABLE_WP_CRON out of wp-config.php",
        )
        .because("WordPress's scheduled work does not run: DISABLE_WP_CRON without a job on the host, or a server that cannot reach itself"),
        (Ok(Some(0)), Ok(Some(1..))) => Check::ok("cron", "posts are scheduled, and none is overdue"),
        (Err(error), _) | (_, Err(error)) => Check::of("cron", &error),
        _ => Check::unknown("cron", "nothing is scheduled there by which it would show that scheduled work runs"),
    }
}

fn environment(wordpress: &WordPress) -> Check {
    let info = wordpress.environment();
    match info.map(|found| found.environment_type.set().cloned()) {
        Err(error) => Check::of("environment", &error),
        Ok(Some(kind)) if kind == "production" => Check::ok("environment", "it says that it is production, as a live site does")
            .curable("on a copy, set WP_ENVIRONMENT_TYPE to `staging` in wp-config.php: nothing is written to a copy that calls itself live"),
        Ok(Some(kind)) => Check::ok("environment", format!("it says that it is {kind}")),
        Ok(None) => Check::unknown("environment", "WordPress before 6.9 does not show it over its own REST API").curable(format!(
            "read it through the plugin: `plan site capture {} --out FILE`",
            pasted(wordpress.reader.address())
        )),
    }
}
