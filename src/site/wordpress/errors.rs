//! What to say where a site does not answer as it should, and what to do about it.

use std::time::Duration;

use url::Url;

use super::address::Address;
use super::client::{Answer, Failure, NotJson, Reader};
use super::excerpt::{code, excerpt};
use super::login::{ORIGIN, is_plain};
use super::said;
use crate::model::Identity;
use crate::site::SiteError;

/// What to do where Basic login does not reach WordPress.
pub(super) const HEADER_HELP: &str = "under Apache, `SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1` in .htaccess passes it on; \
     Tools > Site Health names it as `authorization header`";

/// What to do where something in front of WordPress answers.
const FRONT_HELP: &str = "give the address of the site's front page; a cache, a firewall, a coming-soon or a login page in \
     front of it must let `?rest_route=` or `/wp-json/` through";

/// No answer came, or no whole one.
pub(super) fn failed(site: &Address, failure: &Failure) -> SiteError {
    let (what, help) = match failure {
        Failure::Elsewhere(to) => return elsewhere(site, to),
        Failure::ConnectTimeout(limit) => (
            format!("no connection within {}", seconds(*limit)),
            "check the address, and whether a firewall keeps this machine out",
        ),
        Failure::Tls(said) => (
            format!("no secure connection: {said}"),
            if ["UnknownIssuer", "BadSignature"].iter().any(|unknown| said.contains(unknown)) {
                "this system does not know the authority of its certificate: add a private one (DDEV, mkcert, a company's proxy) to the \
                 system's store, or name its file in SSL_CERT_FILE"
            } else {
                "the site needs a certificate for this host name that browsers accept"
            },
        ),
        Failure::Timeout(limit) => (
            format!("no complete answer within {}", seconds(*limit)),
            "open the site in a browser first, since some staging sites sleep until somebody visits, then try again",
        ),
        Failure::TooLarge(limit) => (
            format!("an answer is larger than {} MiB", limit.div_ceil(1024 * 1024)),
            "no WordPress gives such a large answer here; check what answers at this address",
        ),
        Failure::NoEnd(bound) => (
            format!("reading it takes more than {bound}, so it was not read to its end"),
            "an ordinary site takes a dozen requests and a few seconds; check what answers at this address, or try again when it is less busy",
        ),
        plain => plain.without_figures(),
    };
    answer(site, what, help)
}

fn elsewhere(site: &Address, to: &str) -> SiteError {
    let to = without_query(to);
    // Somebody else chose its letters, and what is set is pasted into a shell.
    let help = if is_plain(&to) {
        format!("if that is the site, give its address and set {ORIGIN}={to}; no login is sent on to another site")
    } else {
        "no WordPress has such an address: look at what answers there; no login is sent on to another site".to_owned()
    };
    answer(site, format!("it redirects to `{to}`"), help)
}

/// An address with what may name a person cut off.
fn without_query(to: &str) -> String {
    let Ok(url) = Url::parse(to) else { return excerpt(to) };
    let path = url.path().trim_end_matches('/');
    format!("{}{}", url.origin().ascii_serialization(), excerpt(path))
}

/// An answer came that is not the JSON that was asked for, or has another status than 200.
pub(super) fn explain(reader: &Reader, got: &Answer) -> SiteError {
    let site = reader.address();
    if let Err(not @ (NotJson::Bom | NotJson::Printed(_) | NotJson::Reported(_))) = &got.body {
        return not_json(site, not, &got.asked);
    }
    let code = got.body.as_ref().ok().and_then(code);
    match (got.status, code) {
        (401 | 403 | 407, code) => refused(reader, got, code),
        (429 | 500.., code) => busy(site, got, code),
        (404, Some(code)) => answer(
            site,
            format!("its REST API lacks what is asked for (404 `{code}` at {})", got.asked),
            "a plugin or the theme has removed the route; allow it for administrators",
        ),
        (404, None) => {
            answer(site, format!("there is no WordPress at this address (404 at {})", got.asked), FRONT_HELP)
        }
        (200, _) => match &got.body {
            Err(not) => not_json(site, not, &got.asked),
            Ok(_) => not_wordpress(site),
        },
        (other, code) => answer(site, format!("it answers with status {}", status(other, code)), FRONT_HELP),
    }
}

