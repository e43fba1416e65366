//! What is wrong with the way to a site, and how to fix it: one check after the other, by reading alone.

mod login;

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::client::{Answer, Failure, Reader};
use super::{Address, Clock, Limits, Login, NoLogin, errors, meeting};
use crate::site::SiteError;

/// How far two clocks may be apart before evidence and windows are dated wrongly.
const APART: Duration = Duration::from_secs(60);

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is as it should be.
    Ok,
    /// It is in the way.
    Wrong,
    /// It could not be found out.
    Unknown,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What was found.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// Why it is so, as far as that shows.
    pub cause: Option<String>,
    /// What to do.
    pub cure: Option<String>,
}

impl Check {
    fn ok(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, seen: seen.into(), cause: None, cure: None }
    }

    fn wrong(name: &'static str, seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { verdict: Verdict::Wrong, cure: Some(cure.into()), ..Self::ok(name, seen) }
    }

    fn unknown(name: &'static str, seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, ..Self::ok(name, seen) }
    }

    fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    fn curable(self, cure: impl Into<String>) -> Self {
        Self { cure: Some(cure.into()), ..self }
    }

    /// What an error says is wrong, and its help as the cure.
    fn of(name: &'static str, error: &SiteError) -> Self {
        let what = match error {
            SiteError::Answer { what, .. } | SiteError::Login { what, .. } | SiteError::Another { what, .. } => {
                what.clone()
            }
            other => other.to_string(),
        };
        let cure = error.help().map(str::to_owned);
        Self { verdict: Verdict::Wrong, cure, ..Self::ok(name, what) }
    }
}

/// What was found at a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The checks, in the order in which one hangs on the other.
    pub checks: Vec<Check>,
    /// Whether something answered at the address.
    pub is_reached: bool,
}

/// What there is to look at, in this order.
const NAMES: [&str; 11] = [
    "certificate",
    "address",
    "rest-api",
    "site",
    "clock",
    "passwords",
    "login",
    "header",
    "collector",
    "cron",
    "environment",
];

/// Looks at the way to a site, and at the site as far as the login leads. `built_in` is the digest of the list that this program would
/// give the collector.
pub fn examine(
    address: &Address,
    login: Result<Login, NoLogin>,
    clock: Clock,
    limits: Limits,
    built_in: &str,
) -> Examined {
    let mut checks = Vec::new();
    let is_reached = all(address, login, (clock, limits), built_in, &mut checks);
    let missing = NAMES.iter().filter(|name| checks.iter().all(|check| check.name != **name));
    let later: Vec<Check> =
        missing.map(|name| Check::unknown(name, "not looked at, since a check before it failed")).collect();
    checks.extend(later);
    checks.sort_by_key(|check| NAMES.iter().position(|name| *name == check.name));
    Examined { checks, is_reached }
}

fn all(
    address: &Address,
    given: Result<Login, NoLogin>,
    (clock, limits): (Clock, Limits),
    built_in: &str,
    checks: &mut Vec<Check>,
) -> bool {
    let mut reader = match Reader::of_nobody(address.clone(), limits.clone()) {
        Ok(reader) => reader,
        Err(error) => {
            checks.push(Check::of("certificate", &error));
            return false;
        }
    };
    let forms = reader.by_form("/", &[("_fields", "home,authentication,namespaces")]);
    let now = clock();
    if let [(_, Err(failure)), (_, Err(_))] = &forms {
        return fails(address, failure, checks);
    }
    checks.push(certificate(address));
    checks.push(Check::ok("address", format!("{address} answers")));
    checks.extend(
        forms.iter().filter_map(|(_, answer)| answer.as_ref().ok()?.date).next().map(|date| at_the_time(date, now)),
    );
    let met = meeting::meet(&mut reader);
    let (api, index) = rest_api(&reader, &forms, met.is_ok());
    let is_api = api.verdict != Verdict::Wrong;
    checks.push(api);
    match met {
        Ok(()) => checks.push(Check::ok("site", "it says without a login that this address is its home")),
        Err(error) => {
            checks.extend(is_api.then(|| Check::of("site", &error)));
            return true;
        }
    }
    login::look(&reader, given, index.as_ref(), (clock, limits), built_in, checks);
    true
}

