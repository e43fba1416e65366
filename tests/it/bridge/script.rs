//! `plan bridge script`, as `wp eval-file -` runs it: nothing is installed, and what is not whole says so by its exit code and its last line.
//!
//! `wp` itself is in no package: `tests/staging/wp-eval-file` stands in for it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::through::ran;
use super::{Lines, Site};
use crate::place::program;

/// The script that the program makes.
pub(super) fn made(words: &[&str]) -> String {
    let made = program().args(["bridge", "script"]).args(words).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap()
}

/// What comes of a script in a site, on its command line.
pub(super) fn run(site: &Site, script: &str, options: &[&str]) -> Output {
    run_with(site, script, options, "")
}

/// The same with options of PHP.
fn run_with(site: &Site, script: &str, options: &[&str], php: &str) -> Output {
    let command = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staging/wp-eval-file");
    let mut command = Command::new(command);
    command.arg(site.staging.dir()).args(options).env("PLAN_PHP_OPTIONS", php);
    fed(&mut command, script)
}

fn fed(command: &mut Command, script: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Where WordPress ends before, nobody reads it.
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// That it failed in every way in which that can be noticed: its code, what the person sees, and what becomes of the file.
fn is_no_capture(ended: &Output, words: &str) {
    let (out, err) = (text(&ended.stdout), text(&ended.stderr));
    assert!(!ended.status.success(), "{out}{err}");
    assert!(err.contains(words), "{words}: {err}");
    assert!(!out.contains("{\"end\""), "{out}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.ndjson"), &ended.stdout).unwrap();
    ran(folder.path(), &["snapshot", "from-capture", "c.ndjson", "--out", "c.site.ndjson"], 3);
    assert!(!folder.path().join("c.site.ndjson").exists());
}

#[test]
fn a_whole_capture_and_a_whole_inventory_come_of_it_and_the_site_is_as_before() {
    let Some(site) = Site::bare(&[]) else { return };
    let before = site.dump();
    let capture = run(&site, &made(&[]), &[]);
    assert_eq!((capture.status.code(), text(&capture.stderr)), (Some(0), String::new()));
    let lines = Lines::of(&capture.stdout);
    assert_eq!(lines.rows("users").len(), 29);
    // The code is that of the plugin, and the list the one of the zip.
    let header = &lines.0[0]["capture"];
    let list = std::fs::read("bridge/request.json").unwrap();
    let digest: String =
        <sha2::Sha256 as sha2::Digest>::digest(list).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header["request"]["sha256"], json!(digest));
    let inventory = run(&site, &made(&["--inventory"]), &[]);
    assert_eq!(inventory.status.code(), Some(0));
    assert!(Lines::of(&inventory.stdout).all("option").count() > 50);
    assert_eq!(site.dump(), before);
    assert!(!site.plugin().exists());
}

#[test]
fn it_runs_beside_the_active_plugin_and_says_the_same_code() {
    let Some(site) = Site::up(&[]) else { return };
    site.activate();
    let lines = Lines::of(&run(&site, &made(&[]), &[]).stdout);
    let routed = site.capture();
    assert_eq!(lines.0[0]["capture"]["plugin"], routed.0[0]["capture"]["plugin"]);
}

#[test]
fn what_others_print_before_it_is_no_part_of_a_capture_and_how_to_hold_it_back_is_said() {
    let Some(site) = Site::bare(&[]) else { return };
    let whole = Lines::of(&run(&site, &made(&[]), &[]).stdout).0.len();
    let noise = site.other_plugin("noise.php", "<?php echo '<br />Warning: something'; echo $undefined_in_noise;");
    let ended = run(&site, &made(&[]), &[]);
    is_no_capture(&ended, "wp --exec='ob_start();' eval-file -");
    assert_eq!(ended.status.code(), Some(1));
    // The cure that it names, also where PHP itself prints its warnings.
    for php in ["", "-d display_errors=1"] {
        let cured = run_with(&site, &made(&[]), &["--exec=ob_start();"], php);
        assert_eq!(cured.status.code(), Some(0), "{}", text(&cured.stderr));
        assert_eq!(Lines::of(&cured.stdout).0.len(), whole + 1, "one more for the plugin that prints");
    }
    std::fs::remove_file(noise).unwrap();
    // What is printed after its last line, or while PHP ends, does not get into it.
    site.other_plugin(
        "late.php",
        "<?php ob_start(fn ($all) => strtoupper($all)); register_shutdown_function(function () { echo 'bye'; });
         add_action('shutdown', function () { echo 'shut'; });",
    );
    let late = run(&site, &made(&[]), &[]);
    assert_eq!((late.status.code(), Lines::of(&late.stdout).0.len()), (Some(0), whole + 1));
}