/// 401, 403, 407.
fn refused(reader: &Reader, got: &Answer, code: Option<&str>) -> SiteError {
    let site = reader.address();
    match code {
        None if got.asks_for_login => servers_own_login(site),
        None => {
            let what = format!("the server refuses {} ({}) before WordPress is asked", got.asked, got.status);
            answer(site, what, FRONT_HELP)
        }
        Some(code) if got.status == 401 => logged_out(reader, code),
        Some(code) => login(
            site,
            format!("it refuses this user (`{code}`)"),
            "the user must be an administrator, and no security plugin may block their access to the REST API",
        ),
    }
}

/// 429 and from 500 on.
fn busy(site: &Address, got: &Answer, code: Option<&str>) -> SiteError {
    let (what, help) = match got.status {
        429 => ("it asks for fewer requests (429)".to_owned(), "wait some minutes and try again"),
        503 if code == Some("wp_die") || got.retry_after.is_some() => (
            "it is in maintenance mode (503)".to_owned(),
            "wait until its update is done; a stuck one ends when `.maintenance` is deleted from WordPress's folder",
        ),
        502..=504 => (
            format!("the server has no answer from WordPress ({})", got.status),
            "try again; if it happens again, the site is down or overloaded, and the host's error log says why",
        ),
        other => (
            format!("it fails while it answers ({})", status(other, code)),
            "a plugin or the server is at fault; the site's PHP error log names it",
        ),
    };
    answer(site, what, help)
}

/// JSON came, but not WordPress's.
pub(super) fn not_wordpress(site: &Address) -> SiteError {
    answer(site, "it answers JSON, but not as WordPress does", FRONT_HELP)
}

/// The login is right, but not an administrator's.
pub(super) fn no_administrator(reader: &Reader, may_nothing: bool) -> SiteError {
    let what = said::NO_ADMINISTRATOR;
    let help = format!("use those of an administrator, preferably the spare one, for {}", reader.login().named());
    let network = "; in a network of sites (multisite) a super admin is not automatically a member of every site: add them to \
        this site as an administrator";
    login(reader.address(), what, if may_nothing { format!("{help}{network}") } else { help })
}

/// It names another user than the one who asks.
pub(super) fn somebody_else(reader: &Reader) -> SiteError {
    login(
        reader.address(),
        said::SOMEBODY_ELSE,
        format!(
            "a cache may answer in WordPress's place: let it leave out `wp-json` and `rest_route`; or write the user name, or the address, \
             as the site has it: {}",
            reader.login().named()
        ),
    )
}

/// What became of the login where another site answers.
fn sent(reader: &Reader) -> &'static str {
    if reader.has_sent_login() {
        "the login was sent while it answered as this site, and not since: revoke that application password under \
        Users > Profile, and create another"
    } else {
        "no login was sent to it"
    }
}

/// Another site answers than the one that is meant.
pub(super) fn another(reader: &Reader, found: &Address, could_be: bool) -> SiteError {
    let site = reader.address();
    let scheme = if found.is_https() { "https" } else { "http" };
    let found = format!("{scheme}://{}", found.identity().address());
    let is_plain = is_plain(&found);
    let found = if is_plain { found } else { excerpt(&found) };
    let what = format!("another site answers there: its home is `{found}`; {}", sent(reader));
    let help = if !is_plain {
        format!("no WordPress has such a home: check where `{site}` leads")
    } else if could_be {
        format!(
            "if that is the one that is meant, write `{found}` in the plan's `sites` and in `--site`, letter for letter"
        )
    } else {
        format!(
            "check where `{site}` leads; only if `{found}` is the site that is meant, write that in the plan's `sites` and in `--site`"
        )
    };
    SiteError::Another { origin: site.to_string(), what, help }
}

