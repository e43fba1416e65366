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
        $simulated = (get_option('fluentmail-settings')['misc']['simulate_emails'] ?? 'no') === 'yes';
        $line = json_encode(array('to' => $to, 'subject' => $subject, 'sent' => !$simulated)) . "\n";
        return file_put_contents(getenv('PLAN_STAGING_SITE') . '/mail.ndjson', $line, FILE_APPEND | LOCK_EX) !== false;
    }
}
