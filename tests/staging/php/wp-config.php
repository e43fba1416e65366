<?php
// Read by the shared core through PLAN_STAGING_SITE; copied into every site.

$site = getenv('PLAN_STAGING_SITE');
// Not in the database, so that one template serves every port.
$url = is_file("$site/url") ? file_get_contents("$site/url") : 'http://127.0.0.1';

define('WP_HOME', $url);
define('WP_SITEURL', $url);
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', "localhost:$site/db.sock");
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_CONTENT_DIR', "$site/content");
define('WP_DEFAULT_THEME', 'plain');

if (is_file("$site/network")) {
    define('MULTISITE', true);
    define('SUBDOMAIN_INSTALL', false);
    define('DOMAIN_CURRENT_SITE', substr($url, strlen('http://')));
    define('PATH_CURRENT_SITE', '/');
    define('SITE_ID_CURRENT_SITE', 1);
    define('BLOG_ID_CURRENT_SITE', 1);
}

// Without keys here, WordPress would write some into the database while it is being read.
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", hash_hmac('sha256', "$name key", file_get_contents("$site/secret")));
    define("{$name}_SALT", hash_hmac('sha256', "$name salt", file_get_contents("$site/secret")));
}

// Nothing leaves the machine, and nothing changes by itself.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);

$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
