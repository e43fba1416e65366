//! Whose mail function it is: what a plugin's settings say counts only where mail goes through that plugin.

use super::*;

/// A site with these plugins active, and with a `wp_mail` of this owner that these filter; both mail plugins are set to send nothing.
fn mail(active: &[&str], owner: Option<Json>, filters: &[&str]) -> Taken {
    let set = Set::new(built_in().iter().cloned());
    let constants = ["FLUENTMAIL_SIMULATE_EMAILS", "WPMS_DO_NOT_SEND", "WPMS_ON"];
    let mut lines = vec![
        source("option", &["fluentmail-settings", "wp_mail_smtp"], 2),
        option(
            "fluentmail-settings",
            json!({"picked": {"": {"php": 1}, "/misc": {"array": 1}, "/misc/simulate_emails": "yes"}}),
        ),
        option(
            "wp_mail_smtp",
            json!({"picked": {"": {"php": 1}, "/general": {"array": 1}, "/general/do_not_send": true}}),
        ),
        source("plugin", &["*"], active.len() as u64),
    ];
    lines.extend(active.iter().map(|file| json!({"plugin": {"file": file, "version": "1", "status": "active"}})));
    lines.push(source("constant", &constants, 0));
    if let Some(owner) = owner {
        lines.push(source("function", &["wp_mail"], 1));
        lines.push(json!({"function": {"name": "wp_mail", "owner": owner, "filters": filters}}));
    }
    taken(&set, &lines)
}

const FLUENT: &str = "fluent-smtp/fluent-smtp.php";
const WP_MAIL_SMTP: &str = "wp-mail-smtp/wp_mail_smtp.php";

#[track_caller]
fn sends_by(taken: &Taken, transport: &str) {
    let mail = taken.snapshot.state.mail.as_ref().unwrap_or_else(|| panic!("{}", section(taken, "mail")));
    assert_eq!((&mail.transport, &mail.simulated), (&Field::Set(transport.to_owned()), &Field::Set(true)));
}

#[track_caller]
fn is_unknown(taken: &Taken, why: &str) {
    assert_eq!(taken.snapshot.state.mail, None);
    assert_eq!(section(taken, "mail"), why);
}

#[test]
fn a_plugin_s_mail_settings_count_where_mail_goes_through_it() {
    sends_by(&mail(&[FLUENT], Some(json!("plugin:fluent-smtp")), &["plugin:fluent-smtp"]), "fluent-smtp");
    sends_by(&mail(&[WP_MAIL_SMTP], Some(json!("core")), &["plugin:wp-mail-smtp"]), "wp-mail-smtp");
    sends_by(&mail(&["wp-mail-smtp-pro/wp_mail_smtp.php"], Some(json!("core")), &[]), "wp-mail-smtp");
    // Where both are active, FluentSMTP's function sends, and WP Mail SMTP is passed by.
    sends_by(&mail(&[FLUENT, WP_MAIL_SMTP], Some(json!("plugin:fluent-smtp")), &[]), "fluent-smtp");
}

#[test]
fn where_mail_may_go_another_way_it_is_unknown_whether_it_is_simulated() {
    let only = |who: &str| {
        format!("{who} defines `wp_mail`, and what is known here counts only where the plugin `fluent-smtp` does")
    };
    let fluent = |owner: Json| mail(&[FLUENT], Some(owner), &[]);
    is_unknown(&fluent(json!("must-use:host-mailer.php")), &only("the must-use plugin `host-mailer.php`"));
    is_unknown(&fluent(json!("plugin:post-mailer")), &only("the plugin `post-mailer`"));
    is_unknown(&fluent(json!("theme:plain")), &only("the theme `plain`"));
    is_unknown(&fluent(json!("core")), &only("WordPress itself"));
    is_unknown(&fluent(json!("other")), &only("code that is no plugin's and no theme's"));
    is_unknown(&fluent(json!({"withheld": "secret-value"})), &only("somebody whose name did not leave the site"));
    is_unknown(
        &mail(&[WP_MAIL_SMTP], Some(json!("must-use:host-mailer.php")), &[]),
        "the must-use plugin `host-mailer.php` defines `wp_mail`, and what is known here counts only where WordPress itself does",
    );
    is_unknown(
        &mail(&[WP_MAIL_SMTP], Some(json!("core")), &["plugin:wp-mail-smtp", "plugin:post-mailer"]),
        "the plugin `post-mailer` filters `pre_wp_mail`, and may answer in the place of `wp_mail`",
    );
    is_unknown(
        &mail(&[WP_MAIL_SMTP], Some(json!("core")), &["core"]),
        "somebody, with a function of WordPress, filters `pre_wp_mail`, and may answer in the place of `wp_mail`",
    );
    // An earlier collector does not say.
    is_unknown(&mail(&[FLUENT], None, &[]), "the capture was not asked for function `wp_mail`");
}
