<?php
/**
 * Plugin Name: Faults for tests
 * Description: `touch DIR/faults/NAME` switches a fault on from the next request; `rm` switches it off.
 */

function staging_fault(string $name): bool
{
    return file_exists(getenv('PLAN_STAGING_SITE') . "/faults/$name");
}

function staging_is_rest(): bool
{
    return isset($_GET['rest_route']) || str_starts_with($_SERVER['REQUEST_URI'] ?? '', '/wp-json');
}

if (PHP_SAPI !== 'cli-server') {
    return;
}

if (staging_fault('slow')) {
    sleep(3);
}

if (staging_fault('maintenance')) {
    // As core's own wp_maintenance(), whose switch lies in the core that all sites share.
    wp_load_translations_early();
    header('Retry-After: 600');
    wp_die('Briefly unavailable for scheduled maintenance. Check back in a minute.', 'Maintenance', 503);
}

if (staging_fault('redirect-to-other-host') && staging_is_rest()) {
    header('Location: http://127.0.0.1:1' . $_SERVER['REQUEST_URI'], true, 302);
    exit;
}

if (staging_fault('auth-header-stripped')) {
    unset(
        $_SERVER['HTTP_AUTHORIZATION'],
        $_SERVER['REDIRECT_HTTP_AUTHORIZATION'],
        $_SERVER['PHP_AUTH_USER'],
        $_SERVER['PHP_AUTH_PW']
    );
}

if (staging_fault('app-passwords-off')) {
    add_filter('wp_is_application_passwords_available', '__return_false');
}

if (staging_fault('users-endpoint-removed')) {
    add_filter('rest_endpoints', function (array $endpoints): array {
        unset($endpoints['/wp/v2/users'], $endpoints['/wp/v2/users/(?P<id>[\d]+)']);
        return $endpoints;
    });
}

if (staging_fault('rest-logged-in-only')) {
    add_filter('rest_authentication_errors', function ($error) {
        if ($error || is_user_logged_in()) {
            return $error;
        }
        return new WP_Error('rest_cannot_access', 'Only authenticated users can access the REST API.', ['status' => 401]);
    });
}

if (staging_fault('php-warning-before-json')) {
    // After the headers and before the body: where display_errors puts it on a buffered host.
    add_filter('rest_pre_serve_request', function ($served) {
        echo "<br />\n<b>Warning</b>:  Undefined variable \$tag in <b>/srv/bloom/plugin.php</b> on line <b>12</b><br />\n";
        return $served;
    });
}
