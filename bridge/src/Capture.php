<?php

namespace Plan\Bridge;

/** Reads what the request names: from one moment of the database, and then what only PHP knows. */
final class Capture {
    /** The most rows of one line; one also ends after about as many bytes as are read of one value. */
    private const ROWS = 200;
    /** Tables that have sections of their own, with their own rules; those of a multisite's other blogs too. */
    private const OWN = '~^\d+_|(?:^|_)(?:options|users|(?:user|post|site)meta)$~i';

    /** Columns of WordPress's own that go into JSON as they come: numbers, whatever somebody made of the column. */
    private const NUMBERS = ['ID', 'umeta_id', 'meta_id', 'user_id', 'post_id'];

    private Request $request;
    private Stream $stream;
    private Database $database;
    private array $expected = [];

    /** Writes all lines but the last, and returns what the last says of what the database counted. */
    public static function write(Stream $stream): array {
        $capture = new self();
        [$capture->request, $capture->stream, $capture->database] = [new Request(), $stream, new Database()];
        $capture->all();
        Runtime::write($capture->request, $stream);
        return ['expected' => (object) $capture->expected];
    }

    private function all(): void {
        global $wpdb;
        $site = ['home' => home_url(), 'url' => site_url(), 'host' => (string) wp_parse_url(home_url(), PHP_URL_HOST),
            'environment' => wp_get_environment_type(), 'blog' => get_current_blog_id(),
            'locale' => get_locale(), 'timezone' => wp_timezone_string()];
        $before = ['users' => $this->database->count($wpdb->users), 'posts' => $this->database->count($wpdb->posts)];
        $more = ['site' => array_map([Picker::class, 'leaf'], $site), 'before' => $before];
        $this->stream->line('capture', Plugin::header($this->request, $this->database->version) + $more, 0);
        $this->database->freeze();
        $this->options('site', $wpdb->options, 'option_name', 'option_value', 'TRUE');
        $network = [$wpdb->sitemeta, 'meta_key', 'meta_value', 'site_id = ' . get_current_network_id()];
        $this->options('network', ...(is_multisite() ? $network : [$wpdb->options, 'option_name', 'option_value', 'TRUE']));
        foreach (array_filter([$this->request->entries('users')]) as $entry) {
            $entry['columns'] = array_values(array_diff($entry['columns'], ['ID']));
            $this->table(['kind' => 'users', 'of' => $entry['columns']], $wpdb->users, $entry, $this->members('ID'));
        }
        $this->meta('usermeta', ['umeta_id', 'user_id', 'meta_key', 'meta_value'], $this->members('user_id'));
        $this->meta('postmeta', ['meta_id', 'post_id', 'meta_key', 'meta_value'], 'TRUE');
        foreach ($this->request->entries('tables') as $entry) {
            [$scope, $where] = [$entry['scope'] ?? 'site', 'TRUE'];
            foreach ($entry['where'] ?? [] as $column => $text) {
                $where .= ' AND `' . str_replace('`', '', $column) . '` = ' . $this->database->quote((string) $text);
            }
            $line = ['kind' => 'table', 'of' => [$entry['name']], 'scope' => $scope, 'columns' => $entry['columns']];
            $this->table($line, ($scope === 'network' ? $wpdb->base_prefix : $wpdb->prefix) . $entry['name'], $entry, $where);
        }
        foreach (array_filter([$this->request->entries('content')]) as $entry) {
            $where = "post_status = 'publish' AND post_type IN (" . implode(', ', array_map([$this->database, 'quote'], $entry['types'])) . ')';
            $row = function (array $row) use ($entry): void {
                foreach (array_filter([Page::of($row[2], $entry['shortcodes'], $entry['hosts'])]) as $found) {
                    $this->stream->line('content', ['id' => (int) $row[0], 'type' => $row[1]] + $found);
                }
            };
            $this->source(['kind' => 'content', 'of' => $entry['types']], $wpdb->posts, ['ID', 'post_type', 'post_content'], $where, $row);
        }
    }

