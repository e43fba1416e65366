<?php

namespace Plan\Bridge;

/** One answer, line by line, straight to who asked: no other plugin's output gets into it. */
final class Stream {
    public const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR
        | JSON_INVALID_UTF8_SUBSTITUTE;
    private const BLOCK = 65536;

    /** The last line, once it is on its way. */
    public static array $last = [];
    private string $waiting = '';
    private bool $isOurs = false;
    private int $level;
    /** @var \HashContext */
    private $digest;
    /** @var null|resource|\DeflateContext */
    private $gzip = null;
    private array $counts = [];

    /** Runs what writes the lines, and ends with an `end` or an `error` line; a stream that was cut has neither. */
    public static function answer(string $name, bool $isDownload, callable $write): void {
        $stream = new self();
        try {
            $stream->begin($name, $isDownload);
            $members = $write($stream);
            hash_update($stream->digest, $stream->waiting);
            $digest = hash_final(hash_copy($stream->digest));
            $stream->last('end', ['counts' => (object) array_filter($stream->counts)] + $members + ['sha256' => $digest]);
        } catch (Failure $failure) {
            $stream->last('error', $failure->members);
        } catch (\Throwable $thrown) {
            // Its message may hold a value.
            $stream->fatal(get_class($thrown) . ' in ' . basename($thrown->getFile()) . ':' . $thrown->getLine());
        }
        exit;
    }

    private function begin(string $name, bool $isDownload): void {
        // What others printed, or hold back to change it later, does not belong to this answer.
        while (ob_get_level() > 0 && @ob_end_clean()) {
            continue;
        }
        @array_map('ini_set', ['display_errors', 'zlib.output_compression', 'serialize_precision'], ['0', '0', '-1']);
        @set_time_limit(0);
        ignore_user_abort(false);
        $this->digest = hash_init('sha256');
        $isLate = headers_sent();
        $isLate || PHP_SAPI === 'cli' || $this->head($name, $isDownload);
        // It stays to the very end, so that nothing is printed after the last line either.
        remove_action('shutdown', 'wp_ob_end_flush_all', 1);
        ob_start(fn (string $bytes): string => $this->isOurs ? $bytes : '', 0, PHP_OUTPUT_HANDLER_FLUSHABLE);
        $this->level = ob_get_level();
        register_shutdown_function(fn () => self::$last !== [] || $this->fatal('the program ended'));
        if ($isLate) {
            $this->waiting = "\n";
            throw new Failure('output', 'Another plugin or a PHP file of this site writes into every answer (a warning, a blank line, '
                . 'a byte order mark). Switch that off, or let PHP buffer its output, and read again.');
        }
    }

    private function head(string $name, bool $isDownload): void {
        status_header(200);
        header('Content-Type: application/x-ndjson; charset=utf-8');
        array_map('header', ['Cache-Control: no-store, private', 'X-Accel-Buffering: no', 'Vary: Accept-Encoding']);
        $isDownload && header("Content-Disposition: attachment; filename=\"plan-$name.ndjson\"");
        $isWanted = preg_match('~\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s|,|$))~i', $_SERVER['HTTP_ACCEPT_ENCODING'] ?? '') === 1;
        if ($isWanted && function_exists('deflate_init')) {
            header('Content-Encoding: gzip');
            $this->gzip = deflate_init(ZLIB_ENCODING_GZIP, ['level' => 1]);
        }
    }

    /** One line of a kind; it counts as so many of them. */
    public function line(string $kind, array $members, int $count = 1): void {
        $this->add($kind, json_encode([$kind => $members], self::JSON), $count);
    }

    /** One line of a kind with rows that are JSON already. */
    public function rows(string $kind, array $head, array $rows): void {
        $line = json_encode([$kind => $head + ['rows' => []]], self::JSON);
        $this->add($kind, substr($line, 0, -3) . implode(',', $rows) . ']}}', count($rows));
    }

    private function add(string $kind, string $line, int $count): void {
        $this->waiting .= "$line\n";
        $this->counts[$kind] = ($this->counts[$kind] ?? 0) + $count;
        strlen($this->waiting) > self::BLOCK && $this->send(false);
    }

    private function fatal(string $what): void {
        $this->last('error', ['code' => 'fatal', 'message' => "PHP stopped ($what). Look in the site's error log, and read again."]);
    }

    private function last(string $kind, array $members): void {
        $this->line($kind, $members, 0);
        self::$last = [$kind => $members];
        $this->send(true);
    }

    private function send(bool $isLast): void {
        hash_update($this->digest, $this->waiting);
        $bytes = $this->gzip === null ? $this->waiting : deflate_add($this->gzip, $this->waiting, $isLast ? ZLIB_FINISH : ZLIB_NO_FLUSH);
        $this->waiting = '';
        // A call may have left a buffer of its own open.
        while (ob_get_level() > $this->level && @ob_end_clean()) {
            continue;
        }
        $this->isOurs = true;
        echo $bytes;
        @ob_flush();
        $this->isOurs = false;
        flush();
    }
}
