//! What a broken site, and other people's code, make of a capture.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Site;

#[test]
fn what_cannot_be_read_is_named_and_nothing_else_is_lost() {
    let Some(site) = Site::ready() else { return };
    let deep = "a:1:{i:0;".repeat(80) + "i:1;" + &"}".repeat(80);
    let values = [
        ("bridge_cut", "a:2:{s:5:\"plain\";s:3:\"abc", json!({"withheld": "corrupt"})),
        ("bridge_wrong_length", "a:1:{s:5:\"plain\";s:9:\"abc\";}", json!({"withheld": "corrupt"})),
        ("bridge_cut_json", "{\"plain\": \"abc", json!({"withheld": "corrupt"})),
        ("bridge_reference", "a:2:{s:5:\"plain\";s:1:\"x\";s:1:\"b\";R:2;}", json!({"withheld": "reference"})),
        ("bridge_object", "O:11:\"BridgeAlarm\":1:{s:5:\"plain\";s:1:\"x\";}", json!({"withheld": "object"})),
        (
            "bridge_inner_object",
            "a:2:{s:5:\"plain\";O:11:\"BridgeAlarm\":0:{}s:4:\"deep\";a:1:{i:0;a:1:{s:4:\"name\";s:1:\"n\";}}}",
            json!({"picked": {"": {"php": 2}, "/plain": {"withheld": "object"}, "/deep": {"array": 1}, "/deep/0": {"array": 1}, "/deep/0/name": "n"}}),
        ),
        ("bridge_closure", "C:11:\"BridgeAlarm\":3:{abc}", json!({"withheld": "object"})),
        ("bridge_deep", &deep, json!({"withheld": "corrupt"})),
        (
            "bridge_nested",
            "a:2:{s:4:\"json\";s:27:\"{\"price\":12345678901234567890}\";s:5:\"odd*~\";i:1;}",
            json!({"withheld": "corrupt"}),
        ),
        (
            "bridge_json_inside",
            "a:1:{s:4:\"json\";s:15:\"{\"price\": 49.5}\";}",
            json!({"picked": {"": {"php": 1}, "/json": {"json": 1}, "/json/price": 49.5}}),
        ),
        (
            "bridge_pointer",
            "a:1:{s:6:\"odd/~*\";a:1:{s:1:\"x\";s:3:\"yes\";}}",
            json!({"picked": {"": {"php": 1}, "/odd~1~0~2": {"array": 1}, "/odd~1~0~2/x": "yes"}}),
        ),
        ("bridge_number", "i:5;", json!(5)),
        ("bridge_bracket", "[draft] Module 2", json!("[draft] Module 2")),
        ("bridge_empty", "", json!("")),
    ];
    for (name, raw, _) in &values {
        site.set_option(name, raw);
    }
    site.sql("INSERT INTO wp_options (option_name, option_value) VALUES ('bridge_long', REPEAT('x ', 3000)), ('bridge_huge', REPEAT('x ', 600000)), ('bridge_latin', 'x')");
    site.sql("INSERT INTO wp_options (option_name, option_value) VALUES ('bridge_many', CONCAT('[', REPEAT('1,', 30000), '1]'))");
    // Each bracket begins a shortcode that never ends: to look for its end from each would take minutes.
    site.sql("UPDATE wp_posts SET post_content = REPEAT('[a ', 300000) WHERE ID = 4");
    // Would end the request where an object of it were made.
    site.other_plugin(
        "alarm.php",
        "<?php class BridgeAlarm { function __wakeup() { exit('made'); } function __destruct() { exit('made'); } function unserialize($x) { exit('made'); } }",
    );
    let lines = site.capture();
    for (name, _, expected) in values {
        assert_eq!(lines.named("option", name)["value"], expected, "{name}");
    }
    assert_eq!(lines.named("option", "bridge_long")["value"], json!({"withheld": "too-large", "length": 6000}));
    let huge = lines.named("option", "bridge_huge");
    assert_eq!(
        (&huge["value"]["withheld"], &huge["sha256"], &huge["length"]),
        (&json!("too-large"), &json!(null), &json!(null))
    );
    assert_eq!(lines.named("option", "bridge_many")["value"], json!({"withheld": "too-large"}));
}

