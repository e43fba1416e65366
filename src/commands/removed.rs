//! `plan site removed`: whether the plugin is gone from a site, then whether its login is revoked.

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::words::to_the_second;
use crate::site::SiteError;
use crate::site::wordpress::{Address, Left, Login, LoginLeft};
use crate::trust::{Worked, mark_of_login, note_worked, worked};

use super::{Terminal, may_ask};

const REVOKE: &str = "Users > Profile > Application Passwords, Revoke";

/// What a login shows that nobody saw work.
const UNKNOWN: &str = "a login that is mistyped, or that the server takes out of requests, is refused alike: run this command before the \
    password is revoked, and once more after it";

/// What a refusal leaves open that is the same as that of nobody's login.
const ALIKE: &str = "this WordPress answers nobody's login with the same: a server that takes logins out of requests since then would look \
    alike, so see under Users > Profile that the password is no longer listed";

pub(super) fn run(site: &str, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let address = Address::parse(site)?;
    let again = format!("plan site removed {}", escape::shell(site));
    loop {
        let login = Login::of(&address).map_err(SiteError::from)?;
        let mark = mark_of_login(&login.is_known_by())?;
        let left = Left::on(address.clone(), login)?;
        match &left.login {
            LoginLeft::Works(plugin) => {
                let is_gone = matches!(plugin, Ok(None));
                note_worked(&mark, is_gone, Timestamp::now())?;
                line("plugin", &said_of(plugin), terminal)?;
                let revoke =
                    if is_gone { "revoke it" } else { "once this command saw that the plugin is gone, revoke it" };
                line("password", &format!("the login still works; {revoke}: {REVOKE}"), terminal)?;
                let question = "\nRevoke it there, then press Enter to look again (q ends): ";
                // At the end of the input nobody is there who could revoke anything.
                if is_gone && may_ask(false) && terminal.ask_line(question)?.is_some_and(|answer| answer != "q") {
                    continue;
                }
                then(&format!("not all is removed yet; once it is, look again: {again}"), terminal)?;
                return Ok(exit::NOT_GREEN);
            }
            LoginLeft::Refused(code) => {
                let worked = worked(&mark);
                let (is_gone, plugin) = once_refused(worked.as_ref(), left.answers);
                line("plugin", plugin, terminal)?;
                let refused = format!("`users/me` answers 401 ({}) to the login", escape::line(code));
                return match worked {
                    Some(Worked { at, .. }) => {
                        let at = to_the_second(&at.to_string());
                        line("password", &format!("revoked: {refused} that it took at {at}"), terminal)?;
                        if LoginLeft::is_as_to_nobody(code) {
                            then(ALIKE, terminal)?;
                        }
                        Ok(if is_gone { exit::OK } else { exit::NOT_GREEN })
                    }
                    None => {
                        line("password", &format!("unknown: {refused}, which nobody here saw work"), terminal)?;
                        then(UNKNOWN, terminal)?;
                        Ok(exit::NOT_GREEN)
                    }
                };
            }
        }
    }
}

fn line(name: &str, what: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    Ok(writeln!(terminal.out, "{name:<9} {what}")?)
}

/// Says what to make of the lines above it: on a terminal they stand before it.
fn then(what: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.is_shown();
    Ok(writeln!(terminal.err, "{what}")?)
}

/// What core's list of plugins shows.
fn said_of(plugin: &Result<Option<bool>, String>) -> String {
    match plugin {
        Ok(None) => "gone: `plan-bridge` is not in the site's list of plugins".to_owned(),
        Ok(Some(true)) => "still there, and active: Plugins > Plan bridge > Deactivate, Delete".to_owned(),
        Ok(Some(false)) => "still there, not active: Plugins > Plan bridge > Delete".to_owned(),
        Err(why) => format!("unknown: its list of plugins is not shown ({})", escape::line(why)),
    }
}

/// What is known of the plugin once no login reads the list of plugins any more.
fn once_refused(worked: Option<&Worked>, answers: Option<bool>) -> (bool, &'static str) {
    match (worked.is_some_and(|worked| worked.plugin_was_gone), answers) {
        (_, Some(true)) => (false, "still there, and active: Plugins > Plan bridge > Deactivate, Delete"),
        (true, _) => (true, "gone: while the login worked it was not in the site's list of plugins"),
        (false, Some(false)) => (false, "not active; whether it is deleted only a login shows: look under Plugins"),
        (false, None) => (false, "unknown: without a login the site shows neither its plugins nor its routes"),
    }
}
