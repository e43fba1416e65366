<?php
// eval-file.php CORE [--url=ADDRESS] [--exec=CODE] [--skip-plugins]: what `wp eval-file -` does, for tests without WP-CLI.
//
// As WP-CLI and its eval-command (read on 29 November 2026): SAPI `cli` alone; the same `$_SERVER`; `--exec` before WordPress; WordPress
// whole, with no user signed in, and `wp_die` that ends with 1; then an eval of stdin, its opening tag closed before, inside a static
// method. Left out: that WP-CLI loads wp-config.php by parts, and sends PHP's errors to stderr or nowhere; here php.ini says it.

define('WP_CLI', true);

final class WP_CLI
{
    public static array $config = ['skip-plugins' => '', 'skip-themes' => ''];

    public static function get_config($key)
    {
        return self::$config[$key];
    }
}

final class EvalFile_Command
{
    public static function execute_eval(array $positional_args): void
    {
        global $args;
        $args = $positional_args;
        unset($positional_args);
        eval('?>' . file_get_contents('php://stdin'));
    }
}

$_SERVER = array_merge($_SERVER, ['SERVER_PROTOCOL' => 'HTTP/1.0', 'HTTP_USER_AGENT' => 'WP CLI', 'REQUEST_METHOD' => 'GET',
    'REMOTE_ADDR' => '127.0.0.1']);
$url = 'http://' . parse_url(file_get_contents(getenv('PLAN_STAGING_SITE') . '/url'), PHP_URL_HOST);
foreach (array_slice($argv, 2) as $option) {
    [$name, $value] = array_pad(explode('=', $option, 2), 2, true);
    if ($name === '--exec') {
        eval($value);
    } elseif ($name === '--url') {
        $url = $value;
    } else {
        WP_CLI::$config[ltrim($name, '-')] = $value;
    }
}
$parts = parse_url($url);
$_SERVER['HTTP_HOST'] = $parts['host'] . (isset($parts['port']) ? ":$parts[port]" : '');
$_SERVER['SERVER_NAME'] = $parts['host'];
$_SERVER['REQUEST_URI'] = $parts['path'] ?? '/';
if (($parts['scheme'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
// Before there is `add_filter`, as WP-CLI does it.
$died = static function () {
    return static function ($message) {
        fwrite(STDERR, 'Error: ' . strip_tags(is_string($message) ? $message : $message->get_error_message()) . "\n");
        exit(1);
    };
};
$GLOBALS['wp_filter']['wp_die_handler'][10][] = ['function' => $died, 'accepted_args' => 1];
require "$argv[1]/wp-load.php";
EvalFile_Command::execute_eval([]);
