//! A copy of a frozen live site, switched and pushed over it: what the run says at each step, and what both databases hold.

use std::process::{Command, Stdio};

use super::*;
use crate::common::one_of;

/// The host's push: the copy's database in the place of live's.
fn pushes(copy: &Site, live: &Site) {
    let mut dump = Command::new("mariadb-dump")
        .args(["--no-defaults", "--user=root", &format!("--socket={}", copy.staging.dir().join("db.sock").display())])
        .arg("wordpress")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let into = live.mariadb().stdin(dump.stdout.take().unwrap()).status().unwrap();
    assert!(into.success() && dump.wait().unwrap().success());
}

/// What the collector shows of live now, as a site in a file.
fn read_live(agency: &Agency, live: &Site, name: &str) {
    let capture = format!("{name}.ndjson");
    agency.run(live, &["site", "capture", live.staging.url(), "--out", &capture]).ends(0, &[]);
    let words = ["snapshot", "from-capture", &capture, "--adapter", "bloom.adapter.yaml", "--out"];
    agency.run(live, &[&words[..], &[&format!("{name}.site.ndjson")]].concat()).ends(0, &[]);
}

#[test]
fn a_copy_of_a_frozen_site_is_pushed_over_it_and_live_is_what_was_switched() {
    if one_of("RUNS", (2, 3)).is_none() {
        return;
    }
    let bloom = ["--users", "0", "--bloom"];
    let Some(copy) = Site::bare(&bloom) else { return };
    let live = Site::bare_named("localhost", &bloom).unwrap();
    let agency = Agency::new();
    agency.has_the_adapter();
    agency.run(&copy, &["bridge", "zip", "--adapter", "bloom.adapter.yaml", "--out", "plan-bridge.zip"]).ends(0, &[]);
    let (operator, owner) = (Person::signs_in(&copy, "operator"), Person::signs_in(&live, "operator"));
    [&operator, &owner].iter().for_each(|person| person.installs(&agency.path("plan-bridge.zip")));
    agency.decides(&copy, &live);
    let plan = fs::read_to_string(agency.path(PLAN)).unwrap();
    fs::write(agency.path(PLAN), plan.edited("strategy: rehearse-and-replay", "strategy: freeze-and-push")).unwrap();
    agency.run(&copy, &["contacts", "record", PLAN, "--site", copy.staging.url()]).ends(0, &["10 contacts"]);
    agency.backs_up(&copy, "RP-1");

    // Nothing begins before somebody saw live closed to buyers.
    let check = |more: &[&str]| agency.run(&copy, &[&["check", PLAN, "--site", copy.staging.url()], more].concat());
    let open = check(&[]);
    assert!(open.code == Some(1) && open.out.contains("live-not-frozen"), "{open:#?}");
    maintenance(&owner, true);
    assert_eq!(live.fetch(live.staging.url(), &[]).status, 503);
    agency.records(&copy, &["saw", "maintenance", "on=yes", "--on", "live"]);
    is_compared(&agency, &live, &owner, &check);

    let before = [passwords(&copy), passwords(&live)];
    switches(&agency, (&copy, &live), &operator);
    // The reader and the editor are no contacts, and whom the test signs in it gives a password.
    assert_eq!((old_passwords(&copy, &before[0]), old_passwords(&live, &before[1])), (2, 244));
    is_pushed(&agency, (&copy, &live));
    let switched = passwords(&copy);
    // Who signed in on live since has one of their own there.
    assert_eq!((old_passwords(&live, &before[1]), old_passwords(&live, &switched)), (2, 243));
}

/// What live has otherwise is found while there is time: nothing of it is in the push.
fn is_compared(agency: &Agency, live: &Site, owner: &Person<'_>, check: &dyn Fn(&[&str]) -> Ran) {
    read_live(agency, live, "alike");
    let alike = check(&["--live", "alike.site.ndjson"]);
    assert!(alike.code == Some(0) && alike.out.contains("compared with live localhost"), "{alike:#?}");
    let form = "_accessally_order_form_15";
    let was = option(live, form);
    owner.sets(form, "price", "59700");
    read_live(agency, live, "raised");
    let raised = check(&["--live", "raised.site.ndjson"]);
    assert!(raised.code == Some(1) && raised.out.contains("copy-drifted"), "{raised:#?}");
    let said = raised.out.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    assert!(said.contains("price is `497.00 USD` on the copy, and `597.00 USD` on live"), "{said}");
    owner.sets(form, "price", "49700");
    assert_eq!(option(live, form), was);
}

