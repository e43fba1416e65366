//! A whole capture, through each way that leads to it.

use std::io::Read;

use serde_json::json;

use super::{Lines, Site, bridge};

#[test]
fn a_capture_holds_what_the_request_names() {
    let Some(site) = Site::ready() else { return };
    site.set_option("bridge_text", "a text");
    site.set_option("_transient_bridge_text", "another text");
    site.set_option("_transient_timeout_bridge_text", "4102444800");
    site.set_option("bridge_same", "7");
    site.set_option("_transient_bridge_same", "7");
    site.set_option("bridge_past", "7");
    site.set_option("_transient_bridge_past", "8");
    site.set_option("_transient_timeout_bridge_past", "1000000000");
    site.sql(
        "CREATE TABLE wp_bridge_rows (id INT PRIMARY KEY, data TEXT, api_key TEXT) ENGINE=InnoDB;
         INSERT INTO wp_bridge_rows VALUES (3, '{\"price\": \"9.00\", \"note\": \"n\"}', 'k'), (4, NULL, 'k');
         UPDATE wp_posts SET post_content =
           '[accessally_order_form id=\"3\" api_key=\"abc\"] [[accessally_order_form id=\"4\"]] [other id=\"5\"] [accessally_x a=\"]\"] <form action=\"https://crm.example/f?u=1\">'
           WHERE post_name = 'welcome';",
    );
    site.other_plugin(
        "bridge-constants.php",
        "<?php const BRIDGE_ON = true; const BRIDGE_TOKEN = 'x';
         add_filter('pre_wp_mail', '__return_null'); add_filter('pre_wp_mail', function ($none) { return $none; }, 20);
         final class BridgeMail { private function quiet() {} public function hook() { add_filter('pre_wp_mail', [$this, 'quiet']); } }
         (new BridgeMail())->hook();",
    );
    let lines = site.capture();
    header_is_right(&site, &lines);
    options_are_right(&lines);
    rows_are_right(&lines);
    runtime_is_right(&lines);
    assert_eq!(lines.end()["expected"], json!({"option": 6, "users": 29, "usermeta": 54, "postmeta": 2, "table": 3}));
    assert_eq!(lines.end()["counts"]["usermeta"], 54);
}

fn header_is_right(site: &Site, lines: &Lines) {
    let header = &lines.0[0]["capture"];
    assert_eq!((&header["format"], &header["plugin"]["name"]), (&json!(1), &json!("plan-bridge")));
    assert_eq!(header["request"]["adapters"][0]["name"], "stand-in");
    assert_eq!(header["site"]["home"], site.staging.url());
    assert_eq!((&header["site"]["environment"], &header["multisite"]), (&json!("local"), &json!(false)));
    assert_eq!(header["before"], json!({"users": 29, "posts": 4}));
    assert!(header["versions"]["database"].as_str().unwrap().contains("MariaDB"), "{header}");
}

fn options_are_right(lines: &Lines) {
    let offering = lines.named("option", "_accessally_offering_1");
    assert_eq!(
        offering["value"]["picked"],
        json!({
            "": {"php": 8}, "/name": "Group Coaching", "/option-key": "_accessally_offering_1", "/modules": {"array": 2},
            "/modules/0": {"array": 1}, "/modules/0/name": "Base", "/modules/1": {"array": 1}, "/modules/1/name": "Goals",
            "/tags": {"array": 2}, "/tags/revoke": "13"
        })
    );
    assert_eq!(offering["twin"], json!(null));
    let text = lines.named("option", "bridge_text");
    assert_eq!((&text["value"], &text["length"]), (&json!("a text"), &json!(6)));
    // `printf 'a text' | sha256sum`
    assert_eq!(text["sha256"], "734194ede5b063e654d63cb95a682ca1551b45e3cc86e88f1a85c1286eedd4ac");
    assert_eq!(text["twin"], json!({"state": "differs", "expires": 4_102_444_800_u64, "value": "another text"}));
    assert_eq!(lines.named("option", "bridge_same")["twin"], json!({"state": "same", "expires": null}));
    assert_eq!(lines.named("option", "bridge_past")["twin"], json!({"state": "expired", "expires": 1_000_000_000}));
    assert_eq!(lines.source("option", "not_there_at_all")["expected"], 6);
    assert!(!lines.all("option").any(|option| option["name"] == "not_there_at_all"));
}

