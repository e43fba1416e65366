<?php

namespace Plan\Bridge;

/** Names and shapes of all that a site stores, and no values: safe to send to a stranger. */
final class Inventory {
    private const SAMPLES = 50, LEVELS = 8, PARTS = 300;
    private const FORMS = ['empty' => '~^$~', 'digits' => '~^\d+$~D', 'yes-no' => '~^(?:yes|no|on|off|true|false)$~Di',
        'date' => '~^\d{4}-\d\d-\d\d~', 'e-mail' => '~^\S+@\S+$~D', 'address' => '~^https?://~i', 'text' => '~^[^\x00-\x08]*$~D'];

    private Database $database;
    private Words $words;
    /** @var array[][] what is known so far: by kind, by what is known of the name */
    private array $lines = [];

    public static function write(Stream $stream): array {
        [$inventory, $request] = [new self(), new Request()];
        $inventory->database = new Database();
        $inventory->words = new Words($request);
        $stream->line('inventory', Plugin::header($request, $inventory->database->version), 0);
        $inventory->database->freeze();
        $inventory->stored();
        $inventory->known($request->entries('classes'));
        foreach ($inventory->lines as $kind => $lines) {
            foreach ($lines as $name => $line) {
                [$name] = explode("\0", (string) $name);
                $stream->line($kind, ['name' => $name] + array_filter(['of' => $inventory->words->owner($name)]) + $line);
            }
        }
        return [];
    }

    private function stored(): void {
        global $wpdb;
        $where = "NOT {$this->database->fits('option_name', ['_transient_*', '_site_transient_*'])}";
        $options = "SELECT option_name, {$this->database->text('option_value')}, LENGTH(option_value) FROM $wpdb->options WHERE $where";
        foreach ($this->database->rows($options) as [$name, $value, $length]) {
            $this->value($this->line('option', $this->prefixed($name)), $name, $value, (int) $length);
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
        foreach ($this->database->all("SELECT TABLE_NAME, ENGINE, TABLE_ROWS $tables ORDER BY TABLE_NAME") as [$table, $engine, $rows]) {
            $shown = fn (array $of): array => ['name' => $this->words->of($of[0]), 'type' => preg_replace('~\(\D.*~', '', $of[1]), 'key' => $of[3]];
            $columns = array_map($shown, $this->database->all("SHOW COLUMNS FROM `$table`"));
            $name = '{prefix}' . $this->words->of(substr($table, strlen($wpdb->prefix)));
            // Tables whose names become the same may have other columns.
            $line = &$this->line('table', "$name\0" . json_encode([$engine, $columns]));
            $line['rows'] = ($line['rows'] ?? 0) + (int) $rows;
            $line += ['engine' => $engine, 'columns' => $columns];
        }
    }

    private function known(array $classes): void {
        global $wpdb, $shortcode_tags;
        $types = "SELECT post_type, post_status, COUNT(*) FROM $wpdb->posts GROUP BY post_type, post_status";
        foreach ($this->database->all($types) as [$type, $status, $count]) {
            $line = &$this->line('post_type', $this->words->of($type), (int) $count)['posts'][$this->words->of($status)];
            $line = (int) $line + (int) $count;
        }
        array_map(fn ($tag) => $this->line('shortcode', $this->words->of((string) $tag), 0), array_keys($shortcode_tags));
        $text = $this->database->text('post_content');
        foreach ($this->database->rows("SELECT $text FROM $wpdb->posts WHERE post_status = 'publish'") as [$content]) {
            foreach (array_unique(array_column(Page::shortcodes($content) ?? [], 1)) as $tag) {
                $this->line('shortcode', $this->words->of($tag));
            }
        }
        foreach (Runtime::cron(['*']) as $hook) {
            $this->line('cron', is_string($hook['hook']) ? $this->words->of($hook['hook']) : '*', $hook['events']);
        }
        foreach (array_filter(get_declared_classes(), static fn ($class): bool => Request::fits($classes, $class)) as $class) {
            $this->line('class', $class)['methods'] = get_class_methods($class);
        }
        foreach (Runtime::plugins() as $plugin) {
            $isKnown = isset($this->words->plugins[explode('/', $plugin['file'])[0]]);
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
        $rest = strpos($name, $wpdb->prefix) === 0 ? $this->words->of(substr($name, strlen($wpdb->prefix)), false) : '*';
        return strpos($rest, '*') === false ? "{prefix}$rest" : $this->words->of($name);
    }

    private function value(array &$line, string $name, ?string $value, int $length): void {
        $line += ['shape' => []];
        $isSecret = Secrets::isName($name);
        $isSecret || $line['bytes'] = self::range($line['bytes'] ?? null, $length);
        $this->shape($line['shape'], '', $isSecret ? new Withheld('secret') : $value, 0);
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
        $sizes = is_array($value) ? ['elements' => count($value)] : (is_string($value) ? ['length' => strlen($value)] : []);
        foreach ($sizes as $of => $size) {
            $at[$of] = self::range($at[$of] ?? null, $size);
        }
        foreach (is_array($value) && $level < self::LEVELS ? $value : [] as $key => $inner) {
            $word = strtr($this->words->of((string) $key, false), ['~' => '~0', '/' => '~1']);
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
        $fits = static fn (string $pattern): bool => preg_match($pattern, $value) === 1;
        return Secrets::isValue($value) ? 'secret' : key(array_filter(self::FORMS, $fits)) ?? 'binary';
    }
}
