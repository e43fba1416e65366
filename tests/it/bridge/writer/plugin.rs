//! The routes themselves, asked without the program.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::{bridge, php_files};
use super::*;

const OPTION: &str = "_accessally_setting_emails";

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A change of the welcome mail, from what is stored now.
fn welcome(site: &Site, token: i64, key: char, to: &str) -> Value {
    let set = json!({"/select-welcome": to});
    json!({"token": token, "option": OPTION, "sha256": sha256(&raw(site, OPTION)), "set": set, "key": holder(key)})
}

#[track_caller]
fn refused(answer: (u16, Value), code: &str) {
    assert_eq!((answer.0, answer.1["code"].as_str()), (409, Some(code)), "{answer:?}");
}

#[test]
fn the_reading_build_has_nothing_of_it_and_its_own_files_are_short_and_formatted() {
    let writer = bridge().join("writer");
    let files = |folder: std::path::PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own: Vec<_> =
        files(writer.join("src")).chain([writer.join("plan-bridge.php"), writer.join("uninstall.php")]).collect();
    assert_eq!(own.len(), 10);
    let text = |file: &std::path::PathBuf| fs::read_to_string(file).unwrap();
    let lines: usize = own.iter().map(|file| text(file).lines().count()).sum();
    assert!(lines < 850, "{lines} lines");
    // Its classes are named nowhere in the reading build, no route of that is posted to, and it uninstalls nothing.
    let classes = files(writer.join("src")).map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
    let classes: Vec<String> = classes.map(|class| format!("{class}::")).collect();
    for file in php_files() {
        let code = text(&file);
        let others = ["POST'", "uninstall", "writes.json", "Writer", "COMMIT", "FOR UPDATE", "do_action"];
        let found: Vec<&str> =
            classes.iter().map(String::as_str).chain(others).filter(|word| code.contains(word)).collect();
        assert!(found.is_empty(), "{}: {found:?}", file.display());
        // And the build that writes reads by the same files, but for the main one.
        let is_main = file.ends_with("plan-bridge.php");
        assert_eq!(own.iter().any(|own| own.file_name() == file.file_name()), is_main, "{}", file.display());
    }
}