/// The home that it says it has is no home address.
pub(super) fn no_home(reader: &Reader, home: &str) -> SiteError {
    let what =
        format!("the site there says that its home is \"{}\", which names no site; {}", excerpt(home), sent(reader));
    let help = "correct *Site Address (URL)* under Settings > General on the site: scheme, host and folder, without a login in it";
    SiteError::Another { origin: reader.address().to_string(), what, help: help.to_owned() }
}

/// Nothing shows without a login which site it is.
pub(super) fn unknown_identity(site: &Address) -> SiteError {
    login(
        site,
        "it does not say without a login which site it is, and no login is sent before that is known",
        "a plugin closes the REST API to visitors: let it except the index, so that \
         `?rest_route=/` shows `home` to anybody, or let the front page send the `Link` header that names `/wp-json/`",
    )
}

/// A list of users changed whenever it was read.
pub(super) fn never_still(site: &Address) -> SiteError {
    answer(
        site,
        "its users changed while they were read, three times in a row",
        "try again when nobody is added or removed; an import or a sync may be running",
    )
}

/// A list that never comes to its end.
pub(super) fn endless(site: &Address, what: &str) -> SiteError {
    answer(
        site,
        format!("its list of administrators {what}, so it was not read to its end"),
        "a cache or a security plugin may answer each page with the same text; let it leave out `wp-json` and `rest_route`, then try again",
    )
}

/// The collector does not answer, or gives something else.
pub(super) fn no_collection(reader: &Reader, got: &Answer) -> SiteError {
    let site = reader.address();
    let code = got.body.as_ref().ok().and_then(code);
    match (got.status, code) {
        (404, Some("rest_no_route")) => answer(
            site,
            format!(
                "the plugin `plan-bridge`, which gives this, does not answer there (404 `rest_no_route` at {})",
                got.asked
            ),
            said::INSTALL,
        ),
        (200, None) if got.body.is_ok() => answer(
            site,
            format!("it answers {} with something else than lines of the plugin `plan-bridge`", got.asked),
            "a cache or another plugin may answer in its place: let it leave out `wp-json` and `rest_route`; or download the file under Tools > Plan on the site",
        ),
        _ => explain(reader, got),
    }
}

/// The collector gave the members of another site.
pub(super) fn other_members(site: &Address, found: &Identity) -> SiteError {
    SiteError::Another {
        origin: site.origin(),
        what: format!("the plugin `plan-bridge` there gave the members of `{found}`"),
        help:
            "another site's members prove nothing about this one: look at WordPress's Site Address (Settings > General)"
                .to_owned(),
    }
}

/// What the collector gave is not whole, or it reported that it failed.
pub(super) fn damaged(site: &Address, line: Option<u64>, what: &str, help: &str) -> SiteError {
    let place = line.map(|line| format!(" (line {line} of its answer)")).unwrap_or_default();
    answer(site, format!("{what}{place}"), help)
}

/// The site was not read to its end by a run, which goes no further on what it does not know.
pub(super) fn cut_off(site: &Address, why: &str) -> SiteError {
    let help = "nothing of them was kept: run this again, and if it fails again `plan site doctor URL` says what is in the way. Without them \
                a run goes on once the plugin `plan-bridge` is deactivated on the site, where it was accepted that they are unknown \
                (`--accept-unknown members`)";
    answer(site, format!("what `plan-bridge` gives was not read whole: {why}"), help)
}

/// Why a section is missing, where the site refuses just that one.
pub(super) fn missing(got: &Answer) -> Option<String> {
    let code = got.body.as_ref().ok().and_then(code)?;
    matches!(got.status, 400 | 403..=405).then(|| format!("the site's REST API refuses it ({} `{code}`)", got.status))
}

