<?php

namespace Plan\Bridge;

/** Reads what the request names: from one moment of the database, and then what only PHP knows. */
final class Capture {
    private const ROWS = 200;
    /** These have sections of their own, with their own rules. */
    private const OWN = ['options', 'users', 'usermeta', 'postmeta', 'sitemeta'];

    private Request $request;
    private Stream $stream;
    private Database $database;
    /** @var array[] each with its `source` line, what is counted, the function that reads it, and the count before */
    private array $sources = [];

    /** Writes all lines but the last, and returns what the last says of what the database counted. */
    public static function write(Stream $stream): array {
        $capture = new self();
        $capture->request = new Request();
        $capture->stream = $stream;
        $capture->database = new Database();
        $stream->line('capture', Plugin::header($capture->request, $capture->database->version) + ['site' => self::site()], 0);
        $capture->options('site');
        $capture->options('network');
        $capture->users();
        $capture->meta('usermeta', 'umeta_id', 'user_id');
        $capture->meta('postmeta', 'meta_id', 'post_id');
        $capture->tables();
        $capture->content();
        $expected = $capture->read();
        Runtime::write($capture->request, $stream);
        return ['expected' => (object) $expected];
    }

    private static function site(): array {
        return [
            'home' => home_url(),
            'url' => site_url(),
            'host' => (string) wp_parse_url(home_url(), PHP_URL_HOST),
            'environment' => wp_get_environment_type(),
            'blog' => get_current_blog_id(),
            'locale' => get_locale(),
            'timezone' => wp_timezone_string(),
        ];
    }

    private function options(string $scope): void {
        global $wpdb;
        $isMeta = $scope === 'network' && is_multisite();
        [$table, $name, $value] = $isMeta ? [$wpdb->sitemeta, 'meta_key', 'meta_value'] : [$wpdb->options, 'option_name', 'option_value'];
        $only = $isMeta ? ' AND site_id = ' . get_current_network_id() : '';
        $where = "NOT {$this->database->fits($name, ['_transient_*', '_site_transient_*'])}$only";
        $this->add('option', 'options', $scope, $table, $where, function (string $from, array $picks) use ($table, $name, $value, $only, $scope) {
            $names = array_column($this->database->all("SELECT $name FROM $from ORDER BY $name"), 0);
            $select = "SELECT $name, {$this->database->text($value)}, LENGTH($value) FROM $table WHERE $name IN";
            foreach ($names as $option) {
                $kind = $scope === 'network' ? '_site_transient_' : '_transient_';
                [$twin, $until] = [$kind . $option, "{$kind}timeout_$option"];
                $asked = implode(', ', array_map([$this->database, 'quote'], [$option, $twin, $until]));
                $found = array_column($this->database->all("$select ($asked)$only"), null, 0);
                [, $raw, $length] = $found[$option];
                $picker = Picker::ofName('option', $picks, $option);
                $sha256 = strlen($raw) > Inside::BYTES ? null : hash('sha256', $raw);
                $twin = self::twin($found[$twin][1] ?? null, $found[$until][1] ?? null, $raw, $picker);
                $line = ['name' => Picker::leaf($option), 'scope' => $scope, 'sha256' => $sha256, 'length' => (int) $length, 'twin' => $twin];
                $this->stream->line('option', $line + ['value' => $picker->value($raw)]);
            }
            return count($names);
        });
    }

    private static function twin(?string $twin, ?string $until, string $raw, Picker $picker): ?array {
        if ($twin === null) {
            return null;
        }
        $state = $until !== null && (int) $until < time() ? 'expired' : ($twin === $raw ? 'same' : 'differs');
        $line = ['state' => $state, 'expires' => $until === null ? null : (int) $until];
        return $line + ($state === 'differs' ? ['value' => $picker->value($twin)] : []);
    }

