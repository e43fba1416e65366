<?php
// network.php CORE: makes the site the first of a network; wp-config.php says so from then on.

[, $core] = $argv;
$site = getenv('PLAN_STAGING_SITE');
$_SERVER['HTTP_HOST'] = substr(file_get_contents("$site/url"), strlen('http://'));
define('WP_INSTALLING_NETWORK', true);
require "$core/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

foreach ($wpdb->tables('ms_global') as $name => $table) {
    $wpdb->$name = $table;
}
install_network();
$made = populate_network(1, $_SERVER['HTTP_HOST'], 'operator@bloom.example', 'Bloom network', '/', false);
if (is_wp_error($made)) {
    fwrite(STDERR, $made->get_error_message() . "\n");
    exit(1);
}
// Where a network keeps what tells WordPress that application passwords are in use.
$wpdb->insert($wpdb->sitemeta, ['site_id' => 1, 'meta_key' => 'using_application_passwords', 'meta_value' => '1']);
touch("$site/network");