/// The run on the copy, by commands, as far as its test purchases.
fn switches(agency: &Agency, (copy, live): (&Site, &Site), operator: &Person<'_>) {
    let digest = agency.digest(copy, &[]);
    let apply = |more: &[&str]| {
        agency.run(copy, &[&["apply", PLAN, "--site", copy.staging.url(), "--no-input"], more].concat())
    };
    apply(&["--confirm", &digest]).ends(20, &["waits at `configure`"]);
    makes_the_changes(operator, live, true);
    apply(&["--resume"]).ends(0, &[]);
    fs::write(agency.path("lines.txt"), operator.verification().join("\n") + "\n").unwrap();
    agency.records(copy, &["verification", "lines.txt", "--host", host(copy)]);
    let phrase = format!("run migration on {}", host(copy));
    apply(&["--resume", "--acknowledge", &phrase]).ends(20, &["press it now, once"]);
    assert_eq!(operator.presses("migrate", &[("maintenance", "yes")]), 302);
    apply(&["--resume"]).ends(20, &["waits at `leave-maintenance`"]);
    assert_eq!(mails(copy).1, 0, "no mail leaves the copy");
    let spare = Person::signs_in(copy, "spare-admin");
    maintenance(&spare, false);
    apply(&["--resume"]).ends(20, &["waits at `test-purchase`"]);
    for (form, number) in FORMS {
        let email = format!("{form}@nowhere.example");
        assert_eq!(spare.presses("buy", &[("form", number), ("email", &email)]), 302);
        let saw = ["purchase", form, "--saw", "order,content,welcome-email,new-user"];
        agency.records(copy, &saw);
    }
    apply(&["--resume"]).ends(20, &["waits at `push`"]);
}

/// The push, and what opens live again.
fn is_pushed(agency: &Agency, (copy, live): (&Site, &Site)) {
    let resumes = || agency.run(copy, &["apply", PLAN, "--site", copy.staging.url(), "--no-input", "--resume"]);
    // Test buyers are no members of live.
    copy.sql(
        "DELETE FROM wp_aal_orders WHERE order_date = UTC_DATE() AND transaction_id LIKE 'pi\\_%';
         DELETE meta FROM wp_usermeta meta JOIN wp_users ON ID = user_id WHERE user_email LIKE '%@nowhere.example';
         DELETE FROM wp_users WHERE user_email LIKE '%@nowhere.example';",
    );
    resumes().ends(20, &["waits at `push`", "`plan-bridge` is still on this site"]);
    Person::signs_in(copy, "spare-admin").removes_the_plugin(copy);
    resumes().ends(20, &["waits at `push`", "it is not on record as done"]);
    pushes(copy, live);
    agency.records(copy, &["step", "push", "pushed by the host, the database whole"]);
    resumes().ends(20, &["waits at `reopen-live`"]);

    let owner = Person::signs_in(live, "operator");
    owner.sets("fluentmail-settings", "misc/simulate_emails", "no");
    agency.records(copy, &["saw", "mail", "simulated=no", "--on", "live"]);
    maintenance(&owner, false);
    agency.records(copy, &["saw", "maintenance", "on=no", "--on", "live"]);
    let ended = resumes();
    assert!(ended.code == Some(0) && ended.out.contains("every step is done"), "{ended:#?}");

    assert_eq!(live.fetch(live.staging.url(), &[]).status, 200);
    assert!(option(live, "_accessally_setting_api").contains("accessally-managed"));
    assert!(option(live, "_accessally_setting_developer").contains(&format!("//{}", host(live))));
    assert!(!option(live, "active_plugins").contains("plan-bridge"));
    let orders = "SELECT COUNT(*) FROM wp_aal_orders WHERE order_date = UTC_DATE() AND transaction_id LIKE 'pi\\_%'";
    assert_eq!(live.sql(orders).trim(), "0");
    assert_eq!(live.sql("SELECT COUNT(*) FROM wp_users WHERE user_email LIKE '%@nowhere.example'").trim(), "0");
}