    private function meta(string $kind, string $id, string $owner): void {
        global $wpdb;
        $where = $kind === 'usermeta' ? $this->members($owner) : 'TRUE';
        $this->add($kind, $kind, 'site', $wpdb->$kind, $where, function (string $from, array $picks) use ($kind, $id, $owner): int {
            $rows = $this->database->rows("SELECT $id, $owner, meta_key, {$this->database->text('meta_value')} FROM $from");
            $pickers = [];
            return $this->blocks($kind, [], $rows, static function (array $row) use ($kind, $picks, &$pickers): array {
                $pickers[$row[2]] = $pickers[$row[2]] ?? Picker::ofName($kind, $picks, $row[2]);
                return [(int) $row[0], (int) $row[1], Picker::leaf($row[2]), $pickers[$row[2]]->value($row[3])];
            });
        });
    }

    /** A source whose rows have names, of which the request lists some. */
    private function add(string $kind, string $section, string $scope, string $table, string $where, callable $read): void {
        global $wpdb;
        $picks = [];
        foreach ($this->request->entries($section) as $entry) {
            if (($entry['scope'] ?? 'site') === $scope) {
                $name = preg_replace('~^\{prefix\}~', $wpdb->prefix, $entry['name'] ?? $entry['key']);
                $picks[$name] = array_merge($picks[$name] ?? [], $entry['pick'] ?? ['']);
            }
        }
        if ($picks !== []) {
            $names = $kind !== 'option' ? 'meta_key' : ($table === $wpdb->options ? 'option_name' : 'meta_key');
            $line = ['kind' => $kind, 'of' => array_map('strval', array_keys($picks)), 'scope' => $scope];
            $where = $this->database->fits($names, array_keys($picks)) . " AND $where";
            $this->source($line, $table, $where, static function (string $from) use ($read, $picks): int {
                return $read($from, $picks);
            });
        }
    }

    private function users(): void {
        global $wpdb;
        foreach (array_filter([$this->request->entries('users')]) as $entry) {
            $columns = array_values(array_diff($entry['columns'], ['ID']));
            $this->rows(['kind' => 'users', 'of' => $columns], $wpdb->users, array_merge(['ID'], $columns), $this->members('ID'));
        }
    }

    private function tables(): void {
        global $wpdb;
        foreach ($this->request->entries('tables') as $entry) {
            $scope = $entry['scope'] ?? 'site';
            $line = ['kind' => 'table', 'of' => [$entry['name']], 'scope' => $scope, 'columns' => $entry['columns']];
            if (in_array($entry['name'], self::OWN, true)) {
                $this->sources[] = [$line + ['unread' => 'refused']];
                continue;
            }
            $tests = ['TRUE'];
            foreach ($entry['where'] ?? [] as $column => $text) {
                $tests[] = '`' . str_replace('`', '', $column) . '` = ' . $this->database->quote((string) $text);
            }
            $table = ($scope === 'network' ? $wpdb->base_prefix : $wpdb->prefix) . $entry['name'];
            $this->rows($line, $table, $entry['columns'], implode(' AND ', $tests), $entry['pick'] ?? [], array_keys($entry['where'] ?? []));
        }
    }

    /** A source of a table's rows, in the order in which they lie. */
    private function rows(array $line, string $table, array $columns, string $where, array $picks = [], array $tested = []): void {
        $there = $this->database->engine($table) === null ? null : array_column($this->database->all("SHOW COLUMNS FROM `$table`"), 0);
        if ($there === null || array_diff(array_merge($columns, $tested), $there) !== []) {
            $this->sources[] = [$line + ['unread' => $there === null ? 'no-such-table' : 'no-such-column']];
            return;
        }
        $this->source($line, $table, $where, function (string $from, int $expected) use ($line, $columns, $picks): int {
            $select = $pickers = [];
            foreach ($columns as $column) {
                $pickers[] = $picker = Picker::ofName('column', [$column => $picks[$column] ?? ['']], $column);
                $select[] = $picker->isBlind() ? 'NULL' : $this->database->text("`$column`");
            }
            $isUsers = $line['kind'] === 'users';
            $head = $isUsers ? [] : ['name' => $line['of'][0], 'scope' => $line['scope'], 'columns' => $columns];
            $rows = $columns === [] ? [] : $this->database->rows('SELECT ' . implode(', ', $select) . " FROM $from");
            $read = $this->blocks($line['kind'], $head, $rows, static function (array $row) use ($pickers, $isUsers): array {
                foreach ($pickers as $number => $picker) {
                    $row[$number] = $isUsers && $number === 0 ? (int) $row[0] : $picker->value($row[$number]);
                }
                return $row;
            });
            return $columns === [] ? $expected : $read;
        });
    }

