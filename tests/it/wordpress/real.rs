//! A real WordPress.

use amc_plan::change::Change;
use amc_plan::model::snapshot::{Capture, How};
use amc_plan::model::{Field, ObjectRef};
use amc_plan::site::Executor;

use super::*;

fn assert_right(snapshot: &Snapshot, url: &str) {
    let header = &snapshot.header;
    assert_eq!((header.format.as_str(), header.site.host()), ("1.1", "127.0.0.1"));
    assert_eq!((header.collector.as_str(), header.taken_at.as_str()), ("core-rest", "1970-01-01T00:00:00Z"));
    assert_eq!(header.collector_version, env!("CARGO_PKG_VERSION"));
    for kind in Kind::ALL {
        let captured = matches!(kind, Kind::Administrator | Kind::Environment | Kind::Plugin);
        match header.capture(kind.name()) {
            Capture::How(how) => assert!(captured && how == How::CoreRest, "{kind}"),
            Capture::Missing(why) => assert!(!captured && why.contains("REST API does not show it"), "{kind}: {why}"),
        }
    }
    assert_eq!(header.sections.len(), Kind::ALL.len() + 3);
    for kind in ["contact", "order", "subscription"] {
        assert!(
            matches!(&header.sections[kind], Capture::Missing(why) if why.contains("REST API does not show it")),
            "{kind}"
        );
    }
    let state = &snapshot.state;
    let plugins: Vec<_> = state
        .plugins
        .iter()
        .map(|(key, p)| (key.as_str(), p.version.set().map(String::as_str), p.active.is_on()))
        .collect();
    assert_eq!(
        plugins,
        [
            ("accessally/accessally.php", Some("4.3.1"), true),
            ("fluent-smtp/fluent-smtp.php", Some("2.2.80"), true),
            ("progressally/progressally.php", Some("2.9.3"), true),
        ]
    );
    assert_eq!(state.keys(Kind::Administrator), ["operator", "spare-admin"]);
    assert!(state.administrators.values().all(|administrator| administrator.crm_contact.is_unknown()));
    let environment = state.environment.clone().unwrap();
    assert_eq!(environment.url, url);
    assert_eq!(environment.home.set().map(String::as_str), Some(url));
    // WordPress tells both from 6.9 on, and neither before.
    match environment.wordpress {
        Field::Unknown => assert_eq!(environment.environment_type, Field::Unknown),
        version => {
            assert_eq!((environment.environment_type, version.set().is_some()), (Field::Set("local".to_owned()), true))
        }
    }
    assert_eq!(environment.extra["users"], 29);
    assert_no_address(snapshot);
}

#[test]
fn a_real_wordpress_is_read_and_each_of_its_faults_is_named() {
    let Some(staging) = Staging::up(&[]) else { return };
    let mut site = staging.connect().unwrap();
    assert_right(&read(&mut site), staging.url());
    let login = site.signed_in().unwrap().unwrap();
    assert_eq!(login, SignedIn { key: "operator".to_owned(), is_administrator: true });
    assert_eq!(site.name(), staging.url());
    assert!(!format!("{site:?}").contains(staging.text("/password")));
    let change = Change {
        on: ObjectRef::only(Kind::Emails),
        before: None,
        after: Some(json!({"enabled": true})),
        cause: "/emails".into(),
    };
    assert_eq!(site.executor(&change), Executor::Guided);
    assert!(matches!(site.execute(&change), Err(SiteError::NotAutomatic { .. })));
    real_logins(&staging);
    real_faults(&staging, &mut site);
    // Spaces, as WordPress shows the password.
    let spaced: Vec<&str> =
        staging.text("/password").as_bytes().chunks(4).map(|c| str::from_utf8(c).unwrap()).collect();
    connect(staging.url(), "operator", &spaced.join(" "), quick()).unwrap();
    assert_right(&read(&mut site), staging.url());
}