/// No answer came; whether something is there all the same.
fn fails(address: &Address, failure: &Failure, checks: &mut Vec<Check>) -> bool {
    let error = errors::failed(address, failure);
    if matches!(failure, Failure::Tls(_) | Failure::NoTls) {
        let cause = match failure {
            Failure::NoTls => "a server listens there, and speaks http, or something else",
            _ => "TLS is not set up there for this name, or its authority is a private one",
        };
        checks.push(Check::of("certificate", &error).because(cause));
        return true;
    }
    checks.push(Check::of("address", &error));
    let is_silent = matches!(
        failure,
        Failure::Refused
            | Failure::Unreachable
            | Failure::NoHost
            | Failure::ConnectTimeout(_)
            | Failure::Timeout(_)
            | Failure::Lost
    );
    !is_silent
}

fn certificate(address: &Address) -> Check {
    if address.is_https() {
        return Check::ok("certificate", "this system trusts the authority of the site's certificate");
    }
    let seen = "the address is http, which has none";
    if address.is_private() {
        Check::ok("certificate", seen)
    } else {
        Check::wrong("certificate", seen, "use the site's https address")
    }
}

fn at_the_time(date: Timestamp, now: Timestamp) -> Check {
    let apart = now.duration_since(date).unsigned_abs();
    let seconds = apart.as_secs();
    if apart <= APART {
        return Check::ok("clock", format!("the server's clock and this machine's are {seconds} s apart"));
    }
    Check::wrong(
        "clock",
        format!("the server's clock and this machine's are {seconds} s apart"),
        "set whichever is wrong by a time server (`timedatectl` shows this machine's)",
    )
    .because("one of the two clocks is wrong, or a cache answers with an old page; windows and the age of a backup go by this machine's")
}

/// Whether WordPress's REST API answers, by which form of address, and what its index says.
fn rest_api(reader: &Reader, forms: &[(String, Result<Answer, Failure>); 2], is_met: bool) -> (Check, Option<Value>) {
    let is_through = |answer: &Answer| answer.body.is_ok();
    let ways = forms.iter().map(|(form, answer)| match answer {
        Ok(answer) if is_through(answer) && answer.status == 200 => format!("{form} is answered"),
        Ok(answer) if is_through(answer) => format!("{form} is answered with {}", answer.status),
        Ok(answer) => format!("{form} is not: {} and no JSON", answer.status),
        Err(_) => format!("{form} is not: no answer came"),
    });
    let seen = ways.collect::<Vec<_>>().join("; ");
    let answers = || forms.iter().filter_map(|(_, answer)| answer.as_ref().ok());
    let Some(answer) = answers().find(|answer| is_through(answer)) else {
        if is_met {
            return (Check::ok("rest-api", "it is answered where the site's `Link` header says").because(seen), None);
        }
        let first = answers().next().map(|answer| errors::explain(reader, answer));
        let check = first.map_or_else(|| Check::unknown("rest-api", &*seen), |error| Check::of("rest-api", &error));
        return (check.because(seen), None);
    };
    let index = answer.body.as_ref().ok().filter(|_| answer.status == 200).cloned();
    if answers().any(|answer| !is_through(answer) && answer.status != 404 && answer.status != 200) {
        let cause = "a firewall, a security plugin or a cache in front of WordPress refuses one form of its address; the other one is used";
        return (Check::ok("rest-api", seen).because(cause), index);
    }
    (Check::ok("rest-api", seen), index)
}

/// Whether an index offers application passwords.
fn offers_passwords(index: &Value) -> bool {
    index.pointer("/authentication/application-passwords").is_some()
}
