//! What never leaves: canaries in every place that a site has for them, and a search through all that comes out.

use serde_json::json;

use super::{Site, quoted};

/// Values that are secrets by their shape, wherever they stand.
const SHAPED: [&str; 18] = [
    "sk_live_51CANARYabcdefgh",
    "AKIACANARY0123456789",
    "eyJhbGciOiJIUzI1NiJ9.CANARYeyJzdWIiOiIxIn0.sig",
    "-----BEGIN PRIVATE KEY----- CANARY",
    "$2y$10$CANARYCANARYCANARYCANARY",
    "$P$BCANARYcanary0123456789",
    "0123456789abcdef0123456789abcdef-us12-CANARY",
    "CANA-RY12-3456-7890",
    "aB3dE6gH9jK2mN5pQ8rS1tV4wCANARY",
    "aBcD eFgH 1234 5678 iJkL CANA",
    "https://user:CANARY@crm.example/",
    "https://crm.example/?x=1&api_key=CANARY",
    "note: password = CANARY",
    "Bearer CANARY123456",
    "0canarylowercase0123456789abcdefghijklmnopCANARY",
    "0CANARYUPPERCASE0123456789ABCDEFGHIJKLMNOP",
    // Like a name, and like an address of mail.
    "AKIACANARYEXAMPLE",
    "ghp_CANARYabcdefghij1234@x.example",
];

/// Names of secrets: the value is nobody's business, whatever its shape.
const NAMED: [&str; 26] = [
    "api_key",
    "client-secret",
    "accessToken",
    "smtp_password",
    "license",
    "licence_no",
    "serial",
    "oauth",
    "hash",
    "nonce",
    "salt",
    "cookie",
    "session_tokens",
    "ontraport-key",
    "drip-key",
    "pw",
    "credentials",
    "signature",
    "convertkit-secret",
    "user_pass",
    "apikey",
    "authkey",
    "secretkey",
    "licensekey",
    "authorization",
    "author_key",
];

fn php_array(pairs: &[(String, String)]) -> String {
    let text = |text: &str| format!("s:{}:\"{text}\";", text.len());
    let inner: String = pairs.iter().map(|(key, value)| text(key) + &text(value)).collect();
    format!("a:{}:{{{inner}}}", pairs.len())
}

/// Fills a site so that whatever leaves by mistake shows.
pub(super) fn fill(site: &Site) {
    let named: Vec<_> = NAMED.iter().map(|name| ((*name).to_owned(), "namedCANARY".to_owned())).collect();
    let shaped: Vec<_> =
        SHAPED.iter().enumerate().map(|(number, value)| (format!("place{number}"), (*value).to_owned())).collect();
    let inner = [named, shaped].concat();
    site.set_option("bridge_all", &php_array(&inner));
    site.set_option("bridge_outer", &php_array(&[("deep".to_owned(), php_array(&inner))]));
    site.set_option(
        "bridge_json",
        &serde_json::to_string(&inner.iter().cloned().collect::<std::collections::BTreeMap<_, _>>()).unwrap(),
    );
    for (number, value) in SHAPED.iter().enumerate() {
        site.set_option(&format!("bridge_shaped_{number}"), value);
        site.sql(&format!(
            "INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'bridge_shaped', {}), (1, 'unlisted', {})",
            quoted(value),
            quoted(value)
        ));
    }
    for name in NAMED {
        site.set_option(&format!("bridge_{name}"), "namedCANARY");
        site.sql(&format!(
            "INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'bridge_{name}', 'namedCANARY')"
        ));
    }
    // What the request does not name, in every place: all settings but those that WordPress cannot do without, all fields of members.
    site.sql(
        "UPDATE wp_options SET option_value = 'unlistedCANARY@canary.example' WHERE option_value NOT REGEXP '^[aOs]:' AND option_name NOT LIKE 'bridge%'
           AND option_name NOT IN ('siteurl', 'home', 'permalink_structure', 'template', 'stylesheet', 'blog_charset', 'blog_public', 'db_version',
             'using_application_passwords', 'default_role', 'gmt_offset', 'timezone_string');
         UPDATE wp_usermeta SET meta_value = 'unlistedCANARY' WHERE meta_key IN ('first_name', 'last_name', 'nickname', 'description');
         UPDATE wp_users SET user_nicename = CONCAT('unlistedCANARY', ID);
         INSERT INTO wp_options (option_name, option_value) VALUES ('smtp_password', 'namedCANARY'), ('other_CANARY', 'unlistedCANARY');
         INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (1, 'session_tokens', 'a:1:{s:3:\"abc\";s:11:\"namedCANARY\";}'),
           (2, 'billing_phone', 'unlistedCANARY');
         INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (4, 'unlisted', 'unlistedCANARY');
         UPDATE wp_users SET user_pass = 'namedCANARY', user_activation_key = 'namedCANARY', display_name = 'unlistedCANARY', user_url = 'unlistedCANARY';
         UPDATE wp_posts SET post_content = 'unlistedCANARY [accessally_x token=\"namedCANARY\" id=\"sk_live_51CANARYabcdefgh\"]', post_excerpt = 'unlistedCANARY',
           post_password = 'namedCANARY';
         CREATE TABLE wp_bridge_rows (id VARCHAR(99), data TEXT, api_key TEXT, CANARY TEXT);
         INSERT INTO wp_bridge_rows VALUES ('sk_live_51CANARYabcdefgh', '{\"price\": \"Bearer CANARY123456\", \"x\": \"unlistedCANARY\"}', 'namedCANARY', 'unlistedCANARY');",
    );
    site.other_plugin(
        "secret.php",
        "<?php const BRIDGE_API_KEY = 'namedCANARY'; const BRIDGE_URL = 'https://user:CANARY@crm.example/';",
    );
}

