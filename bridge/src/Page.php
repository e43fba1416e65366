<?php

namespace Plan\Bridge;

/** What a page's content embeds: shortcodes with their arguments, and hosts. None of its text. */
final class Page {
    private const EMBEDDED = '~<(form|iframe|script|embed|object)\b[^<>]{0,2000}?\s(?:action|src|data)\s*=\s*["\']?((?:https?:)?//[^"\'\s>]+)~i';

    public static function of(string $text, array $patterns, bool $withHosts): array {
        if (strlen($text) > Inside::BYTES) {
            return ['unread' => 'too-large'];
        }
        $shortcodes = $hosts = [];
        $found = self::shortcodes($text);
        if ($found === null || preg_match_all(self::EMBEDDED, $withHosts ? $text : '', $all, PREG_SET_ORDER) === false) {
            return ['unread' => 'failed'];
        }
        foreach ($found as [, $name, $rest]) {
            if (Request::fits($patterns, $name)) {
                $arguments = [];
                foreach (array_filter((array) shortcode_parse_atts($rest), 'strlen') as $argument => $value) {
                    $arguments[$argument] = Picker::ofName('argument', [$argument => ['']], (string) $argument)->value($value);
                }
                $shortcodes[] = ['name' => $name, 'arguments' => (object) $arguments];
            }
        }
        foreach ($all as [, $element, $url]) {
            $host = strtolower((string) wp_parse_url(html_entity_decode($url), PHP_URL_HOST));
            $hosts[strtolower($element) . $host] = ['element' => strtolower($element), 'host' => $host];
        }
        return $shortcodes === [] && $hosts === [] ? [] : ['shortcodes' => $shortcodes, 'hosts' => array_values($hosts)];
    }

    /** The name and the text of the arguments of each shortcode; a doubled bracket says that it is none. Nothing where PHP gave up. */
    public static function shortcodes(string $text): ?array {
        $pattern = '~(?<!\[)\[([A-Za-z][\w-]*)((?:\s(?:"[^"]*+"|\'[^\']*+\'|[^[\]"\'])*+)?)/?\]~';
        return preg_match_all($pattern, $text, $all, PREG_SET_ORDER) === false ? null : $all;
    }
}