    private function options(string $scope, string $table, string $name, string $value, string $own): void {
        [$kind, $picks] = [$scope === 'network' ? '_site_transient_' : '_transient_', $this->picks('options', $scope)];
        $of = array_map('strval', array_keys($picks));
        $twins = $this->database->fits($name, array_merge(substr_replace($of, $kind, 0, 0), substr_replace($of, "{$kind}timeout_", 0, 0)));
        $found = array_column($this->database->all("SELECT $name, {$this->database->text($value)} FROM $table WHERE $twins AND $own"), 1, 0);
        $where = "{$this->database->fits($name, $of)} AND NOT {$this->database->fits($name, ['_transient_*', '_site_transient_*'])} AND $own";
        $row = function (array $row) use ($scope, $kind, $picks, $found): void {
            [$name, $raw] = [$row[0], (string) $row[1]];
            [$twin, $until] = [$found[$kind . $name] ?? null, $found["{$kind}timeout_$name"] ?? null];
            $state = $until !== null && (int) $until < time() ? 'expired' : ($twin === $raw ? 'same' : 'differs');
            $picker = Picker::ofName('option', $picks, $name);
            $value = $picker->value($raw);
            // By a digest or a length, what did not leave could be guessed.
            $isWhole = $value === $raw;
            $differing = $state === 'differs' && $twin !== null ? ['value' => $picker->value($twin)] : [];
            $this->stream->line('option', [
                'name' => Picker::leaf($name), 'scope' => $scope,
                'sha256' => $isWhole ? hash('sha256', $raw) : null,
                'length' => $isWhole ? strlen($raw) : null, 'value' => $value,
                'twin' => $twin === null ? null : ['state' => $state, 'expires' => $until === null ? null : (int) $until] + $differing,
            ]);
        };
        $this->source(['kind' => 'option', 'of' => $of, 'scope' => $scope], $table, [$name, $value], $where, $row);
    }

    private function meta(string $kind, array $columns, string $where): void {
        global $wpdb;
        $picks = $this->picks($kind, 'site');
        $pickers = [];
        $row = static function (array $row) use ($kind, $picks, &$pickers): string {
            [$id, $owner, $key, $value] = $row;
            $picker = $pickers[$key] ?? ($pickers = array_slice($pickers, -500, null, true) + [$key => Picker::ofName($kind, $picks, $key)])[$key];
            return "[$id,$owner,$picker->name,{$picker->json($value)}]";
        };
        $of = array_map('strval', array_keys($picks));
        $this->source(['kind' => $kind, 'of' => $of], $wpdb->$kind, $columns, "{$this->database->fits('meta_key', $of)} AND $where", $row);
    }

    private function table(array $line, string $table, array $entry, string $where): void {
        $isUsers = $line['kind'] === 'users';
        $columns = $isUsers ? array_merge(['ID'], $entry['columns']) : $entry['columns'];
        $picker = static fn (string $column): Picker => Picker::ofName('column', [$column => $entry['pick'][$column] ?? ['']], $column);
        $pickers = array_map($picker, $columns);
        $row = static function (array $row) use ($pickers, $isUsers): string {
            foreach ($pickers as $number => $picker) {
                $row[$number] = $isUsers && $number === 0 ? $row[0] : $picker->json($row[$number]);
            }
            return '[' . implode(',', $row) . ']';
        };
        $head = $isUsers ? [] : ['name' => $entry['name'], 'scope' => $line['scope'], 'columns' => $columns];
        $this->source($line, $table, $columns, $where, $row, $head, $entry['where'] ?? []);
    }