#[test]
fn one_value_is_set_where_it_is_what_was_read_once_and_by_who_holds_the_lock() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let _writer = Writer::at(&site);
    let before = raw(&site, OPTION);
    let nobody = |route: &str| site.fetch(&site.url(&format!("/plan/v1/{route}")), &["-X", "POST", "-d", "{}"]).status;
    assert_eq!(["lock", "stored", "changes"].map(nobody), [401; 3]);
    let login = format!("reader:{}", site.staging.text("/subscriber/password"));
    let reader = site.fetch(&site.url("/plan/v1/changes"), &["-u", &login, "-X", "POST", "-d", "{}"]).status;
    assert_eq!(reader, 403);

    let first = locked(&site, 'a');
    // Another holder waits; the same one takes it again, and its own last number is worth nothing from then on.
    refused(posts(&site, "lock", &json!({"holder": holder('b')})), "locked");
    let token = locked(&site, 'a');
    assert!(token > first);
    refused(posts(&site, "changes", &welcome(&site, first, '1', "purchases")), "lock-lost");
    // Also where the database was put back to an earlier day, or the tables are new: no number comes twice.
    site.sql("DROP TABLE wp_plan_bridge_lock");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let last = token;
    let token = locked(&site, 'a');
    assert!(token > last, "{last} {token}");

    let stored = posts(&site, "stored", &json!({"token": token, "option": OPTION}));
    assert_eq!((stored.0, &stored.1["option"]["sha256"]), (200, &json!(sha256(&before))));
    let change = welcome(&site, token, '1', "purchases");
    let done = posts(&site, "changes", &change);
    assert_eq!((done.0, done.1["outcome"].as_str()), (200, Some("committed")), "{done:?}");
    let now = raw(&site, OPTION);
    assert_eq!(now, before.edited("s:4:\"none\"", "s:9:\"purchases\""));
    assert_eq!(done.1["option"]["sha256"], json!(sha256(&now)));
    // The same request again is answered and does nothing, whoever has the lock since.
    locked(&site, 'a');
    let again = posts(&site, "changes", &change);
    assert_eq!((again.0, &again.1["replayed"], &again.1["outcome"]), (200, &json!(true), &json!("committed")));
    let token = locked(&site, 'a');
    refused(posts(&site, "changes", &welcome(&site, token, '1', "none")), "key");
    let stale = json!({"token": token, "option": OPTION, "sha256": sha256("x"), "set": {"/select-welcome": "none"}, "key": holder('2')});
    refused(posts(&site, "changes", &stale), "stale");
    assert_eq!(raw(&site, OPTION), now);
    assert_eq!(site.sql("SELECT COUNT(*) FROM wp_plan_bridge_audit").trim(), "1");

    // Of what the list does not name not even a digest leaves.
    for option in ["siteurl", "auth_key", "_accessally_courses", "active_plugins"] {
        refused(posts(&site, "stored", &json!({"token": token, "option": option})), "not-listed");
    }

    // Several at once: those that are there, and none that the list does not name.
    let more = json!(["_accessally_offering_1", "_accessally_offering_999", "fluentmail-settings"]);
    let (status, several) = posts(&site, "stored", &json!({"token": token, "option": OPTION, "more": more}));
    let shown = |at: &str, field: &str| several.pointer(&format!("{at}/{field}")).cloned().unwrap_or_default();
    assert_eq!((status, shown("/option", "name")), (200, json!(OPTION)));
    for (at, option) in [("/more/0", "_accessally_offering_1"), ("/more/1", "fluentmail-settings")] {
        assert_eq!([shown(at, "name"), shown(at, "sha256")], [json!(option), json!(sha256(&raw(&site, option)))]);
    }
    assert_eq!(several["more"].as_array().unwrap().len(), 2);
    for (more, code) in [(vec!["siteurl"; 1], "not-listed"), (vec!["fluentmail-settings"; 201], "request")] {
        refused(posts(&site, "stored", &json!({"token": token, "option": OPTION, "more": more})), code);
    }

    // What the list does not name, or not so, and what the value does not have.
    for (option, set, code) in [
        ("siteurl", json!({"": "http://nowhere.example"}), "not-listed"),
        ("default_role", json!({"": "administrator"}), "not-listed"),
        (OPTION, json!({"": "x"}), "not-listed"),
        (OPTION, json!({"/select-welcome": "everything"}), "not-listed"),
        (OPTION, json!({"/select-welcome": ["none"]}), "not-listed"),
        (OPTION, json!({"/checked-module-release": "no"}), "not-listed"),
        (OPTION, json!({"/select-welcome/x": "none"}), "not-listed"),
        (OPTION, json!({}), "request"),
        ("_transient_x", json!({"/a": "yes"}), "request"),
        ("_accessally_offering_999", json!({"/modules/1/release-days": "7"}), "missing"),
        ("_accessally_offering_1", json!({"/modules/99/release-days": "7"}), "value"),
        ("_accessally_offering_1", json!({"/modules/1/release-days": 7}), "value"),
        ("_accessally_offering_1", json!({"/modules/1/release-days": "-7"}), "not-listed"),
    ] {
        let of = if code == "missing" { String::new() } else { raw(&site, option) };
        let body = json!({"token": token, "option": option, "sha256": sha256(&of), "set": set, "key": holder('3')});
        refused(posts(&site, "changes", &body), code);
    }
    assert_eq!(raw(&site, OPTION), now);
}

