//! A run whose automatic part the program writes and whose rest a person makes: forth, back, forth again; and what is written where nobody agreed.

use super::*;

#[test]
fn what_an_adapter_proves_is_written_all_else_is_a_persons_and_an_undo_leaves_the_very_bytes() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let tables = || site.sql("SHOW TABLES");
    let (empty, without) = (site.dump(), tables());
    let writer = Writer::at(&site);
    let desk = &writer.switch.desk;
    let before = writer.stored();
    let wanted: Vec<String> = WRITTEN.iter().zip(&before).map(|((_, option), before)| after(option, before)).collect();

    // Who makes a change moves no digest.
    let diff = writer.diff();
    let by: Vec<(&str, &str)> = diff["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["on"]["kind"].as_str().unwrap(), change["executor"].as_str().unwrap()))
        .collect();
    let guided = ["offering", "opt-in-form", "order-form", "order-form"].map(|kind| (kind, "guided"));
    assert_eq!(by, [&WRITTEN.map(|(kind, _)| (kind, "automatic"))[..], &guided].concat());
    writer.settings("");
    let by_hand = writer.diff();
    assert_eq!(by_hand["digests"], diff["digests"]);
    assert!(by_hand["changes"].as_array().unwrap().iter().all(|change| change["executor"] == "guided"));
    writer.settings("writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n");
    assert_eq!(tables(), without, "nothing is made before something is written");

    let digest = writer.digest();
    let words = ["-vv", "apply", PLAN, "--site", site.staging.url(), "--no-input", "--confirm", &digest];
    let ran = desk.run(&words);
    ran.ends(20, &["waits at `configure`", "4 objects that are to be set by hand are not seen in place yet"]);
    for (at, (object, _)) in WRITTEN.iter().enumerate() {
        assert!(ran.out.contains(&format!("  {}/3 {object}\n", at + 1)), "{ran:#?}");
    }
    assert_eq!(writer.stored(), wanted);
    assert_eq!(writer.audited(), (3, 0));
    // One round trip for each change; the values, the lock, and to let it go, once for the run.
    let posts = |route: &str| ran.err.lines().filter(|line| line.contains("POST ") && line.contains(route)).count();
    assert_eq!((posts("/stored"), posts("/changes"), posts("/lock")), (1, 3, 2), "{}", ran.err);
    assert_eq!(site.sql("SELECT ends FROM wp_plan_bridge_lock").trim(), "0");

    writer.undoes(&digest).ends(0, &[]);
    assert_eq!(writer.stored(), before);
    assert_eq!(writer.audited(), (6, 0));
    writer.switch.apply(&["--confirm", &writer.digest()]).ends(20, &["waits at `configure`", "4 objects"]);
    assert_eq!(writer.stored(), wanted);

    // A person makes the rest, and everybody is as before.
    writer.switch.does(super::super::run::CHANGES);
    let configured = desk.resumes(&[]);
    configured.ends(0, &[]);
    assert!(configured.out.contains("of 240 contacts 240 the same"), "{configured:#?}");
    assert_eq!(writer.audited(), (9, 0));

    // What the site gained is these tables; uninstalling takes them with the plugin.
    let own = ["audit", "changes", "lock"].map(|name| format!("wp_plan_bridge_{name}"));
    let gained: Vec<String> = tables().lines().filter(|table| !without.contains(table)).map(str::to_owned).collect();
    assert_eq!(gained, own);
    let plugin = "/wp/v2/plugins/plan-bridge/plan-bridge";
    let json = "Content-Type: application/json";
    assert_eq!(site.get(plugin, &["-X", "POST", "-H", json, "-d", "{\"status\":\"inactive\"}"]).status, 200);
    assert_eq!(site.get(plugin, &["-X", "DELETE"]).status, 200);
    assert_eq!(tables(), without);
    assert!(!site.plugin().exists());
    // Nothing is left of it in what was there before either: only the plan's settings are others.
    let own = |line: &&str| !empty.contains(*line) && line.to_lowercase().contains("plan_bridge");
    assert_eq!(site.dump().lines().filter(own).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn without_who_agreed_and_when_or_the_site_being_open_a_person_makes_every_change() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let writer = Writer::at(&site);
    let desk = &writer.switch.desk;
    let before = writer.stored();
    let check = || desk.run(&["check", PLAN, "--site", site.staging.url()]);
    for (more, words) in [
        ("writes = \"allowed\"\n", "does not say who agreed to it, and when, so nothing is written"),
        ("writes = \"allowed\"\nagreed_by = \"Mara\"\n", "does not say who agreed"),
        ("writes = \"allowed\"\nagreed_by = \"WHO AGREED\"\nagreed_on = \"2026-11-01\"\n", "does not say who agreed"),
        ("writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"soon\"\n", "names no day"),
        ("writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"2999-01-01\"\n", "a day that is yet to come"),
        ("writes = \"yes\"\nagreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n", "another word than `allowed`"),
        ("agreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n", "and not to what"),
    ] {
        writer.settings(more);
        check().ends(2, &[words, "agreed_on = \"YEAR-MONTH-DAY\""]);
    }
    writer.settings("writes = \"allowed\"\nagreed_by = \"Mara\"\nagreed_on = \"2026-11-01\"\n");
    let automatic = || {
        writer.diff()["changes"].as_array().unwrap().iter().filter(|change| change["executor"] == "automatic").count()
    };
    assert_eq!(automatic(), 3);
    // Another list than this adapter's, a table without transactions, a live site that nobody opened, the build that reads.
    let list = site.plugin().join("writes.json");
    let own = fs::read_to_string(&list).unwrap();
    fs::write(&list, own.clone().edited("\"purchases\",", "")).unwrap();
    assert_eq!(automatic(), 0);
    fs::write(&list, &own).unwrap();
    site.sql("ALTER TABLE wp_options ENGINE=MyISAM");
    assert_eq!(automatic(), 0);
    site.sql("ALTER TABLE wp_options ENGINE=InnoDB");
    // What does not come back as it is written, and what holds more than is written back, is left to a person.
    let guard = raw(&site, "_accessally_setting_developer");
    let long = format!("s:{}:\"//{}.example\"", 600 + 10, "x".repeat(600));
    site.set_option("_accessally_setting_developer", &guard.clone().edited("s:23:\"//staging.bloom.example\"", &long));
    assert_eq!(automatic(), 2);
    site.set_option("_accessally_setting_developer", &guard);
    assert_eq!(automatic(), 3);

    // In the middle of a run: the lock is somebody else's, then the site is closed. Nothing is written, and the run goes on later.
    let digest = writer.digest();
    let token = locked(&site, 'e');
    writer
        .switch
        .apply(&["--confirm", &digest])
        .ends(20, &["stopped at change 1 of 3", "somebody else writes to it now"]);
    assert_eq!(writer.stored(), before);
    let (status, _) = posts(&site, "lock", &json!({"holder": holder('e'), "token": token}));
    assert_eq!(status, 200);
    fs::write(&list, "{}").unwrap();
    desk.resumes(&[]).ends(20, &["it is not written to: the plugin's list of what may be written cannot be used"]);
    assert_eq!(writer.stored(), before);
    fs::write(&list, own).unwrap();
    desk.resumes(&[]).ends(20, &["waits at `configure`", "4 objects"]);
    writer.undoes(&digest).ends(0, &[]);
    assert_eq!(writer.stored(), before);
}
