<?php

/**
 * The collector of `plan` for once, on the command line of a site's server: it reads what the list at the end of it names, and writes it
 * to its output. It installs nothing and writes nothing else. `plan bridge script` made it out of the same files as the plugin's zip.
 *
 *     ssh HOST wp eval-file - < this-file > private/NAME.GIVES.ndjson
 *
 * Of several sites in one WordPress `--url=ADDRESS` names one. Where the exit code is not 0, what came is not whole.
 */

namespace Plan\Script;

// CLASSES

/** What lies beside the plugin's code, or is computed from it. */
final class Given {
    /** The list of what may be read. */
    public const LIST = <<<'LIST'
// REQUEST
LIST;
    /** The digest of the code of the plugin of which this is made. */
    public const SHA256 = '// SHA256';
}

/** Why nothing is read here. */
$refused = (static function (): ?string {
    if (PHP_SAPI !== 'cli' || !function_exists('did_action') || did_action('wp_loaded') === 0) {
        return 'this is for `wp eval-file -` on the site\'s server, after WordPress was loaded.';
    }
    $left = method_exists('WP_CLI', 'get_config') ? array_filter([\WP_CLI::get_config('skip-plugins'), \WP_CLI::get_config('skip-themes')]) : [];
    return $left === [] ? null : 'with --skip-plugins or --skip-themes the site is not read as it is: leave them out.';
})();
$say = static function (string $what): void {
    PHP_SAPI === 'cli' && defined('STDERR') && fwrite(STDERR, "plan-bridge: $what\n");
};
if ($refused !== null) {
    $say($refused);
    exit(1);
}
// Whatever ends PHP, the exit code says whether the last line was written, and that all came before it. The lines go into a file, so
// what is the matter is said beside them. What shutdown functions register runs after all others.
register_shutdown_function('register_shutdown_function', static function () use ($say): void {
    if (!isset(Stream::$last['end'])) {
        $error = Stream::$last['error'] ?? ['code' => 'fatal', 'message' => 'PHP stopped.'];
        $cure = $error['code'] === 'output' ? " To let PHP do that: wp --exec='ob_start();' eval-file -" : '';
        $say($error['message'] . $cure);
        exit(1);
    }
});
Stream::answer('GIVES', false, [ANSWER::class, 'write']);
