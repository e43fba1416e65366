//! Tools > Plan, as a person uses it; and what installing and removing leave.

use std::path::Path;

use super::{Answer, Lines, Site};

/// The value of the hidden field of a form's nonce.
pub(crate) fn nonce<'a>(page: &'a str, action: &str) -> &'a str {
    let form = &page[page.find(&format!("value=\"{action}\"")).unwrap_or_else(|| panic!("no form: {page}"))..];
    first_nonce(form)
}

/// The first one on a page.
fn first_nonce(page: &str) -> &str {
    let field = page.split("name=\"_wpnonce\" value=\"").nth(1).unwrap();
    &field[..field.find('"').unwrap()]
}

/// Uploads a plugin's zip as somebody who is signed in does: the page that says what came of it.
pub(crate) fn upload(page: &dyn Fn(&str, &[&str]) -> Answer, zip: &Path) -> String {
    let form = String::from_utf8(page("wp-admin/plugin-install.php?tab=upload", &[]).body).unwrap();
    let nonce = format!("_wpnonce={}", first_nonce(&form));
    let file = format!("pluginzip=@{};type=application/zip", zip.display());
    let said = page("wp-admin/update.php?action=upload-plugin", &["-F", &nonce, "-F", &file]);
    let said = String::from_utf8_lossy(&said.body).into_owned();
    assert!(said.contains("Plugin installed successfully"), "{said}");
    said
}

/// Signs somebody in as a person does; then gets pages as they would.
pub(crate) fn signed_in<'a>(site: &'a Site, user: &str) -> impl Fn(&str, &[&str]) -> Answer + use<'a> {
    site.sql(&format!("UPDATE wp_users SET user_pass = MD5('open sesame') WHERE user_login = '{user}'"));
    let jar = site.staging.dir().join(user).to_str().unwrap().to_owned();
    let page = move |path: &str, options: &[&str]| {
        site.fetch(&format!("{}/{path}", site.staging.url()), &[&["-b", &jar, "-c", &jar], options].concat())
    };
    page("wp-login.php", &[]);
    let login = format!("log={user}&pwd=open+sesame&testcookie=1");
    assert_eq!(page("wp-login.php", &["-d", &login]).status, 302);
    page
}

#[test]
fn the_screen_says_what_is_read_and_its_buttons_give_the_same_lines() {
    let Some(site) = Site::ready() else { return };
    let (operator, reader) = (signed_in(&site, "operator"), signed_in(&site, "reader"));
    let tools = operator("wp-admin/tools.php?page=plan-bridge", &[]);
    let screen = String::from_utf8(tools.body).unwrap();
    for words in [
        "Setting _accessally_offering_*",
        "/modules/*/name",
        "the offerings",
        "user_login, user_email",
        "Never read:",
        "not called, since its effects are unknown",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    for name in ["capture", "inventory"] {
        let fields = format!("action=plan_{name}&_wpnonce={}", nonce(&screen, &format!("plan_{name}")));
        let answer = operator("wp-admin/admin-post.php", &["-d", &fields]);
        assert!(answer.head.contains(&format!("filename=\"plan-{name}.ndjson\"")), "{}", answer.head);
        let routed = site.get(&format!("/plan/v1/{name}"), &[]);
        let lines = |bytes: &[u8]| {
            let all = Lines::of(bytes).0;
            all[1..all.len() - 1].to_vec()
        };
        assert_eq!(lines(&answer.body), lines(&routed.body), "{name}");
        let without = operator("wp-admin/admin-post.php", &["-d", &format!("action=plan_{name}")]);
        assert_eq!(without.status, 403);
        let refused = reader("wp-admin/admin-post.php", &["-d", &fields]);
        assert_eq!(refused.status, 403);
        assert!(!String::from_utf8_lossy(&refused.body).contains("{\"source\""));
    }
    assert_eq!(reader("wp-admin/tools.php?page=plan-bridge", &[]).status, 403);
    site.ask("{}");
    let broken = String::from_utf8(operator("wp-admin/tools.php?page=plan-bridge", &[]).body).unwrap();
    assert!(broken.contains("request.json cannot be used") && !broken.contains("Download the capture"), "{broken}");
}

#[test]
fn switching_it_on_and_removing_it_leave_nothing() {
    let Some(site) = Site::up(&[]) else { return };
    site.get("/wp/v2/plugins", &[]);
    let before = site.dump();
    site.activate();
    assert_eq!(site.dump(), before);
    site.capture();
    site.inventory();
    assert_eq!(site.dump(), before);
    let off = ["-X", "POST", "-H", "Content-Type: application/json", "-d", r#"{"status":"inactive"}"#];
    assert_eq!(site.get("/wp/v2/plugins/plan-bridge/plan-bridge", &off).status, 200);
    assert_eq!(site.get("/wp/v2/plugins/plan-bridge/plan-bridge", &["-X", "DELETE"]).status, 200);
    assert!(!site.plugin().exists());
    assert_eq!(site.dump(), before);
}