    private function content(): void {
        global $wpdb;
        foreach (array_filter([$this->request->entries('content')]) as $entry) {
            $types = implode(', ', array_map([$this->database, 'quote'], $entry['types'] ?: ['']));
            $where = "post_status = 'publish' AND post_type IN ($types)";
            $this->source(['kind' => 'content', 'of' => $entry['types']], $wpdb->posts, $where, function (string $from) use ($entry): int {
                $read = 0;
                foreach ($this->database->rows("SELECT ID, post_type, {$this->database->text('post_content')} FROM $from") as $row) {
                    $read++;
                    foreach (array_filter([Page::of($row[2], $entry['shortcodes'], $entry['hosts'])]) as $found) {
                        $this->stream->line('content', ['id' => (int) $row[0], 'type' => $row[1]] + $found);
                    }
                }
                return $read;
            });
        }
    }

    private function source(array $line, string $table, string $where, callable $read): void {
        $isAllowed = ($line['scope'] ?? 'site') === 'site' || !is_multisite() || current_user_can('manage_network_options');
        $engine = $this->database->engine($table);
        $from = "`$table` WHERE $where";
        // To count meta is as long as to read it, and in one moment of InnoDB it says nothing new.
        $before = $engine === 'InnoDB' && in_array($line['kind'], ['usermeta', 'postmeta'], true) ? null : $this->database->count($from);
        $this->sources[] = $isAllowed ? [$line + ['engine' => $engine], $from, $read, $before] : [$line + ['unread' => 'not-allowed']];
    }

    /** Reads all sources in one moment, and returns how many rows of each kind it counted there. */
    private function read(): array {
        $this->database->freeze();
        $all = [];
        foreach ($this->sources as $source) {
            [$line, $from, $read, $before] = $source + [null, null, null, null];
            $kind = $this->database->kind = $line['kind'];
            $expected = $from === null ? 0 : $this->database->count($from);
            $this->stream->line('source', $line + ($from === null ? [] : ['expected' => $expected, 'before' => $before]), 0);
            $rows = $from === null ? 0 : $read($from, $expected);
            if ($rows !== $expected) {
                throw new Failure('count', "Of $expected rows of $kind, $rows were read. Read again.", ['kind' => $kind]);
            }
            // Of posts, and of tables that are counted only, no rows leave.
            if ($from !== null && $kind !== 'content' && ($line['columns'] ?? null) !== []) {
                $all[$kind] = ($all[$kind] ?? 0) + $expected;
            }
        }
        return $all;
    }

    private function blocks(string $kind, array $head, iterable $rows, callable $cells): int {
        $read = 0;
        $block = [];
        foreach ($rows as $row) {
            $block[] = $cells($row);
            if (++$read % self::ROWS === 0) {
                $this->stream->line($kind, $head + ['rows' => $block], self::ROWS);
                $block = [];
            }
        }
        if ($block !== []) {
            $this->stream->line($kind, $head + ['rows' => $block], count($block));
        }
        return $read;
    }

    /** The users of a multisite belong to other blogs too. */
    private function members(string $column): string {
        global $wpdb;
        $capabilities = $this->database->quote("{$wpdb->prefix}capabilities");
        return is_multisite() ? "$column IN (SELECT m.user_id FROM $wpdb->usermeta m WHERE m.meta_key = $capabilities)" : 'TRUE';
    }
}
