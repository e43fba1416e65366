//! Whether the collector (`bridge/`) is on a site, and what it says of itself.

use serde_json::Value;

use super::client::{Answer, SAYS};
use super::excerpt::{excerpt, version};
use super::{WordPress, errors, text};
use crate::site::SiteError;

/// What the collector says of itself, before it is asked for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    /// The format of what it gives.
    pub format: u64,
    /// Its version.
    pub version: String,
    /// The SHA-256 of the list of what it may read; or why it has none that can be used, in the site's words.
    pub list: Result<String, String>,
    /// The WordPress that it is in, where it says.
    pub wordpress: Option<String>,
}

impl WordPress {
    /// The collector; none where the site has none that is switched on.
    ///
    /// # Errors
    /// [`SiteError`] where the site does not answer, or refuses.
    pub fn collector(&self) -> Result<Option<Collector>, SiteError> {
        let answer = self.get(SAYS, &[])?;
        let is_missing =
            matches!(&answer, Answer { status: 404, body: Ok(body), .. } if code_is(body, "rest_no_route"));
        if is_missing {
            return Ok(None);
        }
        let body = self.body(answer)?;
        let shown = |text: String| excerpt(&self.reader.login().hide(&text));
        let read = read(&body, shown).ok_or_else(|| errors::not_wordpress(self.reader.address()))?;
        Ok(Some(read))
    }

    /// The version of the WordPress, where its own REST API shows it.
    ///
    /// # Errors
    /// [`SiteError`] where the site does not answer.
    pub fn version(&self) -> Result<Option<String>, SiteError> {
        let index = self.body(self.get("/", &[("_fields", "namespaces")])?)?;
        Ok(text(&self.environment_info(&index)?, "wp_version").and_then(|found| version(&found).map(str::to_owned)))
    }
}

fn code_is(body: &Value, code: &str) -> bool {
    body.get("code").and_then(Value::as_str) == Some(code)
}

/// What it says, as it can be shown.
fn read(body: &Value, shown: impl Fn(String) -> String) -> Option<Collector> {
    let plugin = body.get("plugin")?;
    let is_ours = text(plugin, "name").as_deref() == Some("plan-bridge");
    let request = body.get("request")?;
    let list = match (text(request, "sha256"), text(request, "error")) {
        (Some(digest), _) if is_digest(&digest) => Ok(digest),
        (_, Some(why)) => Err(shown(why)),
        (_, None) => return None,
    };
    let wordpress = text(body, "wordpress").and_then(|found| version(&found).map(str::to_owned));
    let format = body.get("format").and_then(Value::as_u64)?;
    let found = text(plugin, "version")?;
    let version = version(&found).unwrap_or("of a version that is none").to_owned();
    is_ours.then_some(Collector { format, version, list, wordpress })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
