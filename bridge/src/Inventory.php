<?php

namespace Plan\Bridge;

/** Names and shapes of all that a site stores, and no values: safe to send to a stranger. */
final class Inventory {
    private const SAMPLES = 50;
    private const LEVELS = 8;
    private const PARTS = 300;
    private const FORMS = ['empty' => '~^$~', 'digits' => '~^\d+$~D', 'yes-no' => '~^(?:yes|no|on|off|true|false)$~Di',
        'date' => '~^\d{4}-\d\d-\d\d~', 'e-mail' => '~^\S+@\S+$~D', 'address' => '~^https?://~i', 'text' => '~^[^\x00-\x08]*$~D'];

    private Database $database;
    private Words $words;
    /** @var array[][] what is known so far: by kind, by what is known of the name */
    private array $lines = [];

    public static function write(Stream $stream): array {
        $inventory = new self();
        $inventory->database = new Database();
        $request = new Request();
        $inventory->words = new Words($request);
        $stream->line('inventory', Plugin::header($request, $inventory->database->version), 0);
        $inventory->database->freeze();
        $inventory->stored();
        $inventory->known($request->entries('classes'));
        foreach ($inventory->lines as $kind => $lines) {
            foreach ($lines as $name => $line) {
                $stream->line($kind, ['name' => (string) $name] + $line);
            }
        }
        return [];
    }

    private function stored(): void {
        global $wpdb;
        $text = $this->database->text('option_value');
        foreach ($this->database->rows("SELECT option_name, $text, LENGTH(option_value) FROM $wpdb->options") as [$name, $value, $length]) {
            if (!Request::fits(['_transient_*', '_site_transient_*'], $name)) {
                $this->value($this->line('option', $this->prefixed($name)), $name, $value, (int) $length);
            }
        }
        $text = $this->database->text('meta_value');
        foreach (['usermeta', 'postmeta'] as $kind) {
            $asked = [];
            foreach ($this->database->all("SELECT meta_key, COUNT(*) FROM {$wpdb->$kind} GROUP BY meta_key LIMIT 20000") as [$key, $count]) {
                $name = $this->prefixed((string) $key);
                $line = &$this->line($kind, $name, (int) $count);
                $asked[$name] = ($asked[$name] ?? 0) + 1;
                $where = 'meta_key = ' . $this->database->quote((string) $key) . ' LIMIT ' . ($asked[$name] > 5 ? 0 : self::SAMPLES);
                foreach ($this->database->all("SELECT $text, LENGTH(meta_value) FROM {$wpdb->$kind} WHERE $where") as [$value, $length]) {
                    $this->value($line, (string) $key, $value, (int) $length);
                }
            }
        }
        $like = $this->database->quote($wpdb->esc_like($wpdb->prefix) . '%');
        $tables = "FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE $like";
        foreach ($this->database->all("SELECT TABLE_NAME, ENGINE, TABLE_ROWS $tables") as [$table, $engine, $rows]) {
            $shown = fn (array $of): array => ['name' => $this->words->of($of[0]), 'type' => preg_replace('~\(\D.*~', '', $of[1]), 'key' => $of[3]];
            $columns = array_map($shown, $this->database->all("SHOW COLUMNS FROM `$table`"));
            $name = '{prefix}' . $this->words->of(substr($table, strlen($wpdb->prefix)));
            $line = &$this->line('table', $name);
            $line += ['rows' => (int) $rows, 'engine' => $engine, 'columns' => $columns];
        }
    }

