//! Whether what was put on a site to read it is gone again: the collector by core's own list of plugins, then the login by a 401.

use serde_json::Value;

use super::address::Address;
use super::client::Reader;
use super::excerpt::code;
use super::limits::Limits;
use super::login::Login;
use super::{errors, meeting, text};
use crate::site::SiteError;

/// The collector's folder, and its file: core's list of plugins names it by both. Whoever puts it there by hand may call the folder otherwise.
const NAME: &str = "plan-bridge";

/// The collector's routes, as the index of the REST API names them to anybody.
const ROUTES: &str = "plan/v1";

/// What WordPress says to a login whose password, or user, it does not have (seen in its code, and on running sites): of some versions the same
/// as to nobody's login, so that it shows something only of a login that worked before.
const REFUSED: [&str; 4] = ["incorrect_password", "invalid_username", "invalid_email", AS_TO_NOBODY];

/// What it says to nobody's login.
const AS_TO_NOBODY: &str = "rest_not_logged_in";

/// What is left on a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Whether the collector answers: whether its routes are in the index, which is asked without a login; none where that is not shown.
    pub answers: Option<bool>,
    /// The login.
    pub login: LoginLeft,
}

/// Whether a login is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginLeft {
    /// WordPress takes it, and its list of plugins has the collector (and whether it is active) or has it not; or why it is not shown.
    Works(Result<Option<bool>, String>),
    /// WordPress refuses it with 401 and this code: it was revoked, never was one, or did not reach it.
    Refused(String),
}

impl LoginLeft {
    /// Whether a refusal with this code is the same that nobody's login gets: it does not show that the login reached WordPress.
    pub fn is_as_to_nobody(code: &str) -> bool {
        code == AS_TO_NOBODY
    }
}

impl Left {
    /// Asks a site. Which site answers is found out before the login is sent.
    ///
    /// # Errors
    /// As [`super::WordPress::connect`]; and where a refusal shows nothing of the password.
    pub fn on(address: Address, login: Login) -> Result<Self, SiteError> {
        let mut reader = Reader::new(address, login, Limits::default())?;
        let answers = answers_on(&reader);
        meeting::meet(&mut reader)?;
        let failed = |reader: &Reader, failure| errors::failed(reader.address(), &failure);
        let me = reader.get("/wp/v2/users/me", &[("_fields", "id")]).map_err(|failure| failed(&reader, failure))?;
        let said = me.body.as_ref().ok().and_then(code).map(str::to_owned);
        let login = match (me.status, said) {
            (200, None) if me.body.as_ref().is_ok_and(|body| body.get("id").is_some()) => {
                let plugins = reader.get("/wp/v2/plugins", &[("context", "edit"), ("_fields", "plugin,status")]);
                let plugins = plugins.map_err(|failure| failed(&reader, failure))?;
                let listed =
                    match errors::missing(&plugins) {
                        Some(why) => Err(why),
                        None => Ok(collector(plugins.body.ok().as_ref())
                            .ok_or_else(|| errors::not_wordpress(reader.address()))?),
                    };
                // Under another name, or where no list shows it, it still answers.
                let answers = answers.or_else(|| answers_on(&reader));
                LoginLeft::Works(if answers == Some(true) && listed != Ok(Some(true)) {
                    Ok(Some(true))
                } else {
                    listed
                })
            }
            // Where they are switched off every login is refused.
            (401, Some(said)) if REFUSED.contains(&&*said) && reader.offers_passwords() != Some(false) => {
                LoginLeft::Refused(said)
            }
            _ => return Err(errors::explain(&reader, &me)),
        };
        Ok(Self { answers, login })
    }
}

/// Whether the collector's routes are in the index of the REST API; none where that is not shown.
fn answers_on(reader: &Reader) -> Option<bool> {
    let index = reader.get("/", &[("_fields", "namespaces")]).ok()?;
    let namespaces = index.body.ok()?.get("namespaces")?.as_array().cloned()?;
    Some(namespaces.iter().any(|space| space == ROUTES))
}

/// Whether a list of plugins has the collector, and whether it is active; none where it is no such list.
fn collector(list: Option<&Value>) -> Option<Option<bool>> {
    let rows = list?.as_array()?;
    let all: Option<Vec<(String, String)>> =
        rows.iter().map(|row| Some((text(row, "plugin")?, text(row, "status")?))).collect();
    let is_it = |plugin: &str| plugin.split('/').any(|part| part == NAME);
    let found = all?.into_iter().filter(|(plugin, _)| is_it(plugin)).map(|(_, status)| status != "inactive");
    // Of two copies the one that is active counts.
    Some(found.max())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_shows_whether_the_collector_is_in_it_and_anything_else_shows_nothing() {
        let of = |list: Value| collector(Some(&list));
        assert_eq!(of(json!([])), Some(None));
        assert_eq!(of(json!([{"plugin": "plan-bridges/x", "status": "active"}])), Some(None));
        assert_eq!(of(json!([{"plugin": "plan-bridge/plan-bridge", "status": "active"}])), Some(Some(true)));
        // Put there by hand in a folder of another name, or twice.
        assert_eq!(of(json!([{"plugin": "bridge/plan-bridge", "status": "active"}])), Some(Some(true)));
        let copies = json!([{"plugin": "plan-bridge/plan-bridge", "status": "inactive"}, {"plugin": "bridge/plan-bridge", "status": "active"}]);
        assert_eq!(of(copies), Some(Some(true)));
        assert_eq!(of(json!([{"plugin": "plan-bridge/plan-bridge", "status": "network-active"}])), Some(Some(true)));
        assert_eq!(of(json!([{"plugin": "plan-bridge/plan-bridge", "status": "inactive"}])), Some(Some(false)));
        for other in [json!({}), json!("x"), json!([{"plugin": 1}]), json!([{"plugin": "x"}])] {
            assert_eq!(of(other.clone()), None, "{other}");
        }
    }
}
