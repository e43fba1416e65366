//! `plan site connect`, `plan site disconnect`: a site's login in the system's keyring.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::adapter::compile;
use crate::commands::adapter::with_own;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::model::digest::hex;
use crate::output::escape;
use crate::site::keyring::{self, NoKeyring};
use crate::site::wordpress::{Address, Collector, Limits, Login, NoLogin, WordPress, bound_by};
use crate::site::{Site as _, SiteError};
use crate::trust::{mark_of_login, note_taken};

/// The login for a site that is read: the environment's or the keyring's, or one that is asked for where there is neither.
pub(super) fn login(address: &Address, terminal: &mut Terminal<'_>) -> Result<Login, Failure> {
    match Login::of(address) {
        Ok(login) => Ok(login),
        Err(NoLogin::None(_)) if may_ask(false) => asked(address, terminal),
        Err(no) => Err(SiteError::from(no).into()),
    }
}

pub(super) fn connect(site: &str, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let address = Address::parse(site)?;
    ensure_private(&address)?;
    let given = Login::from_environment(&address)?;
    let elsewhere = Login::elsewhere(&address);
    if given.is_none() && !may_ask(false) {
        let elsewhere = elsewhere.map(|elsewhere| format!("; {elsewhere}")).unwrap_or_default();
        let message = format!("nobody can be asked for the login, as standard input is no terminal{elsewhere}");
        return Err(Failure::new(exit::USAGE, message).help(variables(&address)));
    }
    // Before anybody types for nothing.
    let keyring = keyring::reach();
    if let Err(why) = &keyring {
        writeln!(terminal.err, "{why}: the login can be tried, and not kept")?;
    }
    let login = match given {
        Some(login) => login,
        None => {
            elsewhere.iter().try_for_each(|elsewhere| writeln!(terminal.err, "{elsewhere}"))?;
            asked(&address, terminal)?
        }
    };
    let mut wordpress =
        WordPress::connect_within(address.clone(), login.clone(), Timestamp::now, Limits::of_collecting())?;
    note(&login);
    let has_list = show(&mut wordpress, &address, terminal)?;
    keyring.and_then(|()| keyring::keep(&login.to_keep())).map_err(|why| not_kept(&address, &why))?;
    writeln!(
        terminal.out,
        "login      kept in the system's keyring for {address}, and used by every verb that opens it"
    )?;
    next(&address, has_list, terminal)?;
    Ok(exit::OK)
}

/// Notes that a site took a login, so that `plan site removed` knows a refusal of it for what it is.
pub(super) fn note(login: &Login) {
    // What cannot be noted is unknown later, and nothing hangs on it now.
    drop(mark_of_login(&login.is_known_by()).and_then(|mark| note_taken(&mark, Timestamp::now())));
}

pub(super) fn disconnect(site: &str, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let address = Address::parse(site)?;
    let revoke = format!(
        "the application password is valid until it is revoked: {}/wp-admin/profile.php, under Application Passwords",
        address.bound()
    );
    match keyring::forget(&address.bound()) {
        Ok(true) => writeln!(terminal.out, "the login for {address} is no longer in the system's keyring")?,
        Ok(false) => {
            let message = format!("the system's keyring holds no login for {address}");
            return Err(Failure::new(exit::COULD_NOT_RUN, message).help(revoke));
        }
        Err(why) => {
            let message = match why {
                // What was asked for may have been done, or be done later.
                NoKeyring::Silent | NoKeyring::Refused(_) => {
                    format!("{why}: whether it still holds the login for {address} is not known")
                }
                _ => format!("{why}, so nothing was taken out of it"),
            };
            return Err(Failure::new(exit::COULD_NOT_RUN, message).help(revoke));
        }
    }
    writeln!(terminal.out, "{revoke}")?;
    writeln!(
        terminal.out,
        "what shows that the plugin is gone needs the login: for `plan site removed {}` set {}, PLAN_LOGIN_USER and PLAN_LOGIN_PASSWORD",
        escape::shell(&address.to_string()),
        bound_by(&address)
    )?;
    Ok(exit::OK)
}

