//! A run on a site at an address whose members are read: through the adapter that `plan.toml` names, from preflight to its end.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use amc_plan::example::generate;
use amc_plan::model::{Kind, ObjectRef};
use amc_plan::site::snapshot_file::SnapshotFile;
use serde_json::Value;

use super::Site;
use super::script;
use super::through::adapter;
use crate::common::one_of;
use crate::guided::{CERTIFICATE, FORMS};
use crate::partly_wordpress::Desk;
use crate::place::{PLAN, Ran};

/// Ends PHP once the members of a capture were sent, where a file `cut` in the site's folder counts down to this one.
const AFTER_USERS: &str = "$this->meta('postmeta', ['meta_id', 'post_id', 'meta_key', 'meta_value'], 'TRUE');\n";
const CUT: &str = "if (is_file($cut = WP_CONTENT_DIR . '/../cut')) {
    $left = (int) file_get_contents($cut) - 1;
    $left > 0 ? file_put_contents($cut, $left) : unlink($cut);
    if ($left < 1) { posix_kill(getmypid(), 9); }
}
";

/// Sets one value at a path of keys of an option; by the name of a form or an offering gives its option, and the number of an operation.
const SCREENS: &str = "
$set = function ($option, $path, $value) {
    $all = get_option($option);
    $at = &$all;
    foreach ($path as $key) { $at = &$at[$key]; }
    $at = $value;
    update_option($option, $all);
};
$of = function ($kind, $name) {
    global $wpdb;
    foreach ($wpdb->get_col(\"SELECT option_name FROM $wpdb->options WHERE option_name LIKE '\\_accessally\\_{$kind}\\_%'\") as $option) {
        if (get_option($option)['name'] === $name) { return $option; }
    }
};
$releases = function ($offering) {
    foreach (get_option('_accessally_custom_operations') as $number => $one) {
        if ($one['type'] === 'release-offering' && $one['offering'] === $offering) { return (string) $number; }
    }
};";

/// The plan's seven changes.
pub(super) const CHANGES: &str = "
$set('_accessally_setting_developer', ['production-url'], '//bloom.example');
$set('_accessally_setting_emails', ['select-welcome'], 'purchases-and-opt-ins');
$set('fluentmail-settings', ['misc', 'simulate_emails'], 'yes');
$coaching = $of('offering', 'Group Coaching');
foreach ([4, 5, 6] as $module) {
    $set($coaching, ['modules', $module, 'select-release'], 'schedule');
    $set($coaching, ['modules', $module, 'release-days'], '7');
}
foreach (['Group Coaching Payment Plan', 'Group Coaching Summer Sale'] as $name) {
    $form = $of('order_form', $name);
    $does = json_decode(get_option($form)['automation'], true);
    $does['select-final-retry'] = 'revoke';
    $does['operations'][0] = $releases($coaching);
    $set($form, ['automation'], json_encode($does));
}
$form = get_page_by_title('Mini Course Webinar Signup', OBJECT, 'accessally_optin')->ID;
$does = get_post_meta($form, '_accessally_optin_operations', true);
$does[] = $releases($of('offering', 'Mini Course'));
update_post_meta($form, '_accessally_optin_operations', $does);";

/// What a migration leaves, with maintenance mode kept on.
const MIGRATION: &str = "$set('_accessally_setting_api', ['checked-managed'], 'yes');
$set('_accessally_setting_migration', ['checked-maintenance'], 'yes');";

/// The invented site with the collector, and the example's plan with the site's adapter beside it.
pub(super) struct Switch<'s> {
    pub(super) site: &'s Site,
    pub(super) desk: Desk<'s>,
}