#[test]
fn secrets_and_what_is_not_listed_never_leave() {
    let Some(site) = Site::ready() else { return };
    fill(&site);
    // As greedy as a request can be.
    let request = std::fs::read_to_string("tests/it/bridge/request.json").unwrap();
    let request = request
        .replace("\"/*/inner\"", "\"/*\", \"/deep/*\"")
        .replace("[\"\", \"/ids/*\"]", "[\"\", \"/*\", \"/*/*\"]");
    site.ask(&request);
    let capture = site.get("/plan/v1/capture", &[]).body;
    let lines = super::Lines::of(&capture);
    let text = String::from_utf8(capture).unwrap();
    let found = text.find("CANARY").map(|at| &text[at.saturating_sub(120)..(at + 40).min(text.len())]);
    assert_eq!(found, None);
    // They are there, and are said to be withheld.
    let all = lines.named("option", "bridge_all");
    assert_eq!(all["value"]["picked"][""], json!({"php": NAMED.len() + SHAPED.len()}));
    for name in NAMED {
        assert_eq!(all["value"]["picked"][format!("/{name}")], json!({"withheld": "secret-key"}), "{name}");
        assert_eq!(
            lines.named("option", &format!("bridge_{name}"))["value"],
            json!({"withheld": "secret-key"}),
            "{name}"
        );
    }
    for (number, value) in SHAPED.iter().enumerate() {
        assert_eq!(all["value"]["picked"][format!("/place{number}")], json!({"withheld": "secret-value"}), "{value}");
        let option = lines.named("option", &format!("bridge_shaped_{number}"));
        assert_eq!(option["value"], json!({"withheld": "secret-value"}), "{value}");
    }
    // A digest or a length is a way to guess: of what did not leave whole there is none.
    for option in lines.all("option") {
        let is_known = !option["sha256"].is_null() || !option["length"].is_null();
        let is_whole = option["value"].is_string();
        assert_eq!(is_known, is_whole, "{option}");
    }
    let withheld = ["bridge_all", "bridge_json", "bridge_pw", "bridge_shaped_0", "_accessally_offering_1"];
    withheld.iter().for_each(|name| assert_eq!(lines.named("option", name)["sha256"], json!(null), "{name}"));
    assert_eq!(lines.named("option", "blog_public")["length"], 1);
    // The built-in list names people, and still no secret of theirs.
    site.ask(&std::fs::read_to_string(super::bridge().join("request.json")).unwrap());
    let built_in = String::from_utf8(site.get("/plan/v1/capture", &[]).body).unwrap();
    assert!(built_in.contains("\"unlistedCANARY\"") && built_in.contains("{\"end\":"));
    assert!(!built_in.replace("unlistedCANARY", "").contains("CANARY"), "{built_in}");
    let other = [
        String::from_utf8(site.get("/plan/v1/inventory", &[]).body).unwrap(),
        String::from_utf8(site.get("/plan/v1/capabilities", &[]).body).unwrap(),
        std::fs::read_to_string(site.staging.dir().join("logs/php-errors.log")).unwrap_or_default(),
    ];
    assert!(other.iter().all(|text| !text.to_lowercase().contains("canary")), "{other:?}");
    assert!(other[2].is_empty(), "{}", other[2]);
}

#[test]
fn what_is_listed_and_no_secret_does_leave() {
    let Some(site) = Site::ready() else { return };
    // An opaque contact ID, names of tags and modules, addresses, dates: what a careless guess would take for a secret.
    let harmless = [
        "z1togz2hcjrkpp5treip",
        "40007",
        "Group_Coaching_Module_10_Has_Access_2024_Tag",
        "member+tag7@orchard.example",
        "2026-11-29 07:00:00",
        "Module 3: How to breathe",
        "https://bloom.example/wp-content/uploads/2026/11/Picture-Of-Spring.png",
        "Mastery Pass: Year One",
        "李 語花",
        "1764399600123",
    ];
    for (number, value) in harmless.iter().enumerate() {
        site.set_option(&format!("bridge_{number}"), value);
    }
    let lines = site.capture();
    for (number, value) in harmless.iter().enumerate() {
        assert_eq!(lines.named("option", &format!("bridge_{number}"))["value"], *value);
    }
    // Nor is a name that holds a secret's word by chance.
    for name in ["author", "metakey", "meta_key", "cookies_opt_in", "quiz_passed"] {
        site.set_option(&format!("bridge_{name}"), "7");
    }
    let lines = site.capture();
    for name in ["author", "metakey", "meta_key", "cookies_opt_in", "quiz_passed"] {
        assert_eq!(lines.named("option", &format!("bridge_{name}"))["value"], "7", "{name}");
    }
    // A key that looks like a secret itself does not leave, and what lies under it can.
    site.set_option(
        "bridge_wallet",
        "a:1:{s:32:\"0123456789abcdef0123456789abcdef\";a:1:{s:5:\"inner\";s:4:\"smtp\";}}",
    );
    let keys = site.capture().named("option", "bridge_wallet");
    assert_eq!(keys["value"]["picked"]["/~h1/inner"], "smtp", "{keys}");
    assert!(!keys.to_string().contains("0123456789abcdef0123"), "{keys}");
}
