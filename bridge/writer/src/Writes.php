<?php

namespace Plan\Bridge;

/** What may be written, and where: writes.json beside the code, and never anything from outside. */
final class Writes {
    /** How long before its end the constant in wp-config.php opens a live site. */
    private const LONGEST = 86400;
    /** What may stand where a value is of one of these forms; of a list, one of its words. */
    private const FORMS = [
        'number' => '~^(?:0|[1-9]\d{0,9})$~D',
        'amount' => '~^\d{1,12}(?:\.\d{1,12})?$~D',
        'text' => '~^[^\x00-\x1f\x7f]{0,500}$~uD',
    ];

    public string $sha256;
    /** The home address of the one site that it is for, without the scheme. */
    public string $site;
    /** @var array[] of an option's name or pattern: a place in it (`at`), what may stand there (`takes`), what it is (`for`) */
    public array $options;
    /** @var array[] what shows that a mail was held back: an `action`, or a `column` of a log that `holds` something; `name` is who knows it */
    public array $traps = [];

    public function __construct() {
        $text = (string) @file_get_contents(dirname(__DIR__) . '/writes.json');
        $all = json_decode($text, true);
        if (!is_array($all) || ($all['format'] ?? null) !== 1 || !is_string($all['site'] ?? null) || !is_array($all['options'] ?? null)) {
            throw new Failure('list', 'The plugin\'s writes.json cannot be used. Make the zip again and install that.');
        }
        [$this->site, $this->options, $this->sha256] = [$all['site'], $all['options'], hash('sha256', $text)];
        $isName = static fn ($name): bool => is_string($name) && preg_match('~^[\w/.-]{1,100}$~D', $name) === 1;
        foreach (is_array($all['traps'] ?? null) ? $all['traps'] : [] as $trap) {
            $names = is_array($trap) ? array_diff_key($trap, ['holds' => 0]) : [null];
            if (count(array_filter($names, $isName)) !== count($names)) {
                throw new Failure('list', 'The plugin\'s writes.json cannot be used. Make the zip again and install that.');
            }
            $this->traps[] = $trap;
        }
    }

    /** That this is the site that the list is for, and that it is a copy, or a live site whose owner opened it for these hours. */
    public function ensureOpen(): void {
        if (is_multisite()) {
            throw new Failure('network', 'This site is one of a network of sites, where this plugin writes nothing.');
        }
        $home = self::identity(home_url());
        if ($home !== strtolower($this->site)) {
            throw new Failure('another-site', "This plugin may write at `$this->site`, and this site is `$home`.");
        }
        if (in_array(wp_get_environment_type(), ['local', 'development', 'staging'], true)) {
            return;
        }
        $until = defined('PLAN_BRIDGE_WRITES_UNTIL') ? strtotime((string) constant('PLAN_BRIDGE_WRITES_UNTIL')) : false;
        if ($until === false || $until < time() || $until > time() + self::LONGEST) {
            throw new Failure('closed', 'WordPress calls this site a live one (WP_ENVIRONMENT_TYPE), and wp-config.php does not open it: '
                . 'define(\'PLAN_BRIDGE_WRITES_UNTIL\', \'YEAR-MONTH-DAY HOUR:MINUTE UTC\') with a time in the next 24 hours.');
        }
    }

    /** That the list names an option: of no other does even a digest leave the site. */
    public function ensureNamed(string $option): void {
        foreach ($this->options as $entry) {
            if (Request::fits([$entry['name']], $option)) {
                return;
            }
        }
        throw new Failure('not-listed', "writes.json does not name `$option`.");
    }

    /** That the list names each of these places of an option, and takes each value there. */
    public function ensureListed(string $option, array $sets): void {
        foreach ($sets as $at => $value) {
            $isListed = false;
            foreach ($this->options as $entry) {
                $isHere = Request::fits([$entry['name']], $option) && self::isBelow($entry['at'], (string) $at);
                $isListed = $isListed || ($isHere && self::takes($entry['takes'], $value));
            }
            if (!$isListed) {
                throw new Failure('not-listed', "writes.json does not name `$at` of `$option` with this value.");
            }
        }
    }

    /** A home address without its scheme and its last slash. */
    private static function identity(string $home): string {
        return rtrim((string) preg_replace('~^https?://~i', '', strtolower($home)), '/');
    }

    /** Whether a pointer is one of a pattern, in which `*` is one key. */
    private static function isBelow(string $pattern, string $pointer): bool {
        [$keys, $found] = [explode('/', $pattern), explode('/', $pointer)];
        $fits = static fn (string $key, string $is): bool => $key === '*' || $key === $is;
        return count($keys) === count($found) && !in_array(false, array_map($fits, $keys, $found), true);
    }

    /** @param string|string[] $form */
    private static function takes($form, $value): bool {
        $word = is_bool($value) ? ($value ? 'true' : 'false') : (is_int($value) || is_string($value) ? (string) $value : null);
        if ($word === null) {
            return false;
        }
        return is_array($form) ? in_array($word, $form, true) : preg_match(self::FORMS[$form] ?? '~(*FAIL)~', $word) === 1;
    }
}
