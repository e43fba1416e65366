//! Admin screens as links.

use super::super::escape::Html;
use crate::model::Plan;
use crate::model::plan::SiteRole;

/// WordPress's own screens, by how the menus' path begins, and the file that shows each (documented). Where AccessAlly's screens lie is
/// documented nowhere: their link leads to the dashboard, from where the menus' path is gone.
const FILES: [(&str, &str); 5] = [
    ("AccessAlly >", ""),
    ("Plugins", "plugins.php"),
    ("Settings > General", "options-general.php"),
    ("Tools >", "tools.php"),
    ("Users >", "users.php"),
];

/// A screen of a site by its menus, as a link where it is known where it lies.
pub(super) fn linked(screen: &str, plan: &Plan, on: SiteRole) -> String {
    let (on, path) = match screen.strip_prefix("live: ") {
        Some(path) => (SiteRole::Live, path),
        None => (on, screen),
    };
    let site = match on {
        SiteRole::Live => &plan.sites.live,
        SiteRole::Staging => &plan.sites.staging,
    };
    let file = FILES.iter().find(|(begins, _)| path.starts_with(begins)).map(|(_, file)| file);
    match file.filter(|_| is_plain(site)) {
        Some(file) => {
            let address = format!("{}/wp-admin/{file}", site.trim_end_matches('/'));
            format!("<a href=\"{}\" rel=\"noreferrer noopener\">{}</a>", Html(&address), Html(screen))
        }
        None => Html(screen).to_string(),
    }
}

/// Whether an address of a plan is one of a site, without anything that a browser could take for more.
fn is_plain(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::every_key;

    #[test]
    fn only_an_address_that_is_nothing_else_becomes_a_link() {
        let mut plan: Plan = serde_json::from_value(every_key::plan()).unwrap();
        let users = |plan: &Plan| linked("Users > Edit > AccessAlly", plan, SiteRole::Live);
        assert_eq!(
            users(&plan),
            "<a href=\"https://bloom.example/wp-admin/users.php\" rel=\"noreferrer noopener\">Users &gt; Edit &gt; AccessAlly</a>"
        );
        assert!(
            linked("live: AccessAlly > Settings", &plan, SiteRole::Staging)
                .contains("https://bloom.example/wp-admin/\"")
        );
        assert!(!linked("your host's staging screen", &plan, SiteRole::Live).contains("href"));
        for odd in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://u@h.example",
            "//h.example",
            "https://h.example/?a#b",
            "https://h\"x",
            "",
        ] {
            plan.sites.live = odd.to_owned();
            assert!(!users(&plan).contains("href"), "{odd}");
        }
    }
}
