//! What stands in front of a WordPress, or is not as one WordPress alone would have it: firewalls, caches, networks of sites.

use super::*;

/// The reason why a kind is missing of a reading.
fn why_missing(snapshot: &Snapshot, kind: Kind) -> String {
    match snapshot.header.capture(kind.name()) {
        Capture::Missing(why) => why,
        Capture::How(how) => panic!("{kind} counts as {how:?}"),
    }
}

/// A WordPress whose firewall answers what it refuses with a page of its own.
fn behind_firewall(refuses: impl Fn(&Request) -> bool + Send + Sync + 'static, page: &'static str) -> Server {
    Server::unmet(move |request, _| match refuses(request) {
        true => http(page, &[HTML], "<h1>jo@bloom.example"),
        false => wordpress(request),
    })
}

#[test]
fn where_a_firewall_refuses_one_form_of_address_the_other_is_asked() {
    for page in ["403 Forbidden", "404 Not Found", "406 Not Acceptable", "200 OK"] {
        let server = behind_firewall(|request| request.asks("rest_route="), page);
        let snapshot = read(&mut server.connect().unwrap());
        assert_eq!(snapshot.state.keys(Kind::Administrator), ["admin-1"]);
        let refused = server.seen().iter().filter(|request| request.asks("rest_route=")).count();
        assert_eq!(refused, 1, "it is not asked in vain again");
    }
    // One that came to refuse the other form later.
    let changes = behind_firewall(|request| request.asks("GET /?rest_route=/wp/v2/plugins"), "403 Forbidden");
    let snapshot = read(&mut changes.connect().unwrap());
    assert_eq!(snapshot.state.keys(Kind::Plugin), ["hello.php"]);
}

#[test]
fn where_a_firewall_refuses_both_forms_the_route_is_named_in_each() {
    behind_firewall(|request| request.asks("/wp/v2/users/me"), "403 Forbidden").says(&[
        "answer: ",
        "refuses `/?rest_route=/wp/v2/users/me` and `/wp-json/wp/v2/users/me` (403) before WordPress is asked",
    ]);
    let all = said(behind_firewall(|_| true, "403 Forbidden").connect());
    assert_says(
        &all,
        &["answer: ", "refuses `/?rest_route=/` and `/wp-json/` (403) before", "must let `?rest_route=` or"],
    );
    let login = behind_firewall(|_| true, "403 Forbidden");
    drop(login.connect());
    assert!(login.seen().iter().all(|request| !request.has_login()));
}

#[test]
fn an_answer_about_another_user_than_the_login_s_is_refused() {
    let answers = |user: &'static str, email: &'static str| {
        Server::new(move |request, _| match request.asks("/users/me") {
            true => ok(&json!({"id": 7, "username": user, "email": email, "capabilities": {"manage_options": true}})),
            false => wordpress(request),
        })
    };
    let cached = answers("someone", "someone@bloom.example");
    let all = said(cached.connect());
    assert_says(&all, &["login: ", "for another user than the login names", "PLAN_LOGIN_USER", "cache"]);
    assert!(!all.contains("someone"), "{all}");
    answers("Operator", "").connect().unwrap();
    // A login by address is compared with the address, which nobody else is asked for.
    let by_address = answers("someone", "Someone@bloom.example");
    connect(&by_address.url, "someone@bloom.example", SECRET, quick()).unwrap();
    assert!(by_address.seen()[0].asks("_fields=id,username,capabilities,email"));
    assert!(!cached.seen()[0].asks("email"));
    // It is looked at each time, not when connecting alone.
    let later = Server::new(|request, nth| match (request.asks("/users/me"), nth) {
        (true, 2..) => ok(&json!({"id": 8, "username": "other", "capabilities": {"manage_options": true}})),
        _ => wordpress(request),
    });
    assert_says(&said(later.connect().unwrap().signed_in()), &["login: ", "for another user"]);
}