impl<'s> Switch<'s> {
    pub(super) fn at(site: &'s Site) -> Self {
        let desk = Desk::at(&site.staging);
        fs::copy(adapter(), desk.place.path("bloom.adapter.yaml")).unwrap();
        fs::write(desk.place.path("plan.toml"), "[site]\nadapter = \"bloom.adapter.yaml\"\n").unwrap();
        let list = desk.run(&["adapter", "request", "bloom.adapter.yaml"]);
        site.ask(&list.out);
        site.activate();
        let collector = site.plugin().join("src/Capture.php");
        let code = fs::read_to_string(&collector).unwrap();
        assert!(code.contains(AFTER_USERS));
        fs::write(&collector, code.replace(AFTER_USERS, &format!("{AFTER_USERS}{CUT}"))).unwrap();
        Self { site, desk }
    }

    /// Cuts one of the next captures off: the first, the second.
    fn cut(&self, which: u8) {
        fs::write(self.site.staging.dir().join("cut"), which.to_string()).unwrap();
    }

    /// Whatever files hold members, beside the plan.
    pub(super) fn populations(&self) -> Vec<PathBuf> {
        let state = self.desk.place.path(".plan");
        let files = fs::read_dir(state).into_iter().flatten().map(|entry| entry.unwrap().path());
        files
            .filter(|file| fs::read(file).is_ok_and(|bytes| bytes.windows(8).any(|part| part == b"\"contact")))
            .collect()
    }

    /// A purchase by somebody new: a user with a contact ID and an order.
    fn buys(&self, at: usize, form: &str, tags: &[&str]) {
        let site = SnapshotFile::read(generate(7).site.as_bytes()).unwrap().into_snapshot();
        let form =
            site.state.get(&ObjectRef::new(Kind::OrderForm, form)).unwrap().fields()["id"].as_str().unwrap().to_owned();
        let tags = tags.join("', '");
        self.site.sql(&format!(
            "INSERT INTO wp_users (user_login, user_email, user_registered) VALUES ('buyer{at}', 'buyer{at}@nowhere.example', NOW());
             SET @id = LAST_INSERT_ID();
             INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (@id, 'aal_contact_id', '9000{at}'),
                 (@id, 'first_name', 'Tess'), (@id, 'last_name', 'Buyer'), (@id, 'wp_capabilities', 'a:1:{{s:10:\"subscriber\";b:1;}}');
             INSERT INTO wp_aal_user_tags SELECT @id, tag_id FROM wp_aal_tag_names WHERE tag_name IN ('{tags}');
             INSERT INTO wp_aal_orders VALUES (900{at}, '9000{at}', {form}, 100, 'USD', DATE(NOW()), 'Success', 'pi_{at}');"
        ));
    }

    /// What a person does on the site's screens.
    pub(super) fn does(&self, act: &str) {
        let done = script::run(self.site, &format!("<?php {SCREENS} {act}"), &[]);
        assert!(done.status.success() && done.stderr.is_empty(), "{act}: {done:?}");
    }

    /// What is to be confirmed.
    fn digest(&self) -> String {
        let diff = self.desk.run(&["diff", PLAN, "--site", self.site.staging.url(), "--format", "json"]);
        diff.ends(0, &[]);
        let diff: Value = serde_json::from_str(&diff.out).unwrap();
        diff["digests"]["changes"].as_str().unwrap().to_owned()
    }

    /// A run that waits until a person makes the changes.
    pub(super) fn waits(&self) {
        self.apply(&["--confirm", &self.digest()]).ends(20, &["waits at `configure`", "7 objects"]);
    }

    pub(super) fn apply(&self, more: &[&str]) -> Ran {
        self.desk.run(&[&["apply", PLAN, "--site", self.site.staging.url(), "--no-input"], more].concat())
    }
}

