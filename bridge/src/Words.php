<?php

namespace Plan\Bridge;

/** Which parts of a name are a program's own words; whatever is not may be a person's, a client's or a number, and is a star. */
final class Words {
    private const FILES = 6000, BYTES = 400000;
    private const SIGNS = '~[_\-.:/]~';

    /** @var array<string, array[]> what the code of each published plugin writes, by its folder; WordPress's own is the first, and has none */
    public array $plugins = [];
    /** @var array<string, true> what any code writes in quotes */
    private array $known = [];
    /** @var array<string, int> words of this site's address, title and administrators, which no name may show */
    private array $own;

    public function __construct(Request $request) {
        $this->known = $this->read(ABSPATH . WPINC) + $this->read(ABSPATH . 'wp-admin/includes');
        [$core, $this->plugins['']] = [$this->known, self::parts($this->known)];
        $vendors = array_merge($request->entries('vendors'), ['plan-bridge']);
        foreach (glob(WP_PLUGIN_DIR . '/*', GLOB_ONLYDIR) as $folder) {
            // What others publish explains itself; what was made for one client seldom does, and may be named after it.
            if (in_array(basename($folder), $vendors, true) || preg_grep('~/readme\.(?:txt|md)$~i', glob("$folder/*.*")) !== []) {
                $this->plugins[basename($folder)] = self::parts($this->read($folder));
                $this->known += $this->plugins[basename($folder)][0];
            }
        }
        foreach (array_merge(...array_map([$request, 'entries'], ['options', 'usermeta', 'postmeta', 'tables'])) as $entry) {
            $this->known += array_fill_keys(explode('*', $entry['name'] ?? $entry['key']), true);
        }
        $users = get_users(['role' => 'administrator', 'number' => 50]);
        $own = array_merge(array_column($users, 'user_login'), array_column($users, 'display_name'));
        array_push($own, wp_parse_url(home_url(), PHP_URL_HOST), get_bloginfo('name'));
        preg_match_all('~[\p{L}\p{N}]{3,}~u', strtolower(implode(' ', $own)), $words);
        $this->own = array_diff_key(array_flip($words[0]), $core, array_flip($vendors));
    }

    /** A name with a star for each part that is not known. A stored name may be joined from a plugin's words, a key inside a value may not. */
    public function of(string $name, bool $isStored = true): string {
        if ($this->isKnown($name) || ($isStored && $this->isKnown($name, $this->isJoined($name)))) {
            return $name;
        }
        [$head, $tail] = ['', ''];
        foreach (self::cuts($name) as [$before, $after]) {
            $head = $this->isKnown($before) || $this->isKnown(substr($before, 0, -1)) ? $before : $head;
            $tail = $tail === '' && $this->isKnown($after) ? $after : $tail;
        }
        return "$head*" . (strlen($head) + strlen($tail) < strlen($name) ? $tail : '');
    }

    /** The plugin whose names begin as this one does: of several the one that has most of them. */
    public function owner(string $name): ?string {
        $name = preg_replace('~^\{prefix\}~', '', $name);
        $word = strpos($name, '*') === 0 ? '' : (string) strtok($name, '_-.:/*');
        $all = array_filter(array_map(static fn (array $of): int => $of[2][$word] ?? 0, $this->plugins));
        arsort($all);
        return isset($this->plugins[''][0][$name]) ? null : ((string) key($all) ?: null);
    }

    /** Whether the code of one plugin has each word of a name, and joins them: its own names begin so, or it writes an end of it for that. */
    private function isJoined(string $name): bool {
        $words = array_flip(preg_split(self::SIGNS, ltrim($name, '_')));
        $ends = array_flip(array_merge([], ...self::cuts($name)));
        foreach (array_slice($this->plugins, 1) as [$written, $parts, $begins]) {
            $isOwn = isset($begins[key($words)]) || array_intersect_key($ends, $written) !== [];
            if ($isOwn && count($words) < 5 && strtolower($name) === $name && array_diff_key($words, $parts) === []) {
                return true;
            }
        }
        return false;
    }

    private function isKnown(string $name, ?bool $isWritten = null): bool {
        $words = array_flip(preg_split('~[^\p{L}\p{N}]+~u', strtolower($name)) ?: []);
        return ($isWritten ?? isset($this->known[$name])) && preg_match('~[A-Za-z]{2}~', $name) === 1
            && array_intersect_key($this->own, $words) === [] && !Secrets::isValue($name);
    }

    /** Both sides of each sign in a name, each with the sign. */
    private static function cuts(string $name): array {
        preg_match_all(self::SIGNS, $name, $found, PREG_OFFSET_CAPTURE);
        return array_map(static fn (array $at): array => [substr($name, 0, $at[1] + 1), substr($name, $at[1])], $found[0]);
    }

    /** What code writes, each word of that, and how many of it begin with a word, of words with which one in fifty does, and three at least. */
    private static function parts(array $written): array {
        [$words, $begins] = [[], []];
        foreach (array_keys($written) as $literal) {
            $all = preg_split(self::SIGNS, ltrim((string) $literal, '_-.:/'));
            $words += array_fill_keys(preg_grep('~[A-Za-z]{2}~', $all), true);
            $begins[$all[0]] = ($begins[$all[0]] ?? 0) + (int) isset($all[1]);
        }
        $least = max(3, array_sum($begins) / 50);
        return [$written, $words, array_filter($begins, static fn (int $count): bool => $count >= $least)];
    }

    /** What the PHP files of a folder write in quotes, comments left out, and the tables that they make. */
    private function read(string $folder): array {
        [$known, $left] = [[], self::FILES];
        $files = new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS);
        foreach (new \RecursiveIteratorIterator($files, 0, \RecursiveIteratorIterator::CATCH_GET_CHILD) as $file) {
            $isRead = $file->isFile() && $file->getExtension() === 'php' && $file->getSize() <= self::BYTES && $left-- >= 0;
            $code = $isRead ? php_strip_whitespace($file->getPathname()) : '';
            preg_match_all('~[\'"]([\w.:/-]{2,64})(?:[\'"{$%])|(?:[}sd])([_.:/-][\w.:/-]{1,64})[\'"]~', $code, $quoted);
            // What makes a table may be joined from several texts.
            preg_match_all('~CREATE TABLE.{1,4000}?(?:;|["\']\s*[;)])~is', $code, $tables);
            preg_match_all('~\w{2,64}~', implode(' ', $tables[0]), $columns);
            $known += array_fill_keys(array_merge($quoted[1], $quoted[2], $columns[0]), true);
        }
        return $known;
    }
}
