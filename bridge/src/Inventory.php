<?php

namespace Plan\Bridge;

/** Names and shapes of all that a site stores, and no values: safe to send to a stranger. */
final class Inventory {
    private const SAMPLES = 50;
    private const LEVELS = 8;
    private const PARTS = 300;

    private Database $database;
    private Words $words;

    public static function write(Stream $stream): array {
        $inventory = new self();
        $inventory->database = new Database();
        $request = new Request();
        $patterns = array_merge($request->entries('cron'), ...array_map(static function (string $section) use ($request): array {
            return array_merge(array_column($request->entries($section), 'name'), array_column($request->entries($section), 'key'));
        }, ['options', 'usermeta', 'postmeta', 'tables']));
        $inventory->words = new Words($request->entries('vendors'), $patterns);
        $inventory->database->freeze();
        $header = Plugin::header($request, $inventory->database->version);
        $stream->line('inventory', $header, 0);
        foreach ($inventory->all($request->entries('classes')) as $kind => $lines) {
            foreach ($lines as $name => $line) {
                $stream->line($kind, ['name' => (string) $name] + $line);
            }
        }
        return [];
    }

    private function all(array $classes): \Generator {
        global $wpdb;
        yield 'option' => $this->options();
        yield 'usermeta' => $this->meta($wpdb->usermeta);
        yield 'postmeta' => $this->meta($wpdb->postmeta);
        yield 'table' => $this->tables();
        $posts = [];
        foreach ($this->database->all("SELECT post_type, post_status, COUNT(*) FROM $wpdb->posts GROUP BY post_type, post_status") as [$type, $status, $count]) {
            $at = &$posts[$this->words->of($type)][$this->words->of($status)];
            $at = ($at ?? 0) + (int) $count;
        }
        yield 'post_type' => array_map(static function (array $statuses): array {
            return ['posts' => $statuses];
        }, $posts);
        yield 'cron' => $this->grouped(array_map(static function (array $hook): array {
            return [is_string($hook['hook']) ? $hook['hook'] : '', ['events' => $hook['events']]];
        }, Runtime::cron(['*'])));
        yield 'shortcode' => $this->shortcodes();
        $lines = [];
        foreach (get_declared_classes() as $class) {
            if (Request::fits($classes, $class)) {
                $lines[$class] = ['methods' => get_class_methods($class)];
            }
        }
        yield 'class' => $lines;
        yield 'plugin' => $this->grouped(array_map(function (array $plugin): array {
            $isKnown = in_array(explode('/', $plugin['file'])[0], $this->words->plugins, true);
            return [$isKnown ? $plugin['file'] : '', $isKnown ? ['version' => $plugin['version'], 'status' => $plugin['status']] : []];
        }, Runtime::plugins()), true);
    }

    private function options(): array {
        global $wpdb;
        $text = $this->database->text('option_value');
        $lines = [];
        foreach ($this->database->rows("SELECT option_name, $text, LENGTH(option_value) FROM $wpdb->options") as [$name, $value, $length]) {
            if (!Request::fits(['_transient_*', '_site_transient_*'], $name)) {
                $this->add($lines[$this->name($name)], $name, $value, 1, (int) $length);
            }
        }
        return $lines;
    }

    private function meta(string $table): array {
        $lines = $asked = [];
        foreach ($this->database->all("SELECT meta_key, COUNT(*) FROM $table GROUP BY meta_key LIMIT 20000") as [$key, $count]) {
            $name = $this->name((string) $key);
            $asked[$name] = ($asked[$name] ?? 0) + 1;
            $rows = "SELECT {$this->database->text('meta_value')}, LENGTH(meta_value) FROM $table WHERE meta_key = {$this->database->quote((string) $key)}";
            $lines[$name]['count'] = ($lines[$name]['count'] ?? 0) + (int) $count;
            foreach ($asked[$name] > 5 ? [] : $this->database->all("$rows LIMIT " . self::SAMPLES) as [$value, $length]) {
                $this->add($lines[$name], (string) $key, $value, 0, (int) $length);
            }
        }
        return $lines;
    }