#[test]
fn a_database_that_dies_in_the_middle_leaves_no_end() {
    let Some(site) = Site::ready() else { return };
    // More than the sockets between them hold, so that the database still sends when it dies.
    site.sql("INSERT INTO wp_usermeta (user_id, meta_key, meta_value) SELECT 1, 'bridge_long', REPEAT('word ', 800) FROM seq_1_to_6000");
    let whole = site.capture();
    assert_eq!(whole.source("usermeta", "bridge_*")["expected"], 6054);
    let login = format!("operator:{}", site.staging.text("/password"));
    let mut client = Command::new("curl")
        .args(["-sS", "-N", "-m", "60", "--limit-rate", "4M", "-u", &login, &site.url("/plan/v1/capture")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answer = BufReader::new(client.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("{\"usermeta\":") {
        line.clear();
        assert_ne!(answer.read_line(&mut line).unwrap(), 0, "the capture ended before user meta began");
    }
    let pid = std::fs::read_to_string(site.staging.dir().join("db.pid")).unwrap();
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
    let mut rest = String::new();
    answer.read_to_string(&mut rest).unwrap();
    client.wait().unwrap();
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!((&last["error"]["code"], &last["error"]["kind"]), (&json!("database"), &json!("usermeta")), "{last}");
    assert!(last["error"]["number"].as_u64().unwrap() >= 2000, "{last}");
    assert!(!rest.contains("{\"end\":") && !rest.contains('<'));
}

#[test]
fn what_others_print_does_not_get_into_it() {
    let Some(site) = Site::ready() else { return };
    // A capture's lines, without the one of each plugin that these tests put there.
    let count = || site.capture().0.iter().filter(|line| line["plugin"]["status"] != "must-use").count();
    let plain = count();
    // Both print while this request is answered, and what they print is in PHP's buffer.
    let buffered = site.other_plugin(
        "buffers.php",
        "<?php ob_start(function ($all) { return strtoupper($all) . '<!-- cached -->'; }); echo \"\\xEF\\xBB\\xBF<br />Warning\";
         register_shutdown_function(function () { echo 'bye'; });",
    );
    assert_eq!(count(), plain);
    std::fs::remove_file(buffered).unwrap();
    std::fs::write(site.staging.dir().join("faults/php-warning-before-json"), "").unwrap();
    assert_eq!(count(), plain);
    std::fs::remove_file(site.staging.dir().join("faults/php-warning-before-json")).unwrap();
    let early = site.other_plugin(
        "early.php",
        "<?php if (!defined('WP_CLI') && PHP_SAPI === 'cli-server') { echo \"\\xEF\\xBB\\xBF\"; flush(); }",
    );
    let answer = site.get("/plan/v1/capture", &["-H", "Accept-Encoding: gzip"]);
    let text = String::from_utf8(answer.body).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["error"]["code"], text.lines().count()), (&json!("output"), 2), "{text}");
    std::fs::remove_file(early).unwrap();
}

#[test]
fn a_call_can_print_throw_or_end_php_and_is_not_believed() {
    let Some(site) = Site::ready() else { return };
    let stand_in = site.content().join("plugins/accessally/accessally.php");
    let mut code = std::fs::read_to_string(&stand_in).unwrap();
    code.push_str(
        "\nfunction bridge_prints() { ob_start(); echo '<br />'; fwrite(fopen('php://output', 'w'), 'x'); return new stdClass(); }
         function bridge_throws() { throw new Exception('jo@canary.example'); }",
    );
    std::fs::write(&stand_in, &code).unwrap();
    let lines = site.capture();
    let prints = lines.all("call").find(|call| call["call"] == "bridge_prints").unwrap();
    assert_eq!(prints["value"], json!({"withheld": "object"}));
    assert_eq!(lines.source("call", "bridge_throws")["unread"], "failed");
    std::fs::write(&stand_in, code.replace("throw new Exception('jo@canary.example')", "exit('jo@canary.example')"))
        .unwrap();
    let text = String::from_utf8(site.get("/plan/v1/capture", &[]).body).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "fatal", "{last}");
    assert!(!text.contains("canary") && !text.contains("{\"end\":"));
}

#[test]
fn a_request_of_another_shape_reads_nothing() {
    let Some(site) = Site::ready() else { return };
    for (request, says) in [
        ("", "is no JSON"),
        ("{\"format\": 2}", "not of format 1"),
        ("{\"format\": 1, \"secrets\": [\"*\"]}", "no section `secrets`"),
        ("{\"format\": 1, \"options\": [{\"name\": \"*\"}]}", "names next to everything"),
        ("{\"format\": 1, \"options\": [{\"pick\": [\"\"]}]}", "an entry of `options`"),
        ("{\"format\": 1, \"adapters\": [{\"name\": \"x\"}]}", "an entry of `adapters`"),
        ("{\"format\": 1, \"users\": {\"columns\": [\"user_login\"], \"all\": true}}", "an entry of `users`"),
    ] {
        site.ask(request);
        let text = String::from_utf8(site.get("/plan/v1/capture", &[]).body).unwrap();
        let error: Value = serde_json::from_str(text.trim_end()).unwrap_or_else(|_| panic!("{request}: {text}"));
        assert_eq!(error["error"]["code"], "request");
        assert!(error["error"]["message"].as_str().unwrap().contains(says), "{error}");
    }
    site.ask("{\"format\": 1}");
    assert_eq!(site.capture().0.len(), 2);
}

#[test]
fn columns_that_somebody_altered_break_no_line() {
    let Some(site) = Site::ready() else { return };
    site.sql(
        "ALTER TABLE wp_postmeta MODIFY post_id VARCHAR(20) NULL;
         INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (NULL, '_accessally_course_key', 'a'), ('x\"]', '_accessally_course_key', 'b');",
    );
    let rows = site.capture().rows("postmeta");
    let altered = rows.iter().filter(|row| row[1] == 0).map(|row| row[3].as_str().unwrap());
    assert_eq!(altered.collect::<Vec<_>>(), ["a", "b"]);
}
