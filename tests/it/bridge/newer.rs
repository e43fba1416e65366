//! A WordPress that is newer than the one of all other tests, which `PLAN_WORDPRESS` gives to them too.

use super::Site;

#[test]
fn a_capture_and_an_inventory_of_wordpress_6_8_are_whole() {
    let Some(site) = Site::ready_with(&["--wordpress", "trixie"]) else { return };
    let lines = site.capture();
    let version = lines.0[0]["capture"]["versions"]["wordpress"].as_str().unwrap().to_owned();
    assert!(version.starts_with("6.8"), "{version}");
    assert_eq!((lines.rows("users").len(), lines.rows("usermeta").len()), (29, 54));
    assert!(lines.all("source").all(|source| source["unread"] != "failed"), "{:?}", lines.0);
    let inventory = site.inventory();
    let names: Vec<&str> = inventory.all("table").map(|table| table["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"{prefix}usermeta") && names.contains(&"{prefix}options"), "{names:?}");
}
