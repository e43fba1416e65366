<?php

namespace Plan\Bridge;

/** Takes what the request names out of one stored value, and nothing else. */
final class Picker {
    private const TEXT = 4096;
    private const LEAVES = 2000;

    /** @var null|string[][] the keys of each pick, as patterns; nothing for what is never read */
    private ?array $picks;
    private bool $isWhole;
    /** @var string[] pointers that look like those of secrets and are none */
    private array $exempt;
    private array $picked = [];
    /** @var array what left of short values, of which many are alike */
    private array $known = [];

    public function __construct(?array $picks, array $exempt = []) {
        $this->picks = $picks === null ? null : array_map([self::class, 'keys'], array_unique($picks));
        $this->exempt = $exempt;
        $this->isWhole = in_array([], $this->picks ?? [], true);
    }

    /** The picker of a name: the picks of every entry that fits it, and no picker at all for the name of a secret. */
    public static function ofName(string $kind, array $entries, string $name): self {
        $exempt = Secrets::exempt($kind, $name);
        if (Secrets::isName($name) && !in_array('', $exempt, true)) {
            return new self(null);
        }
        $fitting = array_filter($entries, static function ($pattern) use ($name): bool {
            return Request::fits([(string) $pattern], $name);
        }, ARRAY_FILTER_USE_KEY);
        return new self(array_merge(...array_values($fitting)), $exempt);
    }

    /** Whether it is that of a secret, whose value need not be loaded. */
    public function isBlind(): bool {
        return $this->picks === null;
    }

    /** What leaves of a value: a scalar, `Withheld`, or what was picked of its inside. */
    public function value($value) {
        if ($this->picks === null) {
            return new Withheld('secret-key');
        }
        if ($this->isWhole && is_string($value) && Secrets::isHarmless($value)) {
            return $value;
        }
        $isShort = is_string($value) && strlen($value) < 256;
        if ($isShort && isset($this->known[$value])) {
            return $this->known[$value];
        }
        $this->picked = [];
        try {
            $this->walk($value, $this->picks, '');
        } catch (\UnexpectedValueException $tooLarge) {
            return new Withheld('too-large');
        }
        $left = is_array($this->picked['']) ? ['picked' => $this->picked] : $this->picked[''];
        if ($isShort && count($this->known) < 256) {
            $this->known[$value] = $left;
        }
        return $left;
    }

    /** What leaves of a scalar. */
    public static function leaf($value) {
        if (is_string($value)) {
            if (strlen($value) > self::TEXT) {
                return new Withheld('too-large', strlen($value) > Inside::BYTES ? null : strlen($value));
            }
            return Secrets::isValue($value) ? new Withheld('secret-value')
                : (preg_match('//u', $value) === 1 ? $value : new Withheld('not-utf8', strlen($value)));
        }
        $isPlain = $value === null || is_bool($value) || is_int($value) || $value instanceof Withheld || (is_float($value) && is_finite($value));
        return $isPlain ? $value : new Withheld(is_object($value) ? 'object' : 'other');
    }

    private function walk($value, array $picks, string $pointer): void {
        if (count($this->picked) > self::LEAVES) {
            throw new \UnexpectedValueException('too-large');
        }
        $form = 'array';
        while (is_string($value) && ($inside = Inside::of($value)) !== null) {
            // Within an array `i:5;` is a text like any other; what WordPress stores so at the top is a number.
            if ($pointer !== '' && !is_array($inside[1]) && !is_object($inside[1])) {
                break;
            }
            [$form, $value] = $inside;
        }
        if (!is_array($value)) {
            $isAsked = $value === null || $value instanceof Withheld || in_array([], $picks, true);
            $this->picked[$pointer] = $isAsked ? self::leaf($value) : new Withheld('not-picked');
            return;
        }
        $this->picked[$pointer] = [$form => count($value)];
        $hidden = 0;
        foreach ($value as $key => $inner) {
            $key = (string) $key;
            $isHidden = Secrets::isValue($key) || preg_match('//u', $key) !== 1;
            $hidden += (int) $isHidden;
            $further = [];
            foreach ($picks as $keys) {
                if ($keys !== [] && Request::fits([$keys[0]], $key)) {
                    $further[] = array_slice($keys, 1);
                }
            }
            $below = $pointer . '/' . ($isHidden ? "~h$hidden" : strtr($key, ['~' => '~0', '/' => '~1', '*' => '~2']));
            if ($further !== [] && Secrets::isName($key) && !in_array($below, $this->exempt, true)) {
                $this->picked[$below] = new Withheld('secret-key');
            } elseif ($further !== []) {
                $this->walk($inner, $further, $below);
            }
        }
    }

    /** The keys of a pick as patterns, in which a star that stands for itself is a NUL. */
    private static function keys(string $pick): array {
        return array_map(static function (string $key): string {
            return strtr($key, ['~1' => '/', '~0' => '~', '~2' => "\0"]);
        }, array_slice(explode('/', $pick), 1));
    }
}