fn rows_are_right(lines: &Lines) {
    let users = lines.rows("users");
    let secret = json!({"withheld": "secret-key"});
    assert_eq!(users.len(), 29);
    assert_eq!(users[0], json!([1, "operator", "operator@bloom.example", secret, secret]));
    let meta = lines.rows("usermeta");
    let of = |user: u64, key: &str| {
        meta.iter().find(|row| row[1] == user && row[2] == key).unwrap_or_else(|| panic!("{user} {key}"))[3].clone()
    };
    assert_eq!(of(1, "wp_capabilities"), json!({"picked": {"": {"php": 1}, "/administrator": true}}));
    assert_eq!(of(6, "contact_id"), "40007");
    let welcome = lines.rows("postmeta");
    assert_eq!(welcome[0][3], "_accessally_offering_1");
    let tables: Vec<_> = lines.all("table").collect();
    assert_eq!(tables[0]["rows"], json!([["4", "Welcome", secret]]));
    let data = json!({"picked": {"": {"json": 2}, "/price": "9.00"}});
    assert_eq!(tables[1]["rows"], json!([["3", data, secret], ["4", null, secret]]));
    let unread: Vec<_> =
        lines.all("source").filter(|line| line["kind"] == "table").map(|line| &line["unread"]).collect();
    assert_eq!(
        unread,
        [
            &json!(null),
            &json!(null),
            &json!(null),
            &json!("no-such-table"),
            &json!("no-such-column"),
            &json!("refused"),
            &json!("refused"),
            &json!("no-such-table")
        ]
    );
    let counted = lines.all("source").find(|line| line["columns"] == json!([])).unwrap();
    assert_eq!(counted["expected"], 2);
}

fn runtime_is_right(lines: &Lines) {
    let secret = json!({"withheld": "secret-key"});
    let content: Vec<_> = lines.all("content").collect();
    let arguments = json!({"id": "3", "api_key": secret});
    assert_eq!(
        content[0]["shortcodes"],
        json!([{"name": "accessally_order_form", "arguments": arguments}, {"name": "accessally_x", "arguments": {"a": "]"}}])
    );
    assert_eq!(content[0]["hosts"], json!([{"element": "form", "host": "crm.example"}]));
    assert_eq!((content.len(), &lines.source("content", "page")["expected"]), (1, &json!(4)));
    assert_eq!(lines.named("constant", "DISABLE_WP_CRON")["value"], true);
    assert_eq!(lines.named("constant", "BRIDGE_ON")["value"], true);
    for name in ["BRIDGE_TOKEN", "DB_PASSWORD", "AUTH_KEY"] {
        assert_eq!(lines.named("constant", name)["value"], secret);
    }
    let cron: Vec<_> = lines.all("cron").collect();
    assert_eq!(
        (cron.len(), &cron[0]["hook"], &cron[0]["schedules"]),
        (1, &json!("wp_version_check"), &json!(["twicedaily"]))
    );
    let plugins: Vec<_> =
        lines.all("plugin").map(|line| (line["file"].as_str().unwrap(), line["status"].as_str().unwrap())).collect();
    assert!(
        plugins.contains(&("accessally/accessally.php", "active")) && plugins.contains(&("faults.php", "must-use"))
    );
    // Who sends mail, and who may answer in the place of that: no path but the folder's or file's own name.
    let functions: Vec<_> = lines.all("function").collect();
    let filters = json!(["core", "other", "must-use:bridge-constants.php"]);
    assert_eq!(functions, [&json!({"name": "wp_mail", "owner": "plugin:fluent-smtp", "filters": filters})]);
    assert_eq!(lines.source("function", "bridge_none")["expected"], 1);
    let calls: Vec<_> = lines.all("call").collect();
    assert_eq!(
        calls[0]["value"]["picked"],
        json!({"": {"array": 2}, "/0": {"array": 2}, "/0/Id": "12", "/0/TagName": "Group_Coaching_Base",
               "/1": {"array": 2}, "/1/Id": "13", "/1/TagName": "Group_Coaching_Revoke"})
    );
    let unread = |call: &str| lines.source("call", call)["unread"].clone();
    assert_eq!(unread("AccessAllyAPI::get_all_custom_operations"), "effects-unknown");
    assert_eq!(unread("AccessAllyAPI::none"), "no-such-call");
    assert_eq!(
        (unread("wp_create_nonce"), unread("phpversion")),
        (json!("not-a-plugins-call"), json!("not-a-plugins-call"))
    );
    assert_eq!(calls.len(), 1);
}

