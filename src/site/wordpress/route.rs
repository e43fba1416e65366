//! Where a site's routes are asked for, and where its answers lead: never out of its own folder.

use ureq::Body;
use ureq::http::{Response, header};
use url::Url;

use super::address::{Address, stays};
use super::no_answer::Failure;
use crate::model::Identity;

/// How routes are asked for.
pub(super) enum Root {
    /// `?rest_route=/wp/v2/…` at this address: works with every permalink setting.
    Query(Url),
    /// `…/wp-json/wp/v2/…`, as the site itself announced.
    Path(Url),
}

impl Root {
    /// Where every WordPress answers.
    pub(super) fn of(site: &Address) -> Self {
        Self::Query(site.url().clone())
    }

    /// Where a site says that its REST API is; none where that is not its own.
    pub(super) fn announced(site: &Address, link: &str) -> Option<Self> {
        let mut link = site.url().join(link).ok()?;
        let is_nobodys = link.username().is_empty() && link.password().is_none();
        let is_anothers = home_of(&link).is_some_and(|home| !is_home(site, &home));
        if !site.holds(&link) || !is_nobodys || is_anothers {
            return None;
        }
        let by_query = link.query_pairs().any(|(key, _)| key == "rest_route");
        link.set_query(None);
        link.set_fragment(None);
        Some(if by_query { Self::Query(link) } else { Self::Path(link) })
    }

    /// The other form of address.
    pub(super) fn other(&self, site: &Address) -> Self {
        match self {
            Self::Query(_) => Self::Path(site.url().join("wp-json/").unwrap_or_else(|_| site.url().clone())),
            Self::Path(_) => Self::of(site),
        }
    }

    /// A route in this form of address, to be shown.
    pub(super) fn shown(&self, route: &str) -> String {
        match self {
            Self::Query(base) => format!("{}?rest_route={route}", base.path()),
            Self::Path(base) => format!("{}{route}", base.path().trim_end_matches('/')),
        }
    }

    /// The address of a route.
    pub(super) fn url(&self, route: &str, query: &[(&str, &str)]) -> Url {
        let mut url = match self {
            Self::Query(base) => {
                let mut url = base.clone();
                url.query_pairs_mut().append_pair("rest_route", route);
                url
            }
            Self::Path(base) => {
                let mut url = base.clone();
                url.set_path(&format!("{}{route}", base.path().trim_end_matches('/')));
                url
            }
        };
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Whether it is a place where routes are asked for.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let (Self::Query(base) | Self::Path(base)) = self;
        let below = || url.path().strip_prefix(base.path().trim_end_matches('/')).filter(|rest| stays(rest));
        match self {
            _ if url.origin() != base.origin() => false,
            Self::Query(_) => url.path() == base.path(),
            Self::Path(_) => below().is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }
}

/// The home under which a link to the REST API leads; none where the API has another name than WordPress gives it.
pub(super) fn home_of(link: &Url) -> Option<String> {
    let by_query = link.query_pairs().any(|(key, _)| key == "rest_route");
    let path = link.path().trim_end_matches('/');
    let home = if by_query { path } else { path.strip_suffix("/wp-json")? };
    Some(bare(link, home.strip_suffix("/index.php").unwrap_or(home)))
}

/// The home of the site that a redirect leads to, as far as its address tells.
pub(super) fn home_behind(to: &Url) -> String {
    let path = to.path();
    let home = path.find("/wp-json").map_or(path, |at| &path[..at]);
    let is_script = home.rsplit('/').next().is_some_and(|last| last.ends_with(".php"));
    let home = if is_script { home.rfind('/').map_or("", |at| &home[..at]) } else { home };
    bare(to, home)
}

/// An address with this path, and nothing behind it.
fn bare(url: &Url, path: &str) -> String {
    let mut bare = url.clone();
    bare.set_path(path);
    bare.set_query(None);
    bare.set_fragment(None);
    bare.into()
}

fn is_home(site: &Address, home: &str) -> bool {
    Identity::parse(home).is_some_and(|home| home.is_same_site(&site.identity()))
}

/// Where a redirect leads, if the answer is one.
pub(super) fn redirect(from: &Url, response: &Response<Body>) -> Result<Option<Url>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(header::LOCATION) else { return Ok(None) };
    let mut to = location.to_str().ok().and_then(|location| from.join(location).ok()).ok_or(Failure::NotHttp)?;
    if to.origin() != from.origin() {
        return Err(Failure::Elsewhere(to.origin().ascii_serialization()));
    }
    // A user in the address would become a login of its own.
    if to.set_username("").is_err() || to.set_password(None).is_err() {
        return Err(Failure::NotHttp);
    }
    Ok(Some(to))
}

/// The target of `rel="https://api.w.org/"`.
pub(super) fn rest_link(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (target, relation) = link.split_once('>')?;
        let target = target.trim().strip_prefix('<')?;
        relation.contains("https://api.w.org/").then(|| target.to_owned())
    })
}
