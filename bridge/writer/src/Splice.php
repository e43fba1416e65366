<?php

namespace Plan\Bridge;

/**
 * Sets scalars inside a stored text by replacing their bytes, and no others but the lengths that count them. Nothing is made again from
 * what it says: what is not understood to its last byte, holds an object or a reference, or would not come back as the same bytes, is refused.
 */
final class Splice {
    private const LEVELS = 16, ELEMENTS = 20000;
    private const ESCAPES = [0, JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE];

    private string $text;
    private int $at = 0;
    private int $elements = 0;
    private int $levels;
    private int $done = 0;

    private function __construct(string $text, int $levels) {
        [$this->text, $this->levels] = [$text, $levels];
    }

    /** The text with every one of these set, by its pointer. */
    public static function set(string $text, array $sets, int $levels = self::LEVELS): string {
        $form = self::form($text);
        if (array_keys($sets) === [''] && $form === null) {
            self::ensure(is_string($sets['']) && self::form($sets['']) === null, 'there a text is, and it stays one');
            return $sets[''];
        }
        self::ensure($form !== null && strlen($text) <= Inside::BYTES && $levels > 0, 'it has no inside, is too large or nested too deeply');
        $splice = new self($text, $levels);
        $new = $splice->space() . ($form === 'php' ? $splice->php($sets) : $splice->json($sets)) . $splice->space();
        self::ensure($splice->at === strlen($text), 'it does not end where it should');
        self::ensure($splice->done === count($sets), 'a place is not there');
        return $new;
    }

    private static function form(string $text): ?string {
        return preg_match('~^\s*(?:[aOCEs]:\+?\d+:|N;\s*$|[bidrR]:[^;]{1,40};\s*$)~', $text) === 1 ? 'php'
            : (preg_match('~^\s*[{[]~', $text) === 1 ? 'json' : null);
    }

    /** One value of serialized PHP. */
    private function php(array $sets): string {
        if ($this->is('~\Ga:(\d{1,6}):\{~', $head)) {
            [$new, $seen] = [$head[0], []];
            for ($left = (int) $head[1]; $left > 0; $left--) {
                $key = $this->is('~\Gi:(-?\d{1,18});~', $found) ? [$found[0], $found[1]] : $this->string();
                self::ensure(!isset($seen["k$key[1]"]), 'a key is there twice');
                $seen["k$key[1]"] = true;
                $new .= $key[0] . $this->deeper(fn () => $this->php(self::below($sets, $key[1])));
            }
            return $this->list($new . $this->take('~\G\}~'), $sets);
        }
        if (substr($this->text, $this->at, 1) === 's') {
            [$bytes, $old] = $this->string();
            return $this->text($bytes, $old, $sets, static fn (string $new): string => 's:' . strlen($new) . ":\"$new\";");
        }
        if ($this->is('~\Gb:([01]);~', $found)) {
            return $this->scalar($found[0], $found[1] === '1', $sets, static fn (bool $new): string => 'b:' . (int) $new . ';');
        }
        if ($this->is('~\Gi:(-?\d{1,18});~', $found)) {
            return $this->scalar($found[0], (int) $found[1], $sets, static fn (int $new): string => "i:$new;");
        }
        return $this->other('~\G(?:N;|d:[-+.\dEINFA]{1,40};)~', $sets);
    }

