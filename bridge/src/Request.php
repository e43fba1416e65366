<?php

namespace Plan\Bridge;

/** What may be read: request.json beside the code, and never anything from outside. */
final class Request {
    /** The members of each section, or of each of its entries; those before the bar must be there. */
    private const SECTIONS = [
        'options' => 'name|scope,pick,for', 'usermeta' => 'key|pick,for', 'postmeta' => 'key|pick,for', 'adapters' => 'name,sha256|',
        'tables' => 'name,columns|where,pick,scope,for', 'calls' => 'call,effects|arguments,evidence,pick,for',
        'users' => 'columns|for', 'content' => 'types,shortcodes,hosts|for',
        'format' => '', 'plugins' => '', 'vendors' => '', 'constants' => '', 'functions' => '', 'cron' => '', 'classes' => '',
    ];

    public string $sha256;
    private array $sections;

    /** Reads it, or refuses it whole. */
    public function __construct() {
        $text = (string) @file_get_contents(dirname(__DIR__) . '/request.json');
        $sections = json_decode($text, true);
        self::ensure(is_array($sections) && ($sections['format'] ?? null) === 1, 'it is missing, is no JSON, or is not of format 1');
        foreach ($sections as $name => $section) {
            self::ensure(isset(self::SECTIONS[$name]), "there is no section `$name`");
            [$needed, $more] = array_pad(explode('|', self::SECTIONS[$name]), 2, null);
            [$needed, $may] = [array_filter(explode(',', $needed)), explode(',', "$needed,$more")];
            $entries = is_array($section) && ($section === [] || isset($section[0])) ? $section : [$section];
            foreach ($more === null ? [] : $entries as $entry) {
                $there = is_array($entry) ? array_keys($entry) : [];
                $isWhole = array_diff($needed, $there) === [] && array_diff($there, $may) === [];
                self::ensure($isWhole, "an entry of `$name` lacks a member, or has one too many");
                $pattern = (string) ($entry['name'] ?? $entry['key'] ?? '');
                self::ensure(strpos($pattern, '*') === false || strpos($pattern, '*') > 3, "`$pattern` in `$name` names next to everything");
            }
        }
        [$this->sections, $this->sha256] = [$sections, hash('sha256', $text)];
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

    private static function ensure(bool $isRight, string $why): void {
        if (!$isRight) {
            throw new Failure('request', "The plugin's request.json cannot be used: $why. Make the zip again and install that.");
        }
    }
}