    /** Reads one source of rows, in the order in which they lie; what JSON `$row` returns of them is written in blocks. */
    private function source(array $line, string $table, array $columns, string $where, callable $row, array $head = [], array $tests = []): void {
        if ($line['of'] === []) {
            return;
        }
        $kind = $this->database->kind = $line['kind'];
        $engine = $this->database->engine($table);
        $types = $engine === null ? [] : array_column($this->database->all("SHOW COLUMNS FROM `$table`"), 1, 0);
        // Nobody is signed in on a command line, and who has that has the whole database.
        $isAllowed = ($line['scope'] ?? 'site') === 'site' || !is_multisite() || PHP_SAPI === 'cli' || current_user_can('manage_network_options');
        // What a value of meta is the value of, only a test on its key says.
        $isUnnamed = $kind === 'table' && in_array('meta_value', $columns, true) && Secrets::isName($tests['meta_key'] ?? 'key');
        $unread = array_keys(array_filter([
            'refused' => $kind === 'table' && ($isUnnamed || preg_match(self::OWN, $line['of'][0]) === 1),
            'not-allowed' => !$isAllowed,
            'no-such-table' => $engine === null,
            'no-such-column' => array_diff(array_merge($columns, array_keys($tests)), array_keys($types)) !== [],
        ]));
        // Of what is counted only, no rows leave.
        $isCounted = $unread === [] && $columns === [];
        $of = $isCounted ? ['expected' => $this->database->count("`$table` WHERE $where")] : [];
        $of += $unread === [] ? ['engine' => $engine] + array_filter(['where' => array_map('strval', $tests)]) : ['unread' => $unread[0]];
        $this->stream->line('source', $line + $of, 0);
        if ($isCounted || $unread !== []) {
            return;
        }
        $select = array_map(function (string $column) use ($types, $kind): string {
            $isNumber = $kind !== 'table' && in_array($column, self::NUMBERS, true);
            $isLong = preg_match('~text|blob|json~i', $types[$column]) === 1;
            $read = $isNumber ? "COALESCE(CAST(`$column` AS UNSIGNED), 0)" : ($isLong ? $this->database->text("`$column`") : "`$column`");
            return Secrets::isName($column) && $column !== 'meta_key' ? 'NULL' : $read;
        }, $columns);
        [$read, $size, $block] = [0, 0, []];
        foreach ($this->database->rows('SELECT ' . implode(', ', $select) . " FROM `$table` WHERE $where") as $stored) {
            if (count($block) === self::ROWS || $size > Inside::BYTES) {
                $this->stream->rows($kind, $head, $block);
                [$size, $block] = [0, []];
            }
            $size += strlen($json = (string) $row($stored));
            $json === '' || $block[] = $json;
            $read++;
        }
        $block === [] || $this->stream->rows($kind, $head, $block);
        $expected = (int) $this->database->all('SELECT FOUND_ROWS()')[0][0];
        if ($read !== $expected) {
            throw new Failure('count', "Of $expected rows of $kind, $read were read. Read again.", ['kind' => $kind]);
        }
        $this->stream->line('counted', ['kind' => $kind, 'expected' => $expected], 0);
        // Of posts, no rows leave.
        $kind === 'content' || $this->expected[$kind] = ($this->expected[$kind] ?? 0) + $expected;
    }

    /** The picks of each name or pattern of a section. */
    private function picks(string $section, string $scope): array {
        global $wpdb;
        $picks = [];
        foreach ($this->request->entries($section) as $entry) {
            if (($entry['scope'] ?? 'site') === $scope) {
                $name = preg_replace('~^\{prefix\}~', $wpdb->prefix, $entry['name'] ?? $entry['key']);
                $picks[$name] = array_merge($picks[$name] ?? [], $entry['pick'] ?? ['']);
            }
        }
        return $picks;
    }

    /** The users of a multisite belong to other blogs too. */
    private function members(string $column): string {
        global $wpdb;
        $capabilities = $this->database->quote("{$wpdb->prefix}capabilities");
        return is_multisite() ? "$column IN (SELECT m.user_id FROM $wpdb->usermeta m WHERE m.meta_key = $capabilities)" : 'TRUE';
    }
}
