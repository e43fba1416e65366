<?php

namespace Plan\Bridge;

/** A connection of its own, which reads one moment of the whole database and can write nothing. */
final class Database {
    /** What is read now, for the words of a failure. */
    public string $kind = 'option';
    public string $version;
    private \mysqli $link;

    public function __construct() {
        global $wpdb;
        mysqli_report(MYSQLI_REPORT_OFF);
        $this->link = mysqli_init();
        [$host, $port, $socket, $isV6] = $wpdb->parse_db_host(DB_HOST) ?: [DB_HOST, null, null, false];
        $flags = defined('MYSQL_CLIENT_FLAGS') ? MYSQL_CLIENT_FLAGS : 0;
        if (!@$this->link->real_connect($isV6 ? "[$host]" : $host, DB_USER, DB_PASSWORD, DB_NAME, (int) $port, $socket, $flags)) {
            throw $this->failure($this->link->connect_errno);
        }
        $this->version = $this->link->server_info;
        $this->link->set_charset($wpdb->charset ?: 'utf8mb4');
        // A host's own limit would cut every answer, and say nothing.
        $this->run("SET SESSION sql_mode = '', net_write_timeout = 600, sql_select_limit = DEFAULT");
    }

    /** From here on every answer is of this one moment. */
    public function freeze(): void {
        // At another level the snapshot is silently left out.
        $this->run('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        $this->run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    }

    /** Row after row, without ever holding them all. */
    public function rows(string $sql): \Generator {
        $result = $this->run($sql);
        while ($row = $result->fetch_row()) {
            yield $row;
        }
        // A database that is gone ends the rows like one that has no more.
        if ($this->link->errno !== 0) {
            throw $this->failure($this->link->errno);
        }
    }

    /** All rows of a short answer. */
    public function all(string $sql): array {
        return iterator_to_array($this->rows($sql), false);
    }

    public function count(string $from): int {
        return (int) $this->all("SELECT COUNT(*) FROM $from")[0][0];
    }

    /** The storage engine of a table, nothing where there is no such table. */
    public function engine(string $table): ?string {
        $where = 'TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ' . $this->quote($table);
        return $this->all("SELECT COALESCE(ENGINE, 'view') FROM information_schema.TABLES WHERE $where")[0][0] ?? null;
    }

    /** A column's text as far as it is ever read, and one character more where it is longer. */
    public function text(string $column): string {
        return "LEFT($column, " . (Inside::BYTES + 1) . ')';
    }

    public function quote(string $text): string {
        return "'" . $this->link->real_escape_string($text) . "'";
    }

    /** That a column fits a pattern, byte for byte; no index is used, so that rows come in the order in which they lie. */
    public function fits(string $column, array $patterns): string {
        // One look in a list of names, whatever its length.
        $names = preg_grep('~\*~', $patterns, PREG_GREP_INVERT);
        $tests = $names === [] ? ['FALSE'] : ["CAST($column AS BINARY) IN (" . implode(', ', array_map([$this, 'quote'], $names)) . ')'];
        foreach (array_diff($patterns, $names) as $pattern) {
            $tests[] = "CAST($column AS BINARY) LIKE " . $this->quote(str_replace('*', '%', addcslashes($pattern, '\\%_')));
        }
        return '(' . implode(' OR ', $tests) . ')';
    }

    /** @return bool|\mysqli_result */
    private function run(string $sql) {
        $result = $this->link->query($sql, MYSQLI_USE_RESULT);
        if ($result === false) {
            throw $this->failure($this->link->errno);
        }
        return $result;
    }

    private function failure(int $number): Failure {
        $message = "The database answered with error $number while $this->kind was read. Read again; if it comes again, ask the host.";
        return new Failure('database', $message, ['kind' => $this->kind, 'number' => $number]);
    }
}
