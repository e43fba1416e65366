<?php

namespace Plan\Bridge;

/** What may be read: request.json beside the code, and never anything from outside. */
final class Request {
    /** What an entry of each section must and may have, each with the function that it must pass. */
    private const ENTRIES = [
        'options' => ['name' => 'string', 'scope' => 'string?', 'pick' => 'array?', 'for' => 'string?'],
        'usermeta' => ['key' => 'string', 'pick' => 'array?', 'for' => 'string?'],
        'postmeta' => ['key' => 'string', 'pick' => 'array?', 'for' => 'string?'],
        'tables' => ['name' => 'string', 'columns' => 'array', 'where' => 'array?', 'pick' => 'array?', 'scope' => 'string?', 'for' => 'string?'],
        'calls' => ['call' => 'string', 'effects' => 'string', 'arguments' => 'array?', 'evidence' => 'string?', 'pick' => 'array?', 'for' => 'string?'],
        'adapters' => ['name' => 'string', 'sha256' => 'string'],
    ];
    private const SECTIONS = [
        'format' => 'int', 'plugins' => 'bool', 'vendors' => 'array?', 'constants' => 'array?', 'cron' => 'array?', 'classes' => 'array?',
        'users' => ['columns' => 'array', 'for' => 'string?'],
        'content' => ['types' => 'array', 'shortcodes' => 'array', 'hosts' => 'bool', 'for' => 'string?'],
    ];

    public array $sections;
    public string $sha256;

    /** Reads it, or refuses it whole. */
    public function __construct() {
        $text = (string) @file_get_contents(dirname(__DIR__) . '/request.json');
        $sections = json_decode($text, true);
        if (!is_array($sections) || ($sections['format'] ?? null) !== 1) {
            throw self::misshapen('it is missing, is no JSON, or is not of format 1');
        }
        foreach ($sections as $name => $section) {
            $entries = isset(self::ENTRIES[$name]) && is_array($section) ? $section : [$section];
            foreach ($entries as $entry) {
                $type = self::ENTRIES[$name] ?? self::SECTIONS[$name] ?? 'none';
                $pattern = in_array($name, ['options', 'usermeta', 'postmeta'], true) ? ($entry['name'] ?? $entry['key'] ?? '') : 'none';
                // A pattern that names next to nothing would read everything.
                if (!self::is($type, $entry) || !is_string($pattern) || !preg_match('~^(?:[^*]+|[^*]{4}.*)$~s', $pattern)) {
                    throw self::misshapen("its `$name` is not as FORMAT.md says");
                }
            }
        }
        $this->sections = $sections;
        $this->sha256 = hash('sha256', $text);
    }

    /** The entries of a section, none where it is left out. */
    public function entries(string $section): array {
        return (array) ($this->sections[$section] ?? []);
    }

    /** Whether a name fits one of some patterns, in which `*` is any run of characters. */
    public static function fits(array $patterns, string $name): bool {
        static $made = [];
        foreach ($patterns as $pattern) {
            $made[$pattern] = $made[$pattern] ?? '~^' . strtr(preg_quote($pattern, '~'), ['\*' => '.*', '\000' => '\*']) . '$~sD';
            if (preg_match($made[$pattern], $name) === 1) {
                return true;
            }
        }
        return false;
    }

    private static function is($type, $value): bool {
        if (is_string($type)) {
            return call_user_func('is_' . rtrim(str_replace('none', 'resource', $type), '?'), $value);
        }
        foreach ($type as $member => $inner) {
            if (isset($value[$member]) ? !self::is($inner, $value[$member]) : substr($inner, -1) !== '?') {
                return false;
            }
        }
        return is_array($value) && array_diff_key($value, $type) === [];
    }

    private static function misshapen(string $why): Failure {
        return new Failure('request', "The plugin's request.json cannot be used: $why. Make the zip again and install that.");
    }
}
