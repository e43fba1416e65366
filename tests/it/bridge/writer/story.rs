//! What is written where nobody agreed, or a site is not open, and how a run goes on then. The whole way stands in `bridge::story::written`.

use super::*;

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
    // A person goes on in its place, with one change and with the next one; what is left the program makes once it may again.
    writer.switch.does("$set('_accessally_setting_developer', ['production-url'], '//bloom.example');");
    let stopped = desk.resumes(&[]);
    stopped.ends(20, &["stopped at change 2 of 3", "or make the change by hand, then finish with"]);
    for shown in
        ["by hand    `emails`, on ", "- welcome: none", "+ welcome: purchases-and-opt-ins", "by hand    `mail`, on "]
    {
        assert!(stopped.out.contains(shown), "{stopped:#?}");
    }
    assert_eq!(&writer.stored()[1..], &before[1..]);
    writer.switch.does("$set('_accessally_setting_emails', ['select-welcome'], 'purchases-and-opt-ins');");
    desk.resumes(&[]).ends(20, &["stopped at change 3 of 3"]);
    fs::write(&list, own).unwrap();
    desk.resumes(&[]).ends(20, &["waits at `configure`", "4 objects"]);
    assert_eq!(writer.audited(), (1, 0));
    writer.undoes(&digest).ends(0, &[]);
    assert_eq!(writer.stored(), before);
}