#[test]
fn where_php_ends_early_or_has_no_memory_it_is_no_capture() {
    let Some(site) = Site::bare(&[]) else { return };
    // Somebody's code ends PHP while values are looked at, with the code of success.
    let ends = site.other_plugin(
        "ends.php",
        "<?php add_filter('option_cron', function ($all) { if (did_action('wp_loaded')) { exit(0); } return $all; });",
    );
    let ended = run(&site, &made(&[]), &[]);
    is_no_capture(&ended, "PHP stopped (the program ended)");
    assert_eq!(ended.status.code(), Some(1));
    std::fs::write(&ends, "<?php add_filter('option_cron', function ($all) { if (did_action('wp_loaded')) { throw new Exception('CANARY'); } return $all; });").unwrap();
    let ended = run(&site, &made(&[]), &[]);
    is_no_capture(&ended, "Exception in ends.php");
    assert!(!text(&ended.stdout).contains("CANARY") && !text(&ended.stderr).contains("CANARY"));
    std::fs::write(&ends, "<?php add_filter('option_cron', function ($all) { if (did_action('wp_loaded')) { str_repeat('x', 1 << 30); } return $all; });").unwrap();
    is_no_capture(&run(&site, &made(&[]), &[]), "");
    std::fs::remove_file(&ends).unwrap();
    // No database any more: WordPress itself ends before the script begins.
    let pid = std::fs::read_to_string(site.staging.dir().join("db.pid")).unwrap();
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
    std::thread::sleep(std::time::Duration::from_millis(300));
    is_no_capture(&run(&site, &made(&[]), &[]), "");
}

#[test]
fn elsewhere_it_reads_nothing_and_says_where_it_belongs() {
    let Some(site) = Site::bare(&[]) else { return };
    let script = made(&[]);
    is_no_capture(&fed(&mut Command::new("php"), &script), "");
    let skipped = run(&site, &script, &["--skip-plugins"]);
    is_no_capture(&skipped, "leave them out");
    // Put where every visitor would run it, it gives nothing.
    site.other_plugin("collector.php", &script);
    let answer = site.fetch(&format!("{}/index.php", site.staging.url()), &[]);
    assert_eq!(answer.body, b"");
    std::fs::write(site.content().join("plain.php"), &script).unwrap();
    let direct = fed(Command::new("php").arg(site.content().join("plain.php")), "");
    assert_eq!((direct.status.code(), direct.stdout), (Some(1), Vec::new()));
    assert!(text(&direct.stderr).contains("this is for `wp eval-file -`"), "{}", text(&direct.stderr));
}

#[test]
fn of_a_network_the_addressed_site_is_read_and_the_networks_own_settings_too() {
    let Some(site) = Site::bare(&["--network"]) else { return };
    site.sql(
        "INSERT INTO wp_sitemeta (site_id, meta_key, meta_value) VALUES (1, 'club_plan', 'yes');
         UPDATE wp_usermeta SET meta_key = 'wp_2_capabilities' WHERE user_id = 5 AND meta_key = 'wp_capabilities';",
    );
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("net.adapter.yaml");
    std::fs::write(
        &own,
        "version: 1\nname: net\nabout: A setting of the network.\nobjects:\n  emails:\n    evidence: inferred\n    source: a test\n    \
         fields: {enabled: {from: {option: club_plan, scope: network}, as: yes-no}}\n",
    )
    .unwrap();
    let script = made(&["--adapter", own.to_str().unwrap()]);
    // Another site of the network, made by WordPress itself.
    let host = site.staging.url().trim_start_matches("http://").to_owned();
    let make = format!("<?php echo wpmu_create_blog('{host}', '/second/', 'Second', 1);");
    let main = format!("--url={}", site.staging.url());
    assert_eq!(text(&run(&site, &make, &[&main]).stdout), "2");
    // WordPress takes the port out of the address of a new site.
    site.sql(&format!("UPDATE wp_blogs SET domain = '{host}' WHERE blog_id = 2"));
    let second = run(&site, &script, &[&format!("{main}/second/")]);
    let lines = Lines::of(&second.stdout);
    assert_eq!(lines.0[0]["capture"]["site"]["blog"], 2);
    let logins: Vec<Value> = lines.rows("users").iter().map(|row| row[2].clone()).collect();
    assert_eq!(logins, ["operator"], "those of that site alone");
    let ended = run(&site, &script, &[&main]);
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    let lines = Lines::of(&ended.stdout);
    let header = &lines.0[0]["capture"];
    assert_eq!((&header["multisite"], &header["site"]["blog"]), (&json!(true), &json!(1)));
    let option: Value = lines.named("option", "club_plan");
    assert_eq!((&option["scope"], &option["value"]), (&json!("network"), &json!("yes")));
    assert!(lines.rows("users").iter().all(|row| row[0] != 5));
}

#[test]
fn a_list_that_holds_what_ends_a_text_of_php_stays_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("x.adapter.yaml");
    let about = "LIST;\\n\\nLIST; system('id'); ?> <?php // CLASSES // REQUEST";
    std::fs::write(
        &own,
        format!("version: 1\nname: x\nabout: x\nobjects:\n  emails:\n    evidence: inferred\n    source: \"{about}\"\n    fields: {{enabled: {{from: {{option: \"club_x' LIST\"}}, as: yes-no}}}}\n"),
    )
    .unwrap();
    let own = own.to_str().unwrap();
    let script = made(&["--adapter", own]);
    ran(folder.path(), &["adapter", "request", own, "--out", "request.json"], 0);
    let list = std::fs::read_to_string(folder.path().join("request.json")).unwrap();
    let between = script.split("<<<'LIST'\n").nth(1).unwrap();
    assert_eq!(between.split("\nLIST;").next().unwrap(), list);
    assert!(list.contains("club_x' LIST"), "{list}");
}