/// Asks for a login; the way to the site is looked at before anything is typed.
fn asked(address: &Address, terminal: &mut Terminal<'_>) -> Result<Login, Failure> {
    ensure_private(address)?;
    WordPress::answers_at(address)?;
    writeln!(
        terminal.out,
        "An administrator's login on {address}, preferably the spare one's; under Users > Profile >"
    )?;
    writeln!(terminal.out, "Application Passwords the site makes a password for this, which can be revoked there.")?;
    terminal.forget_typed_ahead();
    let user = terminal.ask_line("User name: ")?;
    let password = terminal.ask_hidden("Application password (not shown): ")?;
    let (Some(user), Some(password)) = (said(user), said(password)) else {
        return Err(
            Failure::new(exit::USAGE, "no login was typed, so nothing was asked of the site").help(variables(address))
        );
    };
    Ok(Login::typed(address, &user, &password)?)
}

/// A login that is nobody's: whether one may go there does not hang on whose it is.
fn ensure_private(address: &Address) -> Result<(), Failure> {
    Login::typed(address, "nobody", "nothing").map(drop).map_err(Failure::from)
}

fn said(answer: Option<String>) -> Option<String> {
    answer.filter(|answer| !answer.is_empty())
}

/// What there is at the site; whether it can be captured.
fn show(wordpress: &mut WordPress, address: &Address, terminal: &mut Terminal<'_>) -> Result<bool, Failure> {
    let who = wordpress.signed_in()?.map_or_else(String::new, |signed_in| signed_in.key);
    let collector = wordpress.collector()?;
    let version = match collector.as_ref().and_then(|collector| collector.wordpress.clone()) {
        Some(version) => Some(version),
        None => wordpress.version()?,
    };
    let version = version.map_or("WordPress (it does not say which version)".to_owned(), |version| {
        format!("WordPress {}", escape::line(&version))
    });
    writeln!(terminal.out, "site       {address}: {version}")?;
    writeln!(terminal.out, "user       `{}`, an administrator", escape::line(&who))?;
    writeln!(terminal.out, "collector  {}", about(collector.as_ref())?)?;
    Ok(collector.is_some_and(|collector| collector.list.is_ok()))
}

/// The SHA-256 of the list that the built-in adapters make.
pub(super) fn built_in_list() -> Result<String, Failure> {
    Ok(hex(&Sha256::digest(compile::text(&with_own(&[])?))))
}

fn about(collector: Option<&Collector>) -> Result<String, Failure> {
    let Some(Collector { version, list, .. }) = collector else {
        return Ok("the plugin `plan-bridge` is not there, or not activated".to_owned());
    };
    Ok(match list {
        Ok(digest) => {
            let which =
                if *digest == built_in_list()? { "the list of the built-in adapters" } else { "a list of its own" };
            format!("`plan-bridge` {version} answers with {which} ({})", digest.get(..12).unwrap_or(digest))
        }
        Err(why) => format!("`plan-bridge` {version} has no list that it can use; it says: \"{why}\""),
    })
}

fn next(address: &Address, has_list: bool, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let site = escape::shell(&address.to_string());
    if has_list {
        writeln!(
            terminal.out,
            "next       read the site: plan site capture {site} --out private/site.capture.ndjson.gz"
        )?;
    } else {
        writeln!(
            terminal.out,
            "next       make the plugin with `plan bridge zip --out plan-bridge.zip`, upload it under Plugins > Add New > Upload Plugin, activate it, and run this again"
        )?;
    }
    Ok(())
}

fn not_kept(address: &Address, why: &NoKeyring) -> Failure {
    let message = format!("the site takes the login, and it is not kept: {why}");
    Failure::new(exit::COULD_NOT_RUN, message).help(variables(address))
}

/// The ways that need no keyring.
fn variables(address: &Address) -> String {
    format!(
        "without a keyring, set {}, PLAN_LOGIN_USER and PLAN_LOGIN_PASSWORD, or run `plan site capture URL --out FILE` \
         on a terminal, where the login is asked for each time",
        bound_by(address)
    )
}
