<?php

namespace Plan\Bridge;

/** What looks like a secret, by its name or by its value. */
final class Secrets {
    /** A name that holds one of these words, in any case, is that of a secret. */
    private const WORDS = 'key|secret|token|pass|license|licence|serial|auth|hash|nonce|salt|cookie|session|credential|signature|pwd|bearer|csrf'
        . '|totp|2fa|iban|cvv|cvc|card|(?<![a-z])pw(?![a-z])';

    /** Words that hold one and are none, where no letter stands beside them; any other word that does, such as `apikey`, is taken for a secret's. */
    private const BY_CHANCE = 'authors?|meta_?keys?|keywords|hashtags?|passed|passing|serialized|cookies_opt_in';

    /** Names that hold such a word and are no secrets: kind, name and pointer, each with its evidence. */
    private const EXEMPT = [
        // The name of the option of the offering that a page belongs to: read so by a public theme for AccessAlly.
        ['postmeta', '_accessally_course_key', ''],
        // The offering's own option name, stored in it again: read so by public code for AccessAlly.
        ['option', '_accessally_offering_*', '/option-key'],
    ];

    /** A value that holds one of these is a secret: a PEM block, a password's hash, a token of a known make, a long run of digits and letters … */
    private const VALUES = '~-----BEGIN |^\$(?:[PH1256]|2[abxy]|wp|argon2\w*)\$|eyJ[\w-]{8,}\.[\w-]+'
        . '|\b(?:[srp]k|whsec)_(?:live_|test_)?\w{8}|\bSG\.[\w-]{8}|\bAKIA[A-Z0-9]{12}|\bgh[a-z]_\w{16}|\bxox[a-z]-\w|\bAIza[\w-]{20}|\bya29\.'
        . '|[0-9a-fA-F]{32}|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[A-Z-]*\d)[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){3,}\b'
        . '|\b(?=[A-Za-z+]*\d)(?=[a-z0-9+]*[A-Z])(?=[A-Z0-9+]*[a-z])[A-Za-z0-9+]{24}|\b(?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}\b'
        . '|\b(?=[a-z]*\d)[a-z0-9]{36}|\b(?=[A-Z]*\d)[A-Z0-9]{28}'
        . '|://[^/\s:@]*:[^/\s@]+@|\b(?i:bearer|basic)\s+[\w+/=.-]{8}'
        . '|(?i:password|passwd|pwd|secret|token|api[ _-]?key)\W{0,3}[:=]\s*\S|[?&;][^=&\s]*(?i:' . self::WORDS . ')[^=&\s]*=[^&\s]~';

    /** What is longer is not looked through, and is a secret. */
    public const BYTES = 4096;

    /** What most values are, and holds no structure: a few words, a day, a number, an address of mail. It may still be shaped like a secret. */
    public const HARMLESS = '~^(?:[\p{L}\p{M} .\'-]{0,28}|\d{1,18}|\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|[\w.+-]{1,30}@[\w.-]{1,60})$~uD';

    public static function isName(string $name): bool {
        return preg_match('~(?<![a-z])(?:' . self::BY_CHANCE . ')(?![a-z])(*SKIP)(*FAIL)|' . self::WORDS . '~i', $name) !== 0;
    }

    public static function isValue(string $value): bool {
        return strlen($value) > self::BYTES || (strlen($value) > 11 && preg_match(self::VALUES, $value) !== 0);
    }

    /** The pointers inside one value that are no secrets although their keys look so. */
    public static function exempt(string $kind, string $name): array {
        $fits = static fn (array $entry): bool => $entry[0] === $kind && Request::fits([$entry[1]], $name);
        return array_column(array_filter(self::EXEMPT, $fits), 2);
    }
}