fn real_logins(staging: &Staging) {
    let as_user = |user: &str, password: &str| connect(staging.url(), user, password, quick());
    as_user("spare-admin", staging.text("/spare/password")).unwrap();
    let wrong =
        ["login: ", "user name or the application password is wrong", "drops the `Authorization`", "PLAN_LOGIN_USER"];
    staging.says(as_user("operator", SECRET), &wrong);
    staging.says(as_user("nobody", staging.text("/password")), &wrong);
    let subscriber = as_user("reader", staging.text("/subscriber/password"));
    staging.says(subscriber, &["login: ", "not an administrator", "manage_options"]);
    // WordPress takes `?rest_route=` wherever it is asked, and is one site all the same.
    let folder = connect(&format!("{}/no-such-folder", staging.url()), "operator", staging.text("/password"), quick());
    staging.says(folder, &["another: ", &format!("its home is `{}`", staging.url())]);
}

fn real_faults(staging: &Staging, site: &mut WordPress) {
    let fails = |fault: &str, parts: &[&str]| staging.with_fault(fault, || staging.says(staging.connect(), parts));
    fails("app-passwords-off", &["login: ", "application passwords are off", "https"]);
    fails("auth-header-stripped", &["login: ", "as if nobody had logged in", "SetEnvIf Authorization"]);
    fails(
        "php-warning-before-json",
        &["answer: ", "prints text around the JSON: \"<br /> <b>Warning</b>", "display_errors"],
    );
    fails("maintenance", &["answer: ", "maintenance mode (503)", ".maintenance"]);
    fails("redirect-to-other-host", &["another: ", "its home is `http://127.0.0.1:1`", "no login was sent"]);
    let hasty = Limits { answer: Duration::from_secs(1), ..quick() };
    staging.with_fault("slow", || {
        let outcome = connect(staging.url(), "operator", staging.text("/password"), hasty);
        staging.says(outcome, &["answer: ", "no complete answer within 1 s"]);
        staging.connect().unwrap();
    });
    staging.with_fault("rest-logged-in-only", || {
        assert_right(&read(&mut staging.connect().unwrap()), staging.url());
        let wrong = connect(staging.url(), "operator", SECRET, quick());
        staging.says(wrong, &["login: ", "for logged-in users only (`rest_cannot_access`)"]);
    });
    staging.with_fault("users-endpoint-removed", || {
        let snapshot = read(&mut staging.connect().unwrap());
        assert!(snapshot.state.administrators.is_empty());
        assert_eq!(snapshot.state.plugins.len(), 3);
        let capture = snapshot.header.capture("administrator");
        assert!(matches!(&capture, Capture::Missing(why) if why.contains("404 `rest_no_route`")), "{capture:?}");
    });
    // A fault that begins between two readings.
    let late = staging.with_fault("auth-header-stripped", || said(site.read(&Questions::default())));
    assert_says(&late, &["login: "]);
}

#[test]
fn a_login_of_one_real_site_opens_no_other() {
    let (Some(http), Some(other)) = (Staging::up(&["--environment", "staging"]), Staging::up(&["--users", "0"])) else {
        return;
    };
    http.says(http.connect(), &["login: ", "application passwords are off", "https only", "WP_ENVIRONMENT_TYPE"]);
    let crossed = connect(other.url(), "operator", http.text("/password"), quick());
    http.says(crossed, &["login: ", "as if nobody had logged in"]);
    let site = Address::parse(other.url()).unwrap();
    let bound = login(&site, http.url(), "operator", http.text("/password"));
    let all = said(bound.map(|_| ()));
    assert_says(
        &all,
        &[&format!("`{}` and is sent nowhere else", http.url()), &format!("PLAN_LOGIN_ORIGIN={}", other.url())],
    );
    let own = Address::parse(http.url()).unwrap();
    let login = login(&own, http.url(), "operator", http.text("/password")).unwrap();
    assert_says(&said(WordPress::connect(site, login, noon)), &["login: ", "is sent nowhere else"]);
}