#[test]
fn every_way_leads_to_the_same_bytes_and_none_writes() {
    let Some(site) = Site::ready() else { return };
    let plain = site.get("/plan/v1/capture", &[]);
    let before = site.dump();
    let body = |answer: &[u8]| {
        String::from_utf8(answer.to_vec())
            .unwrap()
            .split_once('\n')
            .unwrap()
            .1
            .rsplit_once("\"sha256\"")
            .unwrap()
            .0
            .to_owned()
    };
    assert!(
        plain.head.contains("content-type: application/x-ndjson") && !plain.head.contains("content-encoding"),
        "{}",
        plain.head
    );
    let gzip = site.get("/plan/v1/capture", &["-H", "Accept-Encoding: br, gzip"]);
    assert!(gzip.head.contains("content-encoding: gzip"), "{}", gzip.head);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body[..]).read_to_end(&mut unpacked).unwrap();
    Lines::of(&unpacked);
    assert_eq!(body(&unpacked), body(&plain.body));
    let refused = site.get("/plan/v1/capture", &["-H", "Accept-Encoding: br, gzip;q=0"]);
    assert_eq!(body(&refused.body), body(&plain.body));
    let login = format!("operator:{}", site.staging.text("/password"));
    let pretty = site.fetch(&format!("{}/wp-json/plan/v1/capture", site.staging.url()), &["-u", &login]);
    assert_eq!(body(&pretty.body), body(&plain.body));
    site.inventory();
    let may = site.get("/plan/v1/capabilities", &[]);
    let said: serde_json::Value = serde_json::from_slice(&may.body).unwrap();
    assert_eq!((&said["reads"], said.get("writes")), (&json!(["capture", "inventory"]), None));
    for answer in [&plain, &gzip, &pretty, &may] {
        assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
    }
    assert_eq!(site.dump(), before);
    site.set_option("permalink_structure", "");
    assert_eq!(body(&site.get("/plan/v1/capture", &[]).body).len(), body(&plain.body).len());
}

#[test]
fn only_an_administrator_reads_and_only_by_get() {
    let Some(site) = Site::ready() else { return };
    let reader = format!("reader:{}", site.staging.text("/subscriber/password"));
    let wrong = "operator:aBcD eFgH 1234 5678";
    for route in ["/plan/v1/capture", "/plan/v1/inventory", "/plan/v1/capabilities"] {
        for (options, status) in [(vec!["-u", &reader], 403), (vec!["-u", wrong], 401), (vec![], 401)] {
            let answer = site.fetch(&site.url(route), &options);
            assert_eq!(answer.status, status, "{route} {}", answer.head);
            assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["code"], "rest_forbidden");
        }
        assert_eq!(site.get(route, &["-X", "POST"]).status, 404);
        assert_eq!(site.get(route, &["-I"]).body.len(), 0);
    }
}

#[test]
fn the_request_that_is_built_in_is_one_that_the_collector_takes() {
    let Some(site) = Site::up(&[]) else { return };
    site.activate();
    let lines = site.capture();
    let request = std::fs::read(bridge().join("request.json")).unwrap();
    let digest: String = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&request))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(lines.0[0]["capture"]["request"]["sha256"], digest);
    let picked = |name: &str, pointer: &str| lines.named("option", name)["value"]["picked"][pointer].clone();
    assert_eq!(picked("_accessally_setting_api", "/system"), "ontraport");
    assert_eq!(picked("_progressally_setting_automation", "/select-crm"), "accessally");
    assert_eq!(picked("fluentmail-settings", "/misc/simulate_emails"), "yes");
    assert_eq!(picked("_accessally_offering_2", "/pages/1/module"), "0");
    assert_eq!(lines.source("call", "AccessAllyAPI::get_all_tags")["unread"], "effects-unknown");
}
