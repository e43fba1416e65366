//! One mail into the trap: which trap is seen to hold it, and when none is.

use super::*;

/// WP Mail SMTP, of which this has what its 4.8.0 does with "Do Not Send": a mailer in the place of WordPress's own, which calls this action and gives
/// the mail up. A mail that it does not give up is a line of DIR/left.txt.
const WP_MAIL_SMTP: &str = r#"<?php
/* Plugin Name: WP Mail SMTP (stand-in) */
add_filter('wp_mail_from', fn () => 'operator@bloom.example');
add_action('plugins_loaded', function () {
    require_once ABSPATH . WPINC . '/PHPMailer/PHPMailer.php';
    require_once ABSPATH . WPINC . '/PHPMailer/Exception.php';
    $GLOBALS['phpmailer'] = new class(true) extends \PHPMailer\PHPMailer\PHPMailer {
        public function send() {
            if (get_option('wp_mail_smtp')['general']['do_not_send'] ?? false) {
                do_action('wp_mail_smtp_mail_catcher_send_blocked', $this);
                return false;
            }
            return file_put_contents(getenv('PLAN_STAGING_SITE') . '/left.txt', "left\n", FILE_APPEND) !== false;
        }
    };
});"#;

#[test]
fn a_mail_that_reaches_nobody_is_seen_in_the_trap_of_the_plugin_that_sends_and_only_there() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let writer = Writer::at(&site);
    let nobody = site.fetch(&site.url("/plan/v1/trial"), &["-X", "POST", "-d", "{}"]).status;
    assert_eq!((nobody, posts(&site, "trial", &json!({"token": 1})).0), (401, 409), "nobody has the lock");
    assert!(!site.staging.dir().join("mail.ndjson").exists());
    let token = locked(&site, 'a');
    let tried = || {
        let (status, answer) = posts(&site, "trial", &json!({"token": token}));
        assert_eq!(status, 200, "{answer}");
        assert!(answer["to"].as_str().unwrap().ends_with("@trap.invalid"), "{answer}");
        answer["held_back_by"].as_str().map(str::to_owned)
    };
    let fluent = |misc: &Value| {
        let misc: Vec<String> =
            misc.as_object().unwrap().iter().map(|(key, value)| format!("'{key}' => {value}")).collect();
        writer.switch.does(&format!(
            "update_option('fluentmail-settings', ['connections' => [], 'misc' => [{}]]);",
            misc.join(", ")
        ));
    };
    fluent(&json!({"simulate_emails": "yes"}));
    assert_eq!(tried().as_deref(), Some("fluent-smtp"));
    fluent(&json!({"simulate_emails": "yes", "log_emails": "no"}));
    assert_eq!(tried(), None, "what is not logged nobody sees");
    fluent(&json!({"simulate_emails": "no"}));
    assert_eq!(tried(), None);
    let mail = fs::read_to_string(site.staging.dir().join("mail.ndjson")).unwrap();
    assert_eq!(
        (mail.lines().count(), mail.matches("@trap.invalid\",").count(), mail.matches("\"sent\":true").count()),
        (3, 3, 1)
    );

    let folder = site.content().join("plugins/wp-mail-smtp");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("wp_mail_smtp.php"), WP_MAIL_SMTP).unwrap();
    let plugins = "['accessally/accessally.php', 'plan-bridge/plan-bridge.php', 'wp-mail-smtp/wp_mail_smtp.php']";
    writer.switch.does(&format!("update_option('active_plugins', {plugins});"));
    let left = site.staging.dir().join("left.txt");
    writer.switch.does("update_option('wp_mail_smtp', ['general' => ['do_not_send' => true]]);");
    assert_eq!((tried().as_deref(), left.exists()), (Some("wp-mail-smtp"), false));
    writer.switch.does("update_option('wp_mail_smtp', ['general' => ['do_not_send' => false]]);");
    assert_eq!((tried(), left.exists()), (None, true));
}
