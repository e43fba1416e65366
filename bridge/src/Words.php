<?php

namespace Plan\Bridge;

/** Which parts of a name are a program's own words; whatever is not may be a person's, a client's or a number, and is a star. */
final class Words {
    private const FILES = 6000;
    private const BYTES = 400000;

    /** @var string[] folders of plugins that others publish */
    public array $plugins = [];
    /** @var array<string, true> what the code writes in quotes */
    private array $known = [];
    /** @var array<string, int> words of this site's address, title and administrators, which no name may show */
    private array $own;

    public function __construct(Request $request) {
        $this->read(ABSPATH . WPINC);
        $this->read(ABSPATH . 'wp-admin/includes');
        $core = $this->known;
        $vendors = $request->entries('vendors');
        foreach (glob(WP_PLUGIN_DIR . '/*', GLOB_ONLYDIR) as $folder) {
            // What others publish explains itself; what was made for one client seldom does, and may be named after it.
            if (in_array(basename($folder), $vendors, true) || preg_grep('~/readme\.(?:txt|md)$~i', glob("$folder/*.*")) !== []) {
                $this->plugins[] = basename($folder);
                $this->read($folder);
            }
        }
        foreach (['options', 'usermeta', 'postmeta', 'tables'] as $section) {
            foreach ($request->entries($section) as $entry) {
                $this->known += array_fill_keys(explode('*', $entry['name'] ?? $entry['key']), true);
            }
        }
        $own = [wp_parse_url(home_url(), PHP_URL_HOST), get_bloginfo('name')];
        foreach (get_users(['role' => 'administrator', 'number' => 50]) as $user) {
            array_push($own, $user->user_login, $user->display_name);
        }
        preg_match_all('~[\p{L}\p{N}]{3,}~u', strtolower(implode(' ', $own)), $words);
        $this->own = array_diff_key(array_flip($words[0]), $core, array_flip($vendors));
    }

    /** A name with a star for each part that is not known. */
    public function of(string $name): string {
        if ($this->isKnown($name)) {
            return $name;
        }
        [$head, $tail] = ['', ''];
        preg_match_all('~[_\-.:/]~', $name, $found, PREG_OFFSET_CAPTURE);
        foreach (array_column($found[0], 1) as $at) {
            [$before, $after] = [substr($name, 0, $at + 1), substr($name, $at)];
            $head = $this->isKnown($before) || $this->isKnown(substr($name, 0, $at)) ? $before : $head;
            $tail = $tail === '' && $this->isKnown($after) ? $after : $tail;
        }
        return "$head*" . (strlen($head) + strlen($tail) < strlen($name) ? $tail : '');
    }

    private function isKnown(string $name): bool {
        $words = array_flip(preg_split('~[^\p{L}\p{N}]+~u', strtolower($name)) ?: []);
        return isset($this->known[$name]) && preg_match('~[A-Za-z]{2}~', $name) === 1 && array_intersect_key($this->own, $words) === []
            && !Secrets::isValue($name);
    }

    /** Takes in what the PHP files of a folder write in quotes, comments left out, and the tables that they make. */
    private function read(string $folder): void {
        $left = self::FILES;
        foreach (new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS)) as $file) {
            if ($file->getExtension() !== 'php' || $file->getSize() > self::BYTES || $left-- < 0) {
                continue;
            }
            $code = php_strip_whitespace($file->getPathname());
            preg_match_all('~[\'"]([\w.:/-]{2,64})(?:[\'"{$%])|(?:[}sd])([_.:/-][\w.:/-]{1,64})[\'"]~', $code, $quoted);
            preg_match_all('~CREATE TABLE.{1,4000}?(?:;|["\']\s*[;).])~is', $code, $tables);
            preg_match_all('~\w{2,64}~', implode(' ', $tables[0]), $columns);
            $this->known += array_fill_keys(array_merge($quoted[1], $quoted[2], $columns[0]), true);
        }
    }
}
