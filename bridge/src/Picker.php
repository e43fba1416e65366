<?php

namespace Plan\Bridge;

/** Takes what the request names out of one stored value, and nothing else. */
final class Picker {
    private const LEAVES = 2000;

    /** @var null|string[][] the keys of each pick, as patterns; nothing for what is never read */
    private ?array $picks;
    private bool $isWhole = false;
    /** The name whose values it takes, as JSON. */
    public string $name = '""';
    /** @var string[] pointers that look like those of secrets and are none */
    private array $exempt;
    private array $picked = [];
    /** @var string[] what left of short values, of which many are alike, as JSON */
    private array $known = [];

    public function __construct(?array $picks, array $exempt = []) {
        $this->exempt = $exempt;
        $this->picks = $picks === null ? null : [];
        foreach ($picks ?? [] as $pick) {
            // A star that stands for itself is a NUL in here.
            $keys = explode('/', strtr($pick, ['~2' => "\0"]));
            $this->picks[$pick] = array_slice(str_replace(['~1', '~0'], ['/', '~'], $keys), 1);
            $this->isWhole = $this->isWhole || $pick === '';
        }
    }

    /** The picker of a name: the picks of every entry that fits it, and no picker at all for the name of a secret. */
    public static function ofName(string $kind, array $entries, string $name): self {
        $exempt = Secrets::exempt($kind, $name);
        $fits = static fn ($pattern): bool => Request::fits([(string) $pattern], $name);
        $picks = array_merge([], ...array_values(array_filter($entries, $fits, ARRAY_FILTER_USE_KEY)));
        $picker = new self(Secrets::isName($name) && !in_array('', $exempt, true) ? null : $picks, $exempt);
        $picker->name = json_encode(self::leaf($name), Stream::JSON);
        return $picker;
    }

    /** What leaves of a value: a scalar, `Withheld`, or what was picked of its inside. */
    public function value($value) {
        if ($this->picks === null) {
            return new Withheld('secret-key');
        }
        $this->picked = [];
        $this->walk($value, $this->picks, '');
        $left = is_array($this->picked['']) ? ['picked' => $this->picked] : $this->picked[''];
        return count($this->picked) > self::LEAVES ? new Withheld('too-large') : $left;
    }

    /** The same as JSON, for millions of rows. */
    public function json(?string $value): string {
        if ($this->isWhole && $value !== null && preg_match(Secrets::HARMLESS, $value) === 1 && !Secrets::isValue($value)) {
            return "\"$value\"";
        }
        if ($value === null || strlen($value) > 255) {
            return json_encode($this->value($value), Stream::JSON);
        }
        $json = $this->known[$value] ?? json_encode($this->value($value), Stream::JSON);
        count($this->known) > 255 || $this->known[$value] = $json;
        return $json;
    }

    /** What leaves of a scalar. */
    public static function leaf($value) {
        if (is_string($value) && strlen($value) > Secrets::BYTES) {
            return new Withheld('too-large', strlen($value) > Inside::BYTES ? null : strlen($value));
        }
        if (is_string($value)) {
            $isText = preg_match('//u', $value) === 1;
            return Secrets::isValue($value) ? new Withheld('secret-value') : ($isText ? $value : new Withheld('not-utf8', strlen($value)));
        }
        $isPlain = $value === null || is_bool($value) || is_int($value) || $value instanceof Withheld || (is_float($value) && is_finite($value));
        return $isPlain ? $value : new Withheld(is_object($value) ? 'object' : 'other');
    }

    private function walk($value, array $picks, string $pointer): void {
        $form = 'array';
        while (is_string($value) && ($inside = Inside::of($value)) !== null && ($pointer === '' || !is_scalar($inside[1]))) {
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
            $below = $pointer . '/' . ($isHidden ? "~h$hidden" : strtr($key, ['~' => '~0', '/' => '~1', '*' => '~2']));
            $further = [];
            foreach ($picks as $keys) {
                if ($keys !== [] && Request::fits([$keys[0]], $key)) {
                    $further[] = array_slice($keys, 1);
                }
            }
            if ($further !== [] && Secrets::isName($key) && !in_array($below, $this->exempt, true)) {
                $this->picked[$below] = new Withheld('secret-key');
            } elseif ($further !== [] && count($this->picked) <= self::LEAVES) {
                $this->walk($inner, $further, $below);
            }
        }
    }
}
