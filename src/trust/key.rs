//! This machine's key: 32 random bytes in the user's own state folder, made when they are first needed.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::failure::{Failure, exit};
use crate::fs::{Readers, make_private, open_here, replace};
use crate::model::digest;

use super::own::is_own;

/// The key's file.
const FILE: &str = "machine.key";

/// What a mark is on. One is no mark on anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What a diff showed.
    Confirmation,
    /// A seal that was accepted.
    Seal,
    /// A line of a journal.
    Journal,
    /// The certificate of a rehearsal.
    Certificate,
    /// A reading of a site.
    Reading,
    /// What the collector gave of a site.
    Capture,
    /// A line of a record.
    Recorded,
    /// An attested fact that a reading showed otherwise.
    Voided,
    /// A login that a site took.
    Login,
    /// A parity certificate.
    Parity,
    /// Who this machine is to the lock on a site.
    SiteLock,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Seal => "seal",
            Self::Journal => "journal",
            Self::Certificate => "certificate",
            Self::Reading => "reading",
            Self::Capture => "capture",
            Self::Recorded => "recorded",
            Self::Voided => "voided",
            Self::Login => "login",
            Self::Parity => "parity",
            Self::SiteLock => "site-lock",
        }
    }
}

/// This machine's key.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// This machine's key for this user; none where none was needed yet.
    ///
    /// # Errors
    /// Where there is no place for it, or what lies there is no key of this user alone.
    pub fn find() -> Result<Option<Self>, Failure> {
        read(&state_home()?)
    }

    /// This machine's key for this user, which is made where there is none.
    ///
    /// # Errors
    /// As [`Key::find`], and where it cannot be written.
    pub fn find_or_make() -> Result<Self, Failure> {
        let home = state_home()?;
        match read(&home)? {
            Some(key) => Ok(key),
            None => make(&home),
        }
    }

    /// The mark of this key on these bytes, 64 hexadecimal digits.
    pub fn mark(&self, purpose: Purpose, bytes: &[u8]) -> String {
        digest::hex(&self.mac(purpose, bytes).finalize().into_bytes())
    }

    /// Whether this mark is this key's on these bytes.
    pub fn made(&self, purpose: Purpose, bytes: &[u8], mark: &str) -> bool {
        unhex(mark).is_some_and(|mark| self.mac(purpose, bytes).verify_slice(&mark).is_ok())
    }

    fn mac(&self, purpose: Purpose, bytes: &[u8]) -> Hmac<Sha256> {
        // No name holds a zero byte, so that no two purposes ever mark the same.
        let keyed = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length will do");
        keyed.chain_update(purpose.name()).chain_update([0]).chain_update(bytes)
    }
}

/// The 32 bytes of 64 lower-case hexadecimal digits.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The folder of what this user's `plan` keeps on this machine: `PLAN_STATE_HOME`, else `plan` in `XDG_STATE_HOME`, else in
/// `~/.local/state`.
///
/// # Errors
/// Where none of them names a folder from the root: one that is seen from where a command runs could lie in a repository.
pub fn state_home() -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let local = || if cfg!(windows) { set("LOCALAPPDATA") } else { None };
    let home = || std::env::home_dir().map(|home| home.join(".local").join("state"));
    let found = set("PLAN_STATE_HOME").or_else(|| {
        let base = set("XDG_STATE_HOME").filter(|folder| folder.is_absolute()).or_else(local).or_else(home)?;
        Some(base.join("plan"))
    });
    found.filter(|folder| folder.is_absolute()).ok_or_else(|| {
        let message = "there is no folder for this machine's key, which `plan` needs to recognize its own confirmations and \
            journals";
        Failure::new(exit::COULD_NOT_RUN, message)
            .help("set HOME, or XDG_STATE_HOME, to a folder of your own, as an absolute path")
    })
}