    /** One value of JSON. */
    private function json(array $sets): string {
        if ($this->is('~\G[{[]\s*~', $head)) {
            [$isMap, $new, $seen] = [$head[0][0] === '{', $head[0], []];
            for ($count = 0; !$this->is($isMap ? '~\G\}~' : '~\G\]~', $end); $count++) {
                $new .= $count === 0 ? '' : $this->take('~\G,\s*~');
                $key = $isMap ? $this->quoted() : ['', (string) $count];
                self::ensure(!isset($seen["k$key[1]"]), 'a key is there twice');
                $seen["k$key[1]"] = true;
                $new .= $key[0] . ($isMap ? $this->take('~\G\s*:\s*~') : '');
                $new .= $this->deeper(fn () => $this->json(self::below($sets, $key[1]))) . $this->space();
            }
            return $this->list($new . $end[0], $sets);
        }
        if (substr($this->text, $this->at, 1) === '"') {
            [$bytes, $old] = $this->quoted();
            // Spelt as the old one was.
            $spelt = array_filter(self::ESCAPES, static fn (int $flags): bool => json_encode($old, $flags) === $bytes);
            self::ensure($sets === [] || $spelt !== [], 'a text is spelt in a way that cannot be kept');
            return $this->text($bytes, $old, $sets, static fn (string $new): string => (string) json_encode($new, reset($spelt)));
        }
        if ($this->is('~\G(?:true|false)(?![a-z])~', $found)) {
            return $this->scalar($found[0], $found[0] === 'true', $sets, static fn (bool $new): string => $new ? 'true' : 'false');
        }
        if ($this->is('~\G-?\d{1,18}(?![\d.eE])~', $found)) {
            return $this->scalar($found[0], (int) $found[0], $sets, static fn (int $new): string => (string) $new);
        }
        return $this->other('~\G(?:null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])~', $sets);
    }

    /** The bytes of a list or a map whose elements are done: nothing is set in its own place. */
    private function list(string $new, array $sets): string {
        self::ensure(!isset($sets['']), 'a list is there, and no single value');
        return $new;
    }

    /** A text: another one in its place, or what is inside of it. */
    private function text(string $bytes, string $old, array $sets, callable $write): string {
        if ($sets === []) {
            return $bytes;
        }
        self::ensure($write($old) === $bytes, 'a text would not come back as the same bytes');
        $new = self::set($old, $sets, $this->levels - 1);
        $this->done += count($sets);
        return $write($new);
    }

    /** A number or a switch: another of its kind in its place. */
    private function scalar(string $bytes, $old, array $sets, callable $write): string {
        if ($sets === []) {
            return $bytes;
        }
        $isSame = array_keys($sets) === [''] && gettype($sets['']) === gettype($old) && $write($old) === $bytes;
        self::ensure($isSame, 'there a value of another kind is');
        $this->done++;
        return $write($sets['']);
    }

    /** What is kept as it is and never set. */
    private function other(string $pattern, array $sets): string {
        self::ensure($sets === [], 'what is there is never set');
        return $this->take($pattern);
    }

    /** A text of serialized PHP: its bytes, and itself. */
    private function string(): array {
        $head = $this->take('~\Gs:(?:0|[1-9]\d{0,8}):"~');
        $text = substr($this->text, $this->at, (int) substr($head, 2));
        $this->at += strlen($text);
        return [$head . $text . $this->take('~\G";~'), $text];
    }

    /** A text of JSON. */
    private function quoted(): array {
        $bytes = $this->take('~\G"(?:[^"\\\\]++|\\\\.)*+"~s');
        $text = json_decode($bytes);
        self::ensure(is_string($text), 'a text is damaged');
        return [$bytes, $text];
    }

    private function deeper(callable $value): string {
        self::ensure(--$this->levels > 0 && ++$this->elements < self::ELEMENTS, 'it is nested too deeply, or has too many elements');
        $new = $value();
        $this->levels++;
        return $new;
    }

    private function space(): string {
        return $this->take('~\G\s*~');
    }

    private function take(string $pattern): string {
        self::ensure($this->is($pattern, $found), 'it is damaged, or holds an object or a reference');
        return $found[0];
    }

    private function is(string $pattern, ?array &$found): bool {
        $is = preg_match($pattern, $this->text, $found, 0, $this->at) === 1;
        $this->at += $is ? strlen($found[0]) : 0;
        return $is;
    }

    /** What of it is set below a key, by the rest of each pointer. */
    private static function below(array $sets, string $key): array {
        $at = '/' . strtr($key, ['~' => '~0', '/' => '~1', '*' => '~2']);
        $below = [];
        foreach ($sets as $pointer => $value) {
            if ($pointer === $at || strpos((string) $pointer, "$at/") === 0) {
                $below[substr((string) $pointer, strlen($at))] = $value;
            }
        }
        return $below;
    }

    private static function ensure(bool $isRight, string $why): void {
        if (!$isRight) {
            throw new Failure('value', "The stored value is not changed: $why.");
        }
    }
}
