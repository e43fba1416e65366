<?php
/**
 * Plugin Name: FluentSMTP (stand-in)
 * Description: Stand-in for tests. No mail leaves the site: each is a line of DIR/mail.ndjson, with whether the real one would have sent it.
 * Version: 2.2.80
 */

// As the real one does.
if (!function_exists('wp_mail')) {
    function wp_mail($to, $subject, $message)
    {
        $misc = get_option('fluentmail-settings')['misc'] ?? array();
        $simulated = ($misc['simulate_emails'] ?? 'no') === 'yes';
        if ($simulated && ($misc['log_emails'] ?? 'yes') === 'yes') {
            fluent_smtp_stand_in_logs($to, $subject);
        }
        $line = json_encode(array('to' => $to, 'subject' => $subject, 'sent' => !$simulated)) . "\n";
        return file_put_contents(getenv('PLAN_STAGING_SITE') . '/mail.ndjson', $line, FILE_APPEND | LOCK_EX) !== false;
    }
}

// A row of its log, of which the real one fills these columns so where its simulator takes a mail (seen in 2.3.1). Its table is made at the first mail.
function fluent_smtp_stand_in_logs($to, $subject)
{
    global $wpdb;
    $table = $wpdb->prefix . 'fsmpt_email_logs';
    $wpdb->query("CREATE TABLE IF NOT EXISTS $table (`id` int UNSIGNED NOT NULL PRIMARY KEY AUTO_INCREMENT, `to` varchar(255), `subject` varchar(255), `status` varchar(20), `extra` text)");
    $to = serialize(array(array('email' => $to)));
    $wpdb->insert($table, array('to' => $to, 'subject' => $subject, 'status' => 'sent', 'extra' => serialize(array('provider' => 'Simulator'))));
}
