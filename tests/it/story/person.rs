//! Somebody at the screens of the stand-in for AccessAlly, as their browser sends it.

use std::path::Path;

use crate::bridge::Site;
use crate::bridge::screen::signed_in;

/// Gets a page with further words for `curl`: its status and its text.
type Page<'a> = Box<dyn Fn(&str, &[&str]) -> (u16, String) + 'a>;

/// An administrator of a site, signed in.
pub(super) struct Person<'a> {
    page: Page<'a>,
}

impl<'a> Person<'a> {
    pub(super) fn signs_in(site: &'a Site, user: &str) -> Self {
        let page = signed_in(site, user);
        let text = move |path: &str, options: &[&str]| {
            let answer = page(path, options);
            (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
        };
        Self { page: Box::new(text) }
    }

    fn screen(&self) -> String {
        let (status, text) = (self.page)("wp-admin/admin.php?page=accessally-stand-in", &[]);
        assert_eq!(status, 200, "{text}");
        text
    }

    /// The lines of *Start Verification*.
    pub(super) fn verification(&self) -> Vec<String> {
        let screen = self.screen();
        let lines = screen.split("<li class=\"line\">").skip(1);
        lines.map(|line| line[..line.find("</li>").unwrap()].to_owned()).collect()
    }

    /// Fills in one of the screen's forms and presses its button: the answer's status.
    pub(super) fn presses(&self, act: &str, fields: &[(&str, &str)]) -> u16 {
        let screen = self.screen();
        let form = &screen[screen.find(&format!("value=\"accessally_{act}\"")).unwrap()..];
        let nonce = &form[form.find("name=\"_wpnonce\" value=\"").unwrap() + "name=\"_wpnonce\" value=\"".len()..];
        let action = format!("action=accessally_{act}");
        let mut options =
            vec!["-d".to_owned(), action, "-d".to_owned(), format!("_wpnonce={}", &nonce[..nonce.find('"').unwrap()])];
        for (name, value) in fields {
            options.extend(["--data-urlencode".to_owned(), format!("{name}={value}")]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        (self.page)("wp-admin/admin-post.php", &options).0
    }

    /// Saves one value on a screen: a setting, at a path of keys in it.
    pub(super) fn sets(&self, option: &str, at: &str, value: &str) {
        assert_eq!(self.presses("save", &[("option", option), ("at", at), ("value", value)]), 302, "{option} {at}");
    }

    /// The same of a page's own value.
    pub(super) fn sets_of_a_page(&self, page: &str, meta: &str, at: &str, value: &str) {
        let fields = [("option", page), ("meta", meta), ("at", at), ("value", value)];
        assert_eq!(self.presses("save", &fields), 302, "{page} {meta}");
    }

    /// Uploads a plugin's zip and switches the plugin on, as WordPress itself offers it.
    pub(super) fn installs(&self, zip: &Path) {
        let (_, form) = (self.page)("wp-admin/plugin-install.php?tab=upload", &[]);
        let field = form.split("name=\"_wpnonce\" value=\"").nth(1).unwrap();
        let nonce = format!("_wpnonce={}", &field[..field.find('"').unwrap()]);
        let file = format!("pluginzip=@{};type=application/zip", zip.display());
        let (_, said) = (self.page)("wp-admin/update.php?action=upload-plugin", &["-F", &nonce, "-F", &file]);
        let link = said.find("plugins.php?action=activate").unwrap_or_else(|| panic!("not installed: {said}"));
        let link = said[link..][..said[link..].find('"').unwrap()].replace("&amp;", "&");
        assert_eq!((self.page)(&format!("wp-admin/{link}"), &[]).0, 302);
    }
}
