//! A real WordPress for the tests, up for as long as this value lives.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A site that `tests/staging/up` brought up in a private folder; dropped, it is taken down.
pub(crate) struct Staging {
    folder: tempfile::TempDir,
    site: Value,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staging").join(name)
}

impl Staging {
    /// Brings a site up; none where `PLAN_WITHOUT_STAGING` says that this machine cannot. `PLAN_WORDPRESS` names another suite of Debian,
    /// whose WordPress it is unless the options name one.
    pub(crate) fn up(options: &[&str]) -> Option<Self> {
        if std::env::var_os("PLAN_WITHOUT_STAGING").is_some() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("site");
        let mut up = Command::new(script("up"));
        if let Some(suite) = std::env::var_os("PLAN_WORDPRESS") {
            up.arg("--wordpress").arg(suite);
        }
        let up = up.arg(&dir).args(options).output().unwrap();
        assert!(up.status.success(), "tests/staging/up failed: {}", String::from_utf8_lossy(&up.stderr));
        Some(Self { site: serde_json::from_slice(&up.stdout).unwrap(), folder })
    }

    /// One that somebody else brought up in `site` of this folder, and what `up` said of it.
    pub(crate) fn that_is_up(folder: tempfile::TempDir, site: Value) -> Self {
        Self { folder, site }
    }

    /// Gives it another name of this machine.
    pub(crate) fn rename(&mut self, name: &str) {
        self.is_at(self.url().replace("127.0.0.1", name));
    }

    /// Puts it into a folder of its server.
    pub(crate) fn moves_into(&mut self, folder: &str) {
        self.is_at(format!("{}/{folder}", self.url()));
    }

    fn is_at(&mut self, url: String) {
        std::fs::write(self.dir().join("url"), &url).unwrap();
        self.site["url"] = url.into();
    }

    /// The site's folder.
    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// What `up` said at a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.site.pointer(pointer).unwrap().as_str().unwrap()
    }

    /// The site's address.
    pub(crate) fn url(&self) -> &str {
        self.text("/url")
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = Command::new(script("down")).arg(self.dir()).output();
    }
}