#[test]
fn values_that_no_bytes_can_be_replaced_in_and_tables_without_transactions_are_left_alone() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let _writer = Writer::at(&site);
    let token = locked(&site, 'a');
    let whole = raw(&site, OPTION);
    for odd in [
        "a:1:{s:14:\"select-welcome\";s:4:\"none\";",
        "a:1:{s:14:\"select-welcome\";s:5:\"none\";}",
        "a:2:{s:14:\"select-welcome\";s:4:\"none\";s:1:\"o\";O:8:\"stdClass\":0:{}}",
        "a:2:{s:1:\"a\";s:4:\"none\";s:14:\"select-welcome\";R:2;}",
        "a:2:{s:14:\"select-welcome\";s:4:\"none\";s:14:\"select-welcome\";s:4:\"none\";}",
        "a:1:{s:14:\"select-welcome\";N;}",
        "none",
        "",
    ] {
        site.set_option(OPTION, odd);
        refused(posts(&site, "changes", &welcome(&site, token, '1', "purchases")), "value");
        assert_eq!(raw(&site, OPTION), odd);
    }
    // JSON, and one inside of the other, in the spelling that is there.
    for (old, new) in [
        (
            "{ \"select-welcome\" : \"none\", \"x\": \"\\u00e9\\/\" }",
            "{ \"select-welcome\" : \"purchases\", \"x\": \"\\u00e9\\/\" }",
        ),
        ("a:1:{s:14:\"select-welcome\";s:4:\"none\";}", "a:1:{s:14:\"select-welcome\";s:9:\"purchases\";}"),
    ] {
        site.set_option(OPTION, old);
        let key = if old.starts_with('{') { '4' } else { '5' };
        let done = posts(&site, "changes", &welcome(&site, token, key, "purchases"));
        assert_eq!((done.0, raw(&site, OPTION)), (200, new.to_owned()), "{done:?}");
    }
    // Other code that changes what is set, before it is: what would come of it nobody can compare.
    site.set_option(OPTION, &whole);
    let other = site.other_plugin(
        "filters.php",
        "<?php add_filter('pre_update_option__accessally_setting_emails', fn ($v) => $v);",
    );
    refused(posts(&site, "changes", &welcome(&site, token, '6', "purchases")), "filtered");
    fs::remove_file(other).unwrap();
    site.sql("ALTER TABLE wp_options ENGINE=MyISAM");
    refused(posts(&site, "changes", &welcome(&site, token, '6', "purchases")), "not-transactional");
    let (_, said) = answered(&site.get("/plan/v1/writes", &[]));
    assert_eq!((&said["open"], said.pointer("/why/code").unwrap()), (&json!(false), &json!("not-transactional")));
    assert_eq!(raw(&site, OPTION), whole);
}

#[test]
fn a_transient_of_the_same_name_and_an_object_cache_are_as_the_new_value_is() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let _writer = Writer::at(&site);
    let twin = |raw: &str, ends: &str| {
        site.set_option("_transient__accessally_setting_emails", raw);
        site.set_option("_transient_timeout__accessally_setting_emails", ends);
    };
    let (token, before) = (locked(&site, 'a'), raw(&site, OPTION));
    let other = before.clone().edited("none", "nine");
    twin(&other, "4000000000");
    refused(posts(&site, "changes", &welcome(&site, token, '1', "purchases")), "twin-differs");
    assert_eq!(raw(&site, OPTION), before);
    // One that ended says nothing to anybody.
    twin(&other, "1000");
    assert_eq!(posts(&site, "changes", &welcome(&site, token, '2', "purchases")).0, 200);
    twin(&raw(&site, OPTION), "4000000000");
    assert_eq!(posts(&site, "changes", &welcome(&site, token, '3', "none")).0, 200);
    assert_eq!(
        (raw(&site, OPTION), raw(&site, "_transient__accessally_setting_emails")),
        (before.clone(), before.clone())
    );

    site.sql("DELETE FROM wp_options WHERE option_name LIKE '\\_transient%accessally%'");
    // An object cache that lasts, and holds what was: whoever asks WordPress gets what is.
    fs::write(site.content().join("object-cache.php"), CACHE).unwrap();
    site.other_plugin("asks.php", ASKS);
    let asked = || String::from_utf8(site.fetch(&format!("{}/?asks=1", site.staging.url()), &[]).body).unwrap();
    assert!(asked().starts_with("\"none\""), "{}", asked());
    site.set_option(OPTION, &before.clone().edited("s:4:\"none\"", "s:9:\"purchases\""));
    assert!(asked().starts_with("\"none\""), "the cache holds the old value");
    let token = locked(&site, 'a');
    let done = posts(&site, "changes", &welcome(&site, token, '4', "purchases-and-opt-ins"));
    assert_eq!(
        (done.0, asked().as_str()),
        (200, "\"purchases-and-opt-ins\" update_option_,updated_option"),
        "{done:?}"
    );
}

