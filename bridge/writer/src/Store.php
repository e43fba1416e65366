<?php

namespace Plan\Bridge;

/** A connection of its own, whose transactions nobody else's code gets into, and the tables of this build. */
final class Store {
    private const TABLES = [
        'lock' => 'id tinyint NOT NULL PRIMARY KEY, holder char(64) NOT NULL, token bigint NOT NULL, ends bigint NOT NULL',
        'changes' => 'id char(64) NOT NULL PRIMARY KEY, request char(64) NOT NULL, option_name varchar(191) NOT NULL, '
            . 'after char(64) NOT NULL, outcome varchar(40) NOT NULL, settled tinyint NOT NULL',
        'audit' => 'id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, at datetime NOT NULL, user_id bigint NOT NULL, token bigint NOT NULL, '
            . 'change_id char(64) NOT NULL, option_name varchar(191) NOT NULL, places text NOT NULL, '
            . '`before` char(64) NOT NULL, after char(64) NOT NULL',
    ];
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
        $this->link->set_charset($wpdb->charset ?: 'utf8mb4');
        // What does not fit is refused and not cut, and who waits for another request waits no longer than a request may take.
        $this->run("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 20, sql_select_limit = DEFAULT");
    }

    public static function table(string $name): string {
        global $wpdb;
        return "`{$wpdb->prefix}plan_bridge_$name`";
    }

    /** Makes the tables, where they are not there. */
    public function make(): void {
        foreach (self::TABLES as $name => $columns) {
            $this->run('CREATE TABLE IF NOT EXISTS ' . self::table($name) . " ($columns) ENGINE=InnoDB CHARACTER SET ascii");
        }
        $this->run('INSERT IGNORE INTO ' . self::table('lock') . " VALUES (1, '', 0, 0)");
    }

    /** Takes away all that this build made. */
    public static function drop(): void {
        $store = new self();
        foreach (array_keys(self::TABLES) as $name) {
            $store->run('DROP TABLE IF EXISTS ' . self::table($name));
        }
    }

    /** That the table of the options can take a change back: where it cannot, nothing is written. */
    public function ensureTransactional(): void {
        global $wpdb;
        $where = 'TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ' . $this->quote($wpdb->options);
        $engine = $this->row("SELECT ENGINE FROM information_schema.TABLES WHERE $where")[0] ?? 'none';
        if (strtolower($engine) !== 'innodb') {
            throw new Failure('not-transactional', "The table of the options is of the kind `$engine`, which has no transactions.");
        }
    }

    /** Does something whole, or not at all. */
    public function within(callable $act) {
        $this->run('START TRANSACTION');
        try {
            $done = $act();
        } catch (\Throwable $thrown) {
            $this->link->query('ROLLBACK');
            throw $thrown;
        }
        $this->run('COMMIT');
        return $done;
    }

    /** The first row of an answer, nothing where there is none. */
    public function row(string $sql): ?array {
        $result = $this->run($sql);
        $row = $result->fetch_row();
        $result->free();
        return $row;
    }

    /** @return bool|\mysqli_result */
    public function run(string $sql) {
        $result = $this->link->query($sql);
        if ($result === false) {
            throw $this->failure($this->link->errno);
        }
        return $result;
    }

    public function quote(string $text): string {
        return "'" . $this->link->real_escape_string($text) . "'";
    }

    private function failure(int $number): Failure {
        return new Failure('database', "The database answered with error $number.", ['number' => $number]);
    }
}