#[test]
fn administrators_are_captured_only_where_each_row_says_who_and_what_they_are() {
    let rows = |rows: Value| {
        let server = Server::new(move |request, _| match request.asks("roles=administrator") {
            true => {
                http("200 OK", &[JSON, &format!("X-WP-Total: {}", rows.as_array().unwrap().len())], rows.to_string())
            }
            false => wordpress(request),
        });
        read(&mut server.connect().unwrap())
    };
    for roles in [json!("administrator"), json!({"1": "administrator"}), json!(["editor", "administrator"])] {
        let found = rows(json!([{"id": 7, "username": "sam", "roles": roles}]));
        assert_eq!(found.state.keys(Kind::Administrator), ["sam"], "{roles}");
    }
    assert!(rows(json!([{"id": 7, "username": "sam", "roles": "editor"}])).state.administrators.is_empty());
    for (row, field) in [
        (json!({"id": 7, "roles": ["administrator"]}), "username"),
        (json!({"id": 7, "username": "", "roles": ["administrator"]}), "username"),
        (json!({"id": 7, "username": "sam"}), "roles"),
        (json!({"id": 7, "username": "sam", "roles": null}), "roles"),
    ] {
        let found = rows(json!([{"id": 6, "username": "kim", "roles": ["administrator"]}, row]));
        assert!(found.state.administrators.is_empty());
        let why = why_missing(&found, Kind::Administrator);
        assert_eq!(why, format!("the site's REST API does not say the `{field}` of user 7"));
    }
}

#[test]
fn a_site_of_a_network_is_said_to_be_one() {
    let server = Server::new(|request, _| match request {
        _ if request.asks("/wp/v2/settings") => ok(&json!([])),
        _ if request.asks("/wp/v2/plugins") => error("403 Forbidden", "rest_cannot_view_plugins"),
        _ => wordpress(request),
    });
    let snapshot = read(&mut server.connect().unwrap());
    assert_eq!(snapshot.state.environment.as_ref().unwrap().extra["multisite"], true);
    let why = why_missing(&snapshot, Kind::Plugin);
    assert_says(&why, &["(403 `rest_cannot_view_plugins`)", "network of sites (multisite) only a super admin"]);
    // A site of its own that refuses the same is none.
    let alone = Server::new(|request, _| match request.asks("/wp/v2/plugins") {
        true => error("403 Forbidden", "rest_cannot_view_plugins"),
        false => wordpress(request),
    });
    let snapshot = read(&mut alone.connect().unwrap());
    assert!(!snapshot.state.environment.as_ref().unwrap().extra.contains_key("multisite"));
    assert!(!why_missing(&snapshot, Kind::Plugin).contains("multisite"));
    // WordPress lists no capability of who is no member, a super admin's neither.
    Server::always(ok(&json!({"capabilities": {}}))).says(&[
        "login: ",
        "not an administrator",
        "a super admin is not automatically a member",
    ]);
}

#[test]
fn a_first_plan_names_the_one_active_mailer_and_leaves_the_crm_to_a_decision() {
    let draft = |plugins: Value| {
        let server = Server::new(move |request, _| match request.asks("/wp/v2/plugins") {
            true => ok(&plugins),
            false => wordpress(request),
        });
        let folder = tempfile::tempdir().unwrap();
        let made = crate::place::program()
            .args(["init", "--site", &server.url, "--out", "plan.yaml"])
            .current_dir(folder.path())
            .envs([
                ("PLAN_LOGIN_ORIGIN", &*server.url),
                ("PLAN_LOGIN_USER", "operator"),
                ("PLAN_LOGIN_PASSWORD", SECRET),
            ])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::read_to_string(folder.path().join("plan.yaml")).unwrap()
    };
    let plugin = |plugin: &str, status: &str| json!({"plugin": plugin, "status": status, "version": "1"});
    let (fluent, other) = ("fluent-smtp/fluent-smtp", "wp-mail-smtp/wp_mail_smtp");
    let one = draft(json!([plugin(fluent, "active"), plugin(other, "inactive"), plugin("hello", "active")]));
    assert_says(&one, &["\n  transport: fluent-smtp  # decide: ", "\n  name: unknown  # decide: the CRM"]);
    let two = draft(json!([plugin(fluent, "network-active"), plugin(other, "active")]));
    assert_says(&two, &["\n  # decide: transport: fluent-smtp or wp-mail-smtp  ("]);
    assert!(!draft(json!([plugin(fluent, "inactive")])).contains("transport:"));
}