    private function known(array $classes): void {
        global $wpdb, $shortcode_tags;
        $types = "SELECT post_type, post_status, COUNT(*) FROM $wpdb->posts GROUP BY post_type, post_status";
        foreach ($this->database->all($types) as [$type, $status, $count]) {
            $line = &$this->line('post_type', $this->words->of($type), (int) $count)['posts'][$this->words->of($status)];
            $line = (int) $line + (int) $count;
        }
        foreach (array_keys($shortcode_tags) as $tag) {
            $this->line('shortcode', $this->words->of((string) $tag), 0);
        }
        $text = $this->database->text('post_content');
        foreach ($this->database->rows("SELECT $text FROM $wpdb->posts WHERE post_status = 'publish'") as [$content]) {
            foreach (array_unique(array_column(Page::shortcodes($content) ?? [], 1)) as $tag) {
                $this->line('shortcode', $this->words->of($tag));
            }
        }
        foreach (Runtime::cron(['*']) as $hook) {
            $this->line('cron', is_string($hook['hook']) ? $this->words->of($hook['hook']) : '*', $hook['events']);
        }
        foreach (get_declared_classes() as $class) {
            if (Request::fits($classes, $class)) {
                $this->line('class', $class)['methods'] = get_class_methods($class);
            }
        }
        foreach (Runtime::plugins() as $plugin) {
            $isKnown = in_array(explode('/', $plugin['file'])[0], $this->words->plugins, true);
            $line = &$this->line('plugin', $isKnown ? $plugin['file'] : '*');
            $line += $isKnown ? ['version' => $plugin['version'], 'status' => $plugin['status']] : [];
        }
    }

    /** The line of a kind and name, which stands for so many more. */
    private function &line(string $kind, string $name, int $count = 1): array {
        $line = &$this->lines[$kind][$name];
        $line['count'] = ($line['count'] ?? 0) + $count;
        return $line;
    }

    private function prefixed(string $name): string {
        global $wpdb;
        $rest = strpos($name, $wpdb->prefix) === 0 ? $this->words->of(substr($name, strlen($wpdb->prefix))) : '*';
        return strpos($rest, '*') === false ? "{prefix}$rest" : $this->words->of($name);
    }

    private function value(array &$line, string $name, ?string $value, int $length): void {
        $line['bytes'] = self::range($line['bytes'] ?? null, $length);
        $line['shape'] = $line['shape'] ?? [];
        $this->shape($line['shape'], '', Secrets::isName($name) ? new Withheld('secret') : $value, 0);
    }

    private function shape(array &$shape, string $pointer, $value, int $level): void {
        $pointer = isset($shape[$pointer]) || count($shape) < self::PARTS ? $pointer : '~more';
        $type = 'array';
        while (is_string($value) && ($inside = Inside::of($value)) !== null && ($pointer === '' || !is_scalar($inside[1]))) {
            [$type, $value] = $inside;
        }
        $type = is_array($value) ? $type : self::type($value);
        $at = &$shape[$pointer];
        $at['types'][$type] = ($at['types'][$type] ?? 0) + 1;
        if (is_array($value)) {
            $at['elements'] = self::range($at['elements'] ?? null, count($value));
        } elseif (is_string($value)) {
            $at['length'] = self::range($at['length'] ?? null, strlen($value));
        }
        foreach (is_array($value) && $level < self::LEVELS ? $value : [] as $key => $inner) {
            $word = strtr($this->words->of((string) $key), ['~' => '~0', '/' => '~1']);
            $this->shape($shape, "$pointer/$word", Secrets::isName((string) $key) ? new Withheld('secret') : $inner, $level + 1);
        }
    }

    private static function range(?array $range, int $size): array {
        return [min($range[0] ?? $size, $size), max($range[1] ?? $size, $size)];
    }

    private static function type($value): string {
        if (!is_string($value)) {
            return $value instanceof Withheld ? $value->reason : (is_object($value) ? 'object' : strtolower(gettype($value)));
        }
        // The beginning of a long text shows its form, in a time that is known.
        $value = substr($value, 0, Secrets::BYTES);
        foreach (Secrets::isValue($value) ? [] : self::FORMS as $form => $pattern) {
            if (preg_match($pattern, $value) === 1) {
                return $form;
            }
        }
        return Secrets::isValue($value) ? 'secret' : 'binary';
    }
}
