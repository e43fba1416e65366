//! A site that is set up as few are: in a folder of its server, with tables of another prefix, plain permalinks, an object cache that lasts,
//! another language, and a server that drops the header of a login.

use std::fs;

use serde_json::json;

use super::Site;
use super::run::{CHANGES, Switch};
use super::script;

/// A prefix of letters of both cases, a digit and what stands for any character where a database looks for a pattern.
const PREFIX: &str = "W_p9_";

/// A drop-in as a host's cache is: core's own cache, kept in a file from one request to the next.
const CACHE: &str = r#"<?php
eval('?>' . str_replace('function wp_cache_init()', 'function core_cache_init()', file_get_contents(ABSPATH . WPINC . '/cache.php')));
function wp_cache_init() {
    core_cache_init();
    $file = WP_CONTENT_DIR . '/../cached';
    $kept = is_file($file) ? unserialize(file_get_contents($file)) : array();
    foreach ($kept as $group => $values) { foreach ($values as $key => $value) { wp_cache_set($key, $value, $group); } }
    register_shutdown_function(function () use ($file) {
        $cached = $GLOBALS['wp_object_cache']->cache;
        file_put_contents($file, serialize(array_intersect_key($cached, array('options' => 1, 'user_meta' => 1, 'post_meta' => 1))), LOCK_EX);
    });
}
"#;

fn is_odd(site: &Site) {
    let tables = site.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'wordpress'");
    for table in tables.lines().filter_map(|table| table.strip_prefix("wp_")) {
        site.sql(&format!("RENAME TABLE `wp_{table}` TO `{PREFIX}{table}`"));
    }
    site.sql(&format!(
        "UPDATE `{PREFIX}options` SET option_name = '{PREFIX}user_roles' WHERE option_name = 'wp_user_roles';
         UPDATE `{PREFIX}options` SET option_value = '' WHERE option_name = 'permalink_structure';
         UPDATE `{PREFIX}usermeta` SET meta_key = CONCAT('{PREFIX}', SUBSTRING(meta_key, 4)) WHERE meta_key LIKE 'wp\\_%';
         REPLACE INTO `{PREFIX}options` (option_name, option_value, autoload) VALUES ('WPLANG', 'de_DE', 'yes');"
    ));
    let config = site.staging.dir().join("wp-config.php");
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("$table_prefix = 'wp_';"));
    fs::write(&config, text.replace("$table_prefix = 'wp_';", &format!("$table_prefix = '{PREFIX}';"))).unwrap();
    fs::write(site.content().join("object-cache.php"), CACHE).unwrap();
}

#[test]
fn a_site_in_a_folder_of_another_prefix_with_plain_permalinks_a_stale_cache_and_another_language_is_read_and_run_alike()
{
    let Some(mut site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    site.staging.moves_into("club");
    is_odd(&site);
    let switch = Switch::at(&site);
    let header = site.capture().0[0]["capture"].clone();
    assert_eq!((&header["object_cache"], &header["site"]["locale"]), (&json!(true), &json!("de_DE")));
    // And its server drops the header of a login: the collector takes it in one of its own.
    fs::write(site.staging.dir().join("faults/auth-header-stripped"), "").unwrap();
    // Behind such a cache nobody knows what ProgressAlly reads; a person looks at its screen, and the gate is green.
    switch.desk.records(&["saw", "plugin/progressally/progressally.php", "select_crm=accessally"]);
    switch.waits();
    switch.does(CHANGES);
    // The cache still has what the database has no more: who asks WordPress is misled, and the run is not.
    let emails = "_accessally_setting_emails";
    let shown = || {
        let php = format!("<?php echo get_option('{emails}')['select-welcome'];");
        String::from_utf8(script::run(&site, &php, &[]).stdout).unwrap()
    };
    let set = |from: &str, to: &str| {
        site.sql(&format!(
            "UPDATE `{PREFIX}options` SET option_value = REPLACE(option_value, 's:{}:\"{from}\"', 's:{}:\"{to}\"') WHERE option_name = '{emails}'",
            from.len(),
            to.len()
        ));
    };
    let wanted = "purchases-and-opt-ins";
    assert_eq!(shown(), wanted);
    set(wanted, "purchases");
    assert_eq!(shown(), wanted, "the cache is not stale");
    switch.desk.resumes(&[]).ends(20, &["waits at `configure`", "`emails` is not as the plan wants it"]);
    set("purchases", wanted);
    let configured = switch.desk.resumes(&[]);
    configured.ends(0, &[]);
    assert!(configured.out.contains("of 240 contacts 240 the same"), "{configured:#?}");
}