    private function tables(): array {
        global $wpdb;
        $like = $this->database->quote($wpdb->esc_like($wpdb->prefix) . '%');
        $lines = [];
        foreach ($this->database->all("SELECT TABLE_NAME, ENGINE, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE $like") as [$table, $engine, $rows]) {
            $columns = array_map(function (array $column): array {
                return ['name' => $this->words->of($column[0]), 'type' => preg_replace('~\(\D.*~', '', $column[1]), 'key' => $column[3]];
            }, $this->database->all("SHOW COLUMNS FROM `$table`"));
            $lines[] = [$table, ['rows' => (int) $rows, 'engine' => $engine, 'columns' => $columns]];
        }
        return $this->grouped($lines);
    }

    private function shortcodes(): array {
        global $shortcode_tags, $wpdb;
        $pages = array_fill_keys(array_keys($shortcode_tags), 0);
        foreach ($this->database->rows("SELECT {$this->database->text('post_content')} FROM $wpdb->posts WHERE post_status = 'publish'") as [$text]) {
            foreach (array_unique(array_column(Page::shortcodes($text), 1)) as $tag) {
                $pages[$tag] = ($pages[$tag] ?? 0) + 1;
            }
        }
        $lines = [];
        foreach ($pages as $tag => $count) {
            $line = &$lines[$this->words->of((string) $tag)]['pages'];
            $line = ($line ?? 0) + $count;
        }
        return $lines;
    }

    /** Lines by what is known of their names: those that become the same are one, the first, with their number. */
    private function grouped(array $lines, bool $isPublic = false): array {
        $grouped = [];
        foreach ($lines as [$name, $line]) {
            $name = $isPublic && $name !== '' ? $name : $this->name($name);
            $grouped[$name] = ['count' => ($grouped[$name]['count'] ?? 0) + 1] + ($grouped[$name] ?? $line);
        }
        return $grouped;
    }

    private function name(string $name): string {
        global $wpdb;
        $isOurs = strpos($name, $wpdb->prefix) === 0;
        return $isOurs ? '{prefix}' . $this->words->of(substr($name, strlen($wpdb->prefix))) : $this->words->of($name);
    }

    private function add(?array &$line, string $name, ?string $value, int $count, int $length): void {
        $line = $line ?? [];
        $line['count'] = ($line['count'] ?? 0) + $count;
        $line['bytes'] = [min($line['bytes'][0] ?? $length, $length), max($line['bytes'][1] ?? 0, $length)];
        $line['shape'] = $line['shape'] ?? [];
        $this->shape($line['shape'], '', Secrets::isName($name) ? new Withheld('secret') : $value, 0);
    }

    private function shape(array &$shape, string $pointer, $value, int $level): void {
        if (!isset($shape[$pointer]) && count($shape) >= self::PARTS) {
            $shape[$pointer = '~more'] = $shape['~more'] ?? [];
        }
        $type = null;
        while (is_string($value) && ($inside = Inside::of($value)) !== null && ($pointer === '' || !is_scalar($inside[1]))) {
            [$type, $value] = $inside;
        }
        $type = is_array($value) ? $type ?? 'array' : self::type($value);
        $at = &$shape[$pointer];
        $at['types'][$type] = ($at['types'][$type] ?? 0) + 1;
        $size = is_array($value) ? count($value) : (is_string($value) ? strlen($value) : null);
        if ($size !== null) {
            $range = is_array($value) ? 'elements' : 'length';
            $at[$range] = [min($at[$range][0] ?? $size, $size), max($at[$range][1] ?? 0, $size)];
        }
        foreach (is_array($value) && $level < self::LEVELS ? $value : [] as $key => $inner) {
            $word = strtr($this->words->of((string) $key), ['~' => '~0', '/' => '~1']);
            $this->shape($shape, "$pointer/$word", Secrets::isName((string) $key) ? new Withheld('secret') : $inner, $level + 1);
        }
    }

    private static function type($value): string {
        if (!is_string($value)) {
            return $value instanceof Withheld ? $value->reason : (is_object($value) ? 'object' : strtolower(gettype($value)));
        }
        $forms = ['empty' => '~^$~', 'digits' => '~^\d+$~D', 'yes-no' => '~^(?:yes|no|on|off|true|false)$~Di', 'date' => '~^\d{4}-\d\d-\d\d~',
            'e-mail' => '~^\S+@\S+$~D', 'address' => '~^https?://~i'];
        foreach (Secrets::isValue($value) ? [] : $forms as $form => $pattern) {
            if (preg_match($pattern, $value) === 1) {
                return $form;
            }
        }
        return Secrets::isValue($value) ? 'secret' : (preg_match('//u', $value) === 1 ? 'text' : 'binary');
    }
}
