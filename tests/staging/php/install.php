<?php
// install.php CORE: what every site shares; its database becomes the template.

[, $core] = $argv;
$_SERVER['HTTP_HOST'] = '127.0.0.1';

create_database(getenv('PLAN_STAGING_SITE') . '/db.sock');
define('WP_INSTALLING', true);
require "$core/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require __DIR__ . '/accessally.php';

wp_install('Bloom Academy (staging)', 'operator', 'operator@bloom.example', false, '', wp_generate_password());
use_pretty_permalinks();
add_accounts(['spare-admin' => 'administrator', 'editor' => 'editor', 'reader' => 'subscriber']);
replace_sample_content(['Welcome', 'Members’ area', 'Order form', 'Thank you']);
add_settings();
activate(['accessally/accessally.php', 'progressally/progressally.php', 'fluent-smtp/fluent-smtp.php']);

function create_database(string $socket): void
{
    $connection = new mysqli('localhost', 'root', '', null, 0, $socket);
    $connection->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
}

function use_pretty_permalinks(): void
{
    global $wp_rewrite;
    $wp_rewrite->set_permalink_structure('/%postname%/');
    $wp_rewrite->flush_rules(false);
}

function add_accounts(array $roles): void
{
    foreach ($roles as $login => $role) {
        ok(wp_insert_user([
            'user_login' => $login,
            'user_email' => "$login@bloom.example",
            'user_pass' => wp_generate_password(),
            'role' => $role,
        ]));
    }
}

function replace_sample_content(array $titles): void
{
    foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $post) {
        wp_delete_post($post->ID, true);
    }
    foreach ($titles as $title) {
        ok(wp_insert_post([
            'post_type' => 'page',
            'post_status' => 'publish',
            'post_title' => $title,
            'post_content' => "<p>$title</p>",
            'post_author' => 1,
        ], true));
    }
}

function activate(array $plugins): void
{
    foreach ($plugins as $plugin) {
        ok(activate_plugin($plugin, '', false, true));
    }
}

function ok($result): void
{
    if (is_wp_error($result)) {
        fwrite(STDERR, $result->get_error_message() . "\n");
        exit(1);
    }
}
