//! One site of a network: its own people, and the network's settings only for who administers the network.

use serde_json::json;

use super::Site;

#[test]
fn a_site_of_a_network_is_read_without_its_sisters() {
    let Some(site) = Site::ready_with(&["--network"]) else { return };
    // Member 0 belongs to another blog only.
    site.sql(
        "UPDATE wp_usermeta SET meta_key = 'wp_2_capabilities' WHERE user_id = 5 AND meta_key = 'wp_capabilities';
         INSERT INTO wp_sitemeta (site_id, meta_key, meta_value) VALUES (1, 'bridge_net', 'a:1:{s:5:\"plain\";s:3:\"net\";}'),
           (2, 'bridge_net', 'a:1:{s:5:\"plain\";s:5:\"other\";}'), (1, '_site_transient_bridge_net', 'a:1:{s:5:\"plain\";s:3:\"old\";}');",
    );
    let lines = site.capture();
    assert_eq!(lines.0[0]["capture"]["multisite"], true);
    let users = lines.rows("users");
    assert_eq!(users.len(), 28);
    assert!(users.iter().all(|row| row[0] != 5), "{users:?}");
    assert!(lines.rows("usermeta").iter().all(|row| row[1] != 5));
    let option = lines.named("option", "bridge_net");
    assert_eq!((&option["scope"], &option["value"]["picked"]["/plain"]), (&json!("network"), &json!("net")));
    assert_eq!(option["twin"]["value"]["picked"]["/plain"], "old");
    let blogs = lines.all("table").find(|table| table["name"] == "blogs").unwrap();
    assert_eq!(blogs["rows"], json!([["1", "/"]]));
    // An administrator of this one site.
    site.sql("UPDATE wp_sitemeta SET meta_value = 'a:1:{i:0;s:6:\"nobody\";}' WHERE meta_key = 'site_admins'");
    let lines = site.capture();
    assert_eq!(lines.source("option", "bridge_net")["unread"], "not-allowed");
    assert_eq!(lines.source("table", "blogs")["unread"], "not-allowed");
    assert_eq!(lines.rows("users").len(), 28);
}