fn read(home: &Path) -> Result<Option<Key>, Failure> {
    let path = home.join(FILE);
    let failed = |error: io::Error| Failure::file("read this machine's key", &path, &error);
    let found = match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(failed)?,
    };
    let refused = |why: String| {
        Failure::new(exit::UNCONFIRMED, format!("this machine's key `{}` is not used: {why}", path.display())).help(
            "make it readable by you alone (`chmod 600`), or move it away: a new key is then made, and everything \
            that has the mark of the old one must be confirmed again",
        )
    };
    if !found.is_file() {
        return Err(refused("it is not a regular file".to_owned()));
    }
    is_own(home, 0o022).and_then(|()| is_own(&path, 0o077)).map_err(|why| refused(why.to_string()))?;
    let mut text = String::new();
    let file = open_here(&path, OpenOptions::new().read(true));
    file.and_then(|file| file.take(128).read_to_string(&mut text)).map_err(failed)?;
    match unhex(text.trim_end()) {
        Some(bytes) => Ok(Some(Key(bytes))),
        None => Err(refused("it is not 64 hexadecimal digits".to_owned())),
    }
}

/// Makes the key, once, however many ask for it at the same time.
fn make(home: &Path) -> Result<Key, Failure> {
    let failed = |error: io::Error| {
        Failure::file("write this machine's key into", home, &error)
            .help("make that folder writable, or set XDG_STATE_HOME to a folder that is")
    };
    make_private(home).map_err(failed)?;
    let lock = private(&home.join("machine.key.lock"), OpenOptions::new().create(true).write(true).truncate(false));
    // Let go when it is dropped.
    let lock = lock.map_err(failed)?;
    lock.lock().map_err(failed)?;
    if let Some(key) = read(home)? {
        return Ok(key);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| failed(io::Error::other(error.to_string())))?;
    let text = format!("{}\n", digest::hex(&bytes));
    replace(&home.join(FILE), text.as_bytes(), Readers::Owner).map_err(failed)?;
    Ok(Key(bytes))
}

fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    open_here(path, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_one_keys_on_one_text_for_one_purpose() {
        let (key, other) = (Key::new([7; 32]), Key::new([8; 32]));
        let mark = key.mark(Purpose::Journal, b"text");
        assert_eq!(mark.len(), 64);
        assert!(key.made(Purpose::Journal, b"text", &mark));
        assert!(!other.made(Purpose::Journal, b"text", &mark));
        assert!(!key.made(Purpose::Seal, b"text", &mark));
        assert!(!key.made(Purpose::Journal, b"texts", &mark));
        for wrong in [&mark[..63], &mark.to_uppercase(), "", "é", &format!("{mark}0")] {
            assert!(!key.made(Purpose::Journal, b"text", wrong), "{wrong}");
        }
    }

    #[test]
    fn the_mark_is_hmac_sha_256() {
        // Worked out with `openssl dgst -sha256 -mac HMAC` over `seal`, a zero byte and `x`, and a key of 32 zero bytes.
        let mark = Key::new([0; 32]).mark(Purpose::Seal, b"x");
        assert_eq!(mark, "27535dd7f825443ecf2f4dda3000aebe8a4b80def38764f259d7259ba6ff3144");
    }

    #[test]
    fn one_key_is_made_however_many_ask() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("state").join("plan");
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| make(&home).unwrap().0)).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]) && keys[0] != [0; 32]);
        assert_eq!(read(&home).unwrap().unwrap().0, keys[0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_or_replace_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("plan");
        make(&home).unwrap();
        let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        assert_eq!(std::fs::metadata(&home).unwrap().permissions().mode() & 0o777, 0o700);
        let key = home.join(FILE);
        for (path, open, shut) in [(&key, 0o640, 0o600), (&key, 0o602, 0o600), (&home, 0o770, 0o700)] {
            mode(path, open);
            let refused = read(&home).unwrap_err();
            assert!(refused.code == exit::UNCONFIRMED && refused.message.contains("is not used"), "{refused:?}");
            mode(path, shut);
            assert!(read(&home).unwrap().is_some());
        }
        std::fs::write(&key, "short\n").unwrap();
        assert!(read(&home).unwrap_err().message.contains("64 hexadecimal digits"));
        std::fs::remove_file(&key).unwrap();
        std::os::unix::fs::symlink("/dev/null", &key).unwrap();
        assert!(read(&home).unwrap_err().message.contains("not a regular file"));
    }
}