#[test]
fn members_are_read_from_preflight_to_the_end_and_who_changes_after_the_review_stops_the_run() {
    if one_of("RUNS", (0, 3)).is_none() {
        return;
    }
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let switch = Switch::at(&site);
    let desk = &switch.desk;
    let digest = &switch.digest();
    // Cut off while the gate is judged, and while the site is kept.
    for which in [1, 2] {
        switch.cut(which);
        switch.apply(&["--confirm", digest]).ends(3, &["what `plan-bridge` gives was not read whole", "broke off"]);
        assert_eq!(switch.populations(), [] as [PathBuf; 0]);
    }
    // Nothing is to be accepted as unknown.
    switch.apply(&["--confirm", digest]).ends(20, &["waits at `configure`", "7 objects"]);
    let kept = switch.populations();
    let [population, ..] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(fs::metadata(population).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(desk.place.path(".plan/.gitignore")).unwrap().trim(), "*");
    let before = fs::read(population).unwrap();
    switch.does(CHANGES);
    // An adapter that says something else would compare what is read now with what was read otherwise; a comment says nothing.
    let adapter = fs::read_to_string(adapter()).unwrap();
    let writes = |text: &str| fs::write(desk.place.path("bloom.adapter.yaml"), text).unwrap();
    let other = adapter.replace("connected: true, failed: false", "connected: true, failed: true");
    assert_ne!(adapter, other);
    writes(&other);
    desk.resumes(&[]).ends(20, &["were edited since this run began", "restore them"]);
    writes(&format!("# Looked at again.\n{adapter}"));
    let configured = desk.resumes(&[]);
    configured.ends(0, &[]);
    assert!(configured.out.contains("of 240 contacts 240 the same"), "{configured:#?}");

    let phrase = desk.comes_to_the_barrier();
    // What was kept before the run is there until the site was read whole again.
    switch.cut(2);
    desk.resumes(&["--acknowledge", &phrase]).ends(20, &["what `plan-bridge` gives was not read whole", "--resume"]);
    assert_eq!(fs::read(population).unwrap(), before);
    let pressed = desk.resumes(&["--acknowledge", &phrase]);
    pressed.ends(20, &["press it now, once"]);
    assert!(pressed.out.contains("mailed to 240 members"), "{pressed:#?}");
    switch.does(MIGRATION);
    desk.records(&["sign-in", "still signed in"]);
    // Behind the barrier a site may have another shape: it is said, and stands in the journal.
    writes(&other);
    let reviewed = desk.resumes(&[]);
    assert!(reviewed.err.contains("attention: the adapters that `plan.toml` names were edited"), "{reviewed:#?}");
    let log = desk.run(&["log", PLAN, "--site", site.staging.url()]);
    assert!(log.out.contains("with adapters that were edited since the run began"), "{log:#?}");
    writes(&adapter);
    reviewed.ends(20, &["waits at `leave-maintenance`"]);
    assert!(reviewed.out.contains("done: Review contacts (automatic): verified: equal"), "{reviewed:#?}");

    switch.does("$set('_accessally_setting_migration', ['checked-maintenance'], 'no');");
    desk.resumes(&[]).ends(20, &["waits at `test-purchase`"]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        let transaction = format!("pi_{at}");
        let saw = ["purchase", form, "--saw", "order,content,welcome-email,new-user", "--transaction", &transaction];
        desk.records(&saw);
        switch.buys(at, form, tags);
    }
    let tag = site.sql("SELECT user_id, tag_id FROM wp_aal_user_tags ORDER BY user_id, tag_id LIMIT 1");
    let tag = tag.trim().replace('\t', ", ");
    site.sql("DELETE FROM wp_aal_user_tags ORDER BY user_id, tag_id LIMIT 1");
    let stopped = desk.resumes(&[]);
    stopped.ends(
        21,
        &["of 240 contacts 239 the same, 1 changed, 0 missing, 0 merged, 6 extra", "changed: 10010 (tags (lost: "],
    );
    assert!(!stopped.err.contains('@'), "{stopped:#?}");
    assert!(stopped.out.contains("done: Test purchase"), "{stopped:#?}");
    site.sql(&format!("INSERT INTO wp_aal_user_tags VALUES ({tag})"));
    desk.resumes(&[]).ends(0, &[]);
    assert!(desk.place.path(CERTIFICATE).exists());
}
