//! Somebody at the screens of the stand-in for AccessAlly, as their browser sends it.

use std::path::Path;

use super::super::screen::{nonce, signed_in, upload};
use super::super::{Answer, Site};

/// Gets a page, with further words for `curl`.
type Page<'a> = Box<dyn Fn(&str, &[&str]) -> Answer + 'a>;

/// An administrator of a site, signed in.
pub(in crate::bridge) struct Person<'a> {
    page: Page<'a>,
}

impl<'a> Person<'a> {
    pub(in crate::bridge) fn signs_in(site: &'a Site, user: &str) -> Self {
        Self { page: Box::new(signed_in(site, user)) }
    }

    fn screen(&self) -> String {
        let answer = (self.page)("wp-admin/admin.php?page=accessally-stand-in", &[]);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, 200, "{text}");
        text
    }

    /// The lines of *Start Verification*.
    pub(in crate::bridge) fn verification(&self) -> Vec<String> {
        let screen = self.screen();
        let lines = screen.split("<li class=\"line\">").skip(1);
        lines.map(|line| line[..line.find("</li>").unwrap()].to_owned()).collect()
    }

    /// Fills in one of the screen's forms and presses its button: the answer's status.
    pub(in crate::bridge) fn presses(&self, act: &str, fields: &[(&str, &str)]) -> u16 {
        let screen = self.screen();
        let action = format!("accessally_{act}");
        let mut options = vec!["-d".to_owned(), format!("action={action}&_wpnonce={}", nonce(&screen, &action))];
        for (name, value) in fields {
            options.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        (self.page)("wp-admin/admin-post.php", &options).status
    }

    /// Saves one value on a screen: a setting, at a path of keys in it.
    pub(in crate::bridge) fn sets(&self, option: &str, at: &str, value: &str) {
        assert_eq!(self.presses("save", &[("option", option), ("at", at), ("value", value)]), 302, "{option} {at}");
    }

    /// The same of a page's own value.
    pub(in crate::bridge) fn sets_of_a_page(&self, page: &str, meta: &str, at: &str, value: &str) {
        let fields = [("option", page), ("meta", meta), ("at", at), ("value", value)];
        assert_eq!(self.presses("save", &fields), 302, "{page} {meta}");
    }

    /// Deactivates and deletes the plugin, as Plugins offers it.
    pub(in crate::bridge) fn removes_the_plugin(&self, site: &Site) {
        let page = String::from_utf8((self.page)("wp-admin/plugins.php", &[]).body).unwrap();
        let link = page.find("plugins.php?action=deactivate&amp;plugin=plan-bridge").expect("a link to deactivate it");
        let link = page[link..][..page[link..].find('"').unwrap()].replace("&amp;", "&");
        assert_eq!((self.page)(&format!("wp-admin/{link}"), &[]).status, 302);
        std::fs::remove_dir_all(site.plugin()).unwrap();
    }

    /// Uploads a plugin's zip and switches the plugin on, as WordPress itself offers it.
    pub(in crate::bridge) fn installs(&self, zip: &Path) {
        let said = upload(&self.page, zip);
        let link = said.find("plugins.php?action=activate").unwrap_or_else(|| panic!("no link: {said}"));
        let link = said[link..][..said[link..].find('"').unwrap()].replace("&amp;", "&");
        assert_eq!((self.page)(&format!("wp-admin/{link}"), &[]).status, 302);
    }
}
