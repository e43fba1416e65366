<?php

namespace Plan\Bridge;

/** The inside of a stored text: JSON, or serialized PHP, which is read without ever making an object of a class. */
final class Inside {
    /** More of a stored value is not loaded. */
    public const BYTES = 1048576;
    private const ELEMENTS = 20000;
    private const LEVELS = 16;

    /**
     * `php` or `json`, and what the text holds; nothing where it is plain text. What cannot be read is `Withheld`.
     *
     * @return null|array{string, mixed}
     */
    public static function of(string $text): ?array {
        $isPhp = preg_match('~^\s*(?:[aOCEs]:[+]?\d+:|N;\s*$|[bidrR]:[^;]{1,40};\s*$)~', $text) === 1;
        if (!$isPhp && preg_match('~^\s*[{\[]~', $text) !== 1) {
            return null;
        }
        $form = $isPhp ? 'php' : 'json';
        if (strlen($text) > self::BYTES || substr_count($text, $isPhp ? ';' : ',') + substr_count($text, $isPhp ? '{' : '[') > self::ELEMENTS) {
            return [$form, new Withheld('too-large')];
        }
        if ($isPhp) {
            return [$form, self::php(trim($text))];
        }
        $value = json_decode($text, true, self::LEVELS, JSON_BIGINT_AS_STRING);
        if (is_array($value) || json_last_error() === JSON_ERROR_DEPTH) {
            return [$form, $value ?? new Withheld('too-deep')];
        }
        // A text may begin like `[draft] Module 2`; what begins like keys and values must not pass for a text.
        return preg_match('~^\s*(?:\{\s*[\'"]|\[\s*[\[{"])~', $text) === 1 ? [$form, new Withheld('corrupt')] : null;
    }

    private static function php(string $text) {
        // What it stands for depends on another part of the value; a text that looks like one is taken for one.
        if (preg_match('~(?:^|[;{])[rR]:\d+;~', $text) === 1) {
            return new Withheld('reference');
        }
        // Without a class there is nothing whose code could run: an object becomes an incomplete one, and is withheld by the picker.
        $value = @unserialize($text, ['allowed_classes' => false, 'max_depth' => 4 * self::LEVELS]);
        return $value === false && $text !== 'b:0;' ? new Withheld('corrupt') : $value;
    }
}