fn servers_own_login(site: &Address) -> SiteError {
    login(
        site,
        "the server asks for a login of its own before WordPress is asked (`WWW-Authenticate`)",
        "a request can carry one login only, and an application password is another: take `?rest_route=` and `/wp-json/` out of the \
         server's password protection, or download the capture under Tools > Plan on the site, or run `plan` on the server itself",
    )
}

/// WordPress did not take the login; its index says more.
fn logged_out(reader: &Reader, code: &str) -> SiteError {
    let site = reader.address();
    let named = reader.login().named();
    let check = format!("check {named}: an application password, not the one typed at wp-login.php");
    match code {
        "incorrect_password" | "invalid_username" | "invalid_email" | "invalid_application_password" => {
            return login(site, format!("the user name or the application password is wrong (`{code}`)"), check);
        }
        "application_passwords_disabled" | "application_passwords_disabled_for_user" => {
            return passwords_off(site, &format!(" (`{code}`)"));
        }
        _ => {}
    }
    if reader.offers_passwords() == Some(false) {
        return passwords_off(site, "");
    }
    if code == "rest_not_logged_in" {
        let what = "it answers as if nobody had logged in: the user name or the application password is wrong, \
                    or the server drops the `Authorization` header";
        return login(site, what, format!("{check}; if they are right, {HEADER_HELP}"));
    }
    let what = format!("its REST API is for logged-in users only (`{code}`), and it did not accept this login");
    login(site, what, format!("{check}; if they are right, {HEADER_HELP}"))
}

pub(super) fn passwords_off(site: &Address, code: &str) -> SiteError {
    let help = if site.is_https() {
        "a plugin, the host or wp-config.php switches them off (`wp_is_application_passwords_available`), or WordPress does \
         not know that the connection is https: behind a proxy, `X-Forwarded-Proto` must reach it"
    } else {
        "WordPress takes them over https only, except where WP_ENVIRONMENT_TYPE is `local`: use the https address; \
         over https, a plugin may have switched them off"
    };
    login(site, format!("application passwords are off there{code}"), help)
}

fn not_json(site: &Address, not: &NotJson, asked: &str) -> SiteError {
    let printer =
        "a plugin or the theme prints it: set `display_errors` off on the site, or find it in the PHP error log";
    match not {
        NotJson::Bom => answer(
            site,
            "a byte order mark comes before its JSON",
            "a PHP file of a plugin, the theme or wp-config.php is saved as UTF-8 with BOM; save it without",
        ),
        NotJson::Printed(text) => {
            answer(site, format!("something there prints text around the JSON: \"{text}\""), printer)
        }
        NotJson::Reported(message) => answer(site, format!("it gave nothing, and reported: {message}"), printer),
        NotJson::Html => answer(site, format!("a web page came instead of JSON at {asked}"), FRONT_HELP),
        NotJson::Cut => answer(
            site,
            "its JSON ends too early",
            "PHP stopped while it answered, out of memory or time; the site's PHP error log says why",
        ),
        NotJson::Other(of, text) if of.is_empty() => {
            answer(site, format!("an answer without a content type came instead of JSON: \"{text}\""), FRONT_HELP)
        }
        NotJson::Other(of, text) => answer(site, format!("`{of}` came instead of JSON: \"{text}\""), FRONT_HELP),
        NotJson::Broken(text) => answer(site, format!("its JSON is broken: \"{text}\""), printer),
    }
}

fn status(status: u16, code: Option<&str>) -> String {
    code.map_or_else(|| status.to_string(), |code| format!("{status} `{code}`"))
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64().ceil())
}

fn answer(site: &Address, what: impl Into<String>, help: impl Into<String>) -> SiteError {
    SiteError::Answer { origin: site.origin(), what: what.into(), help: help.into() }
}

fn login(site: &Address, what: impl Into<String>, help: impl Into<String>) -> SiteError {
    SiteError::Login { origin: site.origin(), what: what.into(), help: help.into() }
}
