<?php

namespace Plan\Bridge;

/** Which parts of a name are a program's own words; whatever is not may be a person's, a client's or a number, and is a star. */
final class Words {
    private const FILES = 6000;
    private const BYTES = 400000;

    /** @var array<string, true> what the code writes in quotes */
    private array $known = [];
    /** @var array<string, int> words of this site's address, title and administrators, which no name may show */
    private array $own = [];
    /** @var string[] folders and files of plugins that others publish */
    public array $plugins = [];

    /** @param string[] $vendors plugin folders that others publish, although they say so nowhere */
    public function __construct(array $vendors, array $patterns) {
        $this->read(ABSPATH . WPINC);
        $this->read(ABSPATH . 'wp-admin/includes');
        $core = $this->known;
        foreach (glob(WP_PLUGIN_DIR . '/*', GLOB_ONLYDIR) as $folder) {
            $name = basename($folder);
            if (in_array($name, $vendors, true) || preg_grep('~/readme\.(?:txt|md)$~i', glob("$folder/*.*")) !== []) {
                $this->plugins[] = $name;
                $this->read($folder);
            }
        }
        foreach ($patterns as $pattern) {
            $this->known += array_fill_keys(explode('*', $pattern), true);
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
            $before = substr($name, 0, $at + 1);
            $head = $this->isKnown($before) || $this->isKnown(substr($name, 0, $at)) ? $before : $head;
            $after = substr($name, $at);
            $tail = $tail === '' && $this->isKnown($after) ? $after : $tail;
        }
        return strlen($head) + strlen($tail) < strlen($name) ? "$head*$tail" : "$head*";
    }

    private function isKnown(string $name): bool {
        if (!isset($this->known[$name]) || !preg_match('~[A-Za-z]{2}~', $name) || Secrets::isValue($name)) {
            return false;
        }
        return array_intersect_key($this->own, array_flip(preg_split('~[^\p{L}\p{N}]+~u', strtolower($name)))) === [];
    }

    /** Takes in what the PHP files of a folder write in quotes, comments left out. */
    private function read(string $folder): void {
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS));
        $left = self::FILES;
        foreach ($files as $file) {
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