/// Keeps everything in one file, from request to request.
const CACHE: &str = r#"<?php
class WP_Object_Cache {
    public $all = [];
    function __construct() { $this->all = @unserialize((string) @file_get_contents(WP_CONTENT_DIR . '/cache.bin')) ?: []; }
    function save() { file_put_contents(WP_CONTENT_DIR . '/cache.bin', serialize($this->all), LOCK_EX); }
}
function wp_cache_init() { $GLOBALS['wp_object_cache'] = new WP_Object_Cache(); }
function wp_cache_get($key, $group = '', $force = false, &$found = null) {
    $found = isset($GLOBALS['wp_object_cache']->all["$group:$key"]);
    return $found ? unserialize($GLOBALS['wp_object_cache']->all["$group:$key"]) : false;
}
function wp_cache_set($key, $value, $group = '', $expire = 0) {
    if (!in_array($group, ['options', 'transient'])) { $GLOBALS['wp_object_cache']->all["$group:$key"] = serialize($value); return true; }
    $GLOBALS['wp_object_cache']->all["$group:$key"] = serialize($value);
    $GLOBALS['wp_object_cache']->save();
    return true;
}
function wp_cache_add($key, $value, $group = '', $expire = 0) { wp_cache_get($key, $group, false, $found); return !$found && wp_cache_set($key, $value, $group); }
function wp_cache_replace($key, $value, $group = '', $expire = 0) { return wp_cache_set($key, $value, $group); }
function wp_cache_delete($key, $group = '') { unset($GLOBALS['wp_object_cache']->all["$group:$key"]); $GLOBALS['wp_object_cache']->save(); return true; }
function wp_cache_get_multiple($keys, $group = '', $force = false) { $all = []; foreach ($keys as $key) { $all[$key] = wp_cache_get($key, $group); } return $all; }
function wp_cache_incr($key, $by = 1, $group = '') { return false; }
function wp_cache_decr($key, $by = 1, $group = '') { return false; }
function wp_cache_flush() { $GLOBALS['wp_object_cache']->all = []; $GLOBALS['wp_object_cache']->save(); return true; }
function wp_cache_close() { return true; }
function wp_cache_add_global_groups($groups) {}
function wp_cache_add_non_persistent_groups($groups) {}
function wp_cache_switch_to_blog($blog) {}
"#;

/// Says what WordPress gives of the option, and which of its hooks were called.
const ASKS: &str = r#"<?php
foreach (['update_option__accessally_setting_emails', 'updated_option'] as $hook) {
    add_action($hook, function () use ($hook) {
        if ($hook === 'update_option__accessally_setting_emails' || func_get_arg(0) === '_accessally_setting_emails') {
            file_put_contents(WP_CONTENT_DIR . '/hooks.txt', strtok($hook === 'updated_option' ? $hook : 'update_option_', ' ') . "\n", FILE_APPEND);
        }
    }, 10, 3);
}
add_action('init', function () {
    if (isset($_GET['asks'])) {
        echo json_encode(get_option('_accessally_setting_emails')['select-welcome']);
        echo rtrim(' ' . implode(',', @file(WP_CONTENT_DIR . '/hooks.txt', FILE_IGNORE_NEW_LINES) ?: []));
        exit;
    }
});"#;

#[test]
fn a_live_site_is_written_to_in_the_hours_that_its_wp_config_opens_and_no_other_site_ever() {
    let Some(site) = Site::up(&["--users", "0", "--bloom", "--environment", "production"]) else { return };
    // WordPress lets application passwords be used on a production site over https alone, and the tests' sites have no certificate.
    site.other_plugin("over-http.php", "<?php add_filter('wp_is_application_passwords_available', '__return_true');");
    let _writer = Writer::at(&site);
    let config = site.staging.dir().join("wp-config.php");
    let text = fs::read_to_string(&config).unwrap();
    let opens = |until: &str| fs::write(&config, text.clone().edited("<?php", &format!("<?php\n{until}"))).unwrap();
    let lock = || posts(&site, "lock", &json!({"holder": holder('a')}));
    refused(lock(), "closed");
    for until in ["'2020-01-01 12:00 UTC'", "gmdate('Y-m-d H:i', time() + 90000) . ' UTC'", "'always'", "true"] {
        opens(&format!("define('PLAN_BRIDGE_WRITES_UNTIL', {until});"));
        refused(lock(), "closed");
    }
    opens("define('PLAN_BRIDGE_WRITES_UNTIL', gmdate('Y-m-d H:i', time() + 7200) . ' UTC');");
    let (status, answer) = lock();
    assert_eq!(status, 200, "{answer}");
    // The same files, pushed to where they do not belong.
    let list = site.plugin().join("writes.json");
    let own = fs::read_to_string(&list).unwrap();
    let host = site.staging.url().trim_start_matches("http://");
    fs::write(&list, own.edited(host, "staging.bloom.example")).unwrap();
    refused(lock(), "another-site");
}
