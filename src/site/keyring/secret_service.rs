//! The Secret Service of a desktop, over its D-Bus session.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, io, thread};

use dbus_secret_service::{EncryptionType, Error, Item, SecretService};

use super::NoKeyring;

/// How long a person may take to unlock the keyring.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a session of D-Bus may take to let somebody in.
const MEETING: Duration = Duration::from_secs(10);
/// How long the keyring may take for the rest; each of its few answers is waited for two seconds by the library.
const ANSWERING: Duration = Duration::from_secs(20);

fn attributes(site: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "amc-plan"), ("site", site)])
}

pub(super) fn reach() -> Result<(), NoKeyring> {
    within(unlocked)
}

pub(super) fn read(site: &str) -> Result<Option<Vec<u8>>, NoKeyring> {
    let site = site.to_owned();
    within(move |service| {
        let items = items(service, &site)?;
        items.first().map(|item| item.get_secret().map_err(said)).transpose()
    })
}

pub(super) fn write(site: &str, secret: &[u8]) -> Result<(), NoKeyring> {
    let (site, secret) = (site.to_owned(), secret.to_owned());
    within(move |service| {
        unlocked(service)?;
        let collection = service.get_default_collection().map_err(said)?;
        let label = format!("plan: a WordPress login for {site}");
        collection.create_item(&label, attributes(&site), &secret, true, "application/json").map_err(said)?;
        Ok(())
    })
}

pub(super) fn remove(site: &str) -> Result<bool, NoKeyring> {
    let site = site.to_owned();
    within(move |service| {
        let items = items(service, &site)?;
        items.iter().try_for_each(|item| item.delete().map_err(said))?;
        Ok(!items.is_empty())
    })
}

/// Asks the keyring, in a thread of its own: a session that lets nobody in would be waited for without an end.
fn within<T: Send + 'static>(
    ask: impl FnOnce(&SecretService) -> Result<T, NoKeyring> + Send + 'static,
) -> Result<T, NoKeyring> {
    // The keyring asks in a window of its own; where nobody sits, nobody is waited for.
    let patience = if io::stdin().is_terminal() { PATIENCE } else { Duration::ZERO };
    let (met, is_met) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    thread::spawn(move || {
        let service = connect(patience);
        // Nobody listens any more where it took too long.
        let _ = met.send(());
        let _ = answer.send(service.and_then(|service| ask(&service)));
    });
    is_met.recv_timeout(MEETING).map_err(|_| NoKeyring::Silent)?;
    answered.recv_timeout(patience + ANSWERING).map_err(|_| NoKeyring::Silent)?
}

/// The entries of a site, unlocked.
fn items<'a>(service: &'a SecretService, site: &str) -> Result<Vec<Item<'a>>, NoKeyring> {
    let found = service.search_items(attributes(site)).map_err(said)?;
    if !found.locked.is_empty() {
        service.unlock_all(&found.locked.iter().collect::<Vec<_>>()).map_err(said)?;
    }
    Ok(found.unlocked.into_iter().chain(found.locked).collect())
}

fn unlocked(service: &SecretService) -> Result<(), NoKeyring> {
    service.get_default_collection().map_err(said)?.ensure_unlocked().map_err(said)
}

/// The bus is this user's own socket, and whoever may listen on it may ask the keyring itself: nothing is gained by encrypting what
/// goes over it.
fn connect(patience: Duration) -> Result<SecretService, NoKeyring> {
    if !is_session(env::var("DBUS_SESSION_BUS_ADDRESS").ok(), env::var("XDG_RUNTIME_DIR").ok()) {
        return Err(NoKeyring::NoSession);
    }
    SecretService::connect_with_max_prompt_timeout(EncryptionType::Plain, patience.as_secs()).map_err(said)
}

/// Whether there is a session that can be joined without a program being started for it, as some addresses of a bus have it.
fn is_session(address: Option<String>, runtime: Option<String>) -> bool {
    match address.filter(|address| !address.trim().is_empty()) {
        Some(address) => {
            address.split(';').all(|each| !each.starts_with("unixexec:") && !each.starts_with("autolaunch:"))
        }
        None => runtime.filter(|folder| !folder.is_empty()).is_some_and(|folder| {
            let socket = Path::new(&folder).join("bus");
            fs::metadata(socket).is_ok_and(|found| found.file_type().is_socket())
        }),
    }
}

fn said(error: Error) -> NoKeyring {
    match error {
        Error::Locked | Error::Prompt => NoKeyring::Locked,
        Error::NoResult => NoKeyring::Empty,
        Error::Dbus(error) => by_name(error.name().unwrap_or("no reason")),
        other => NoKeyring::Refused(match other {
            Error::Parse => "its answer cannot be read".to_owned(),
            _ => "no reason".to_owned(),
        }),
    }
}

/// What an error of D-Bus means; its text is the daemon's own and may hold anything.
fn by_name(name: &str) -> NoKeyring {
    let name = name.strip_prefix("org.freedesktop.").unwrap_or(name);
    match name {
        "Secret.Error.IsLocked" => NoKeyring::Locked,
        "DBus.Error.ServiceUnknown" | "DBus.Error.NameHasNoOwner" => NoKeyring::NoDaemon,
        _ if name.starts_with("DBus.Error.Spawn") => NoKeyring::NoDaemon,
        "DBus.Error.NoServer"
        | "DBus.Error.FileNotFound"
        | "DBus.Error.Disconnected"
        | "DBus.Error.BadAddress"
        | "DBus.Error.AuthFailed" => NoKeyring::NoSession,
        "DBus.Error.NoReply" | "DBus.Error.Timeout" | "DBus.Error.TimedOut" => NoKeyring::Silent,
        other => {
            NoKeyring::Refused(other.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(80).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_joined_and_none_is_started() {
        let with = |address: &str| is_session(Some(address.to_owned()), None);
        assert!(with("unix:path=/run/user/1000/bus"));
        assert!(!with("autolaunch:") && !with("unixexec:path=/bin/sh,argv1=-c"));
        assert!(!with("unix:path=/run/user/1000/bus;unixexec:path=/bin/sh"));
        let folder = tempfile::tempdir().unwrap();
        let of = |address: &str| is_session(Some(address.to_owned()), Some(folder.path().display().to_string()));
        assert!(!of("") && !is_session(None, None), "an address that is empty is none");
        std::fs::write(folder.path().join("bus"), "no socket").unwrap();
        assert!(!of(""));
        std::fs::remove_file(folder.path().join("bus")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("bus")).unwrap();
        assert!(of(""));
    }

    #[test]
    fn each_error_of_a_bus_is_said_in_words_and_none_in_its_own() {
        assert_eq!(by_name("org.freedesktop.DBus.Error.ServiceUnknown"), NoKeyring::NoDaemon);
        assert_eq!(by_name("org.freedesktop.DBus.Error.Spawn.ChildExited"), NoKeyring::NoDaemon);
        assert_eq!(by_name("org.freedesktop.DBus.Error.FileNotFound"), NoKeyring::NoSession);
        assert_eq!(by_name("org.freedesktop.Secret.Error.IsLocked"), NoKeyring::Locked);
        assert_eq!(by_name("x.\u{1b}[2Jy"), NoKeyring::Refused("x.2Jy".to_owned()));
    }
}
