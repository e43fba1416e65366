<?php

namespace Plan\Bridge;

/** Tools > Plan: what may be read, in words, and two buttons. */
final class Screen {
    private const FROM = ['options' => 'Setting', 'usermeta' => 'Member\'s field', 'postmeta' => 'Page\'s field', 'tables' => 'Table',
        'users' => 'Members', 'calls' => 'Function', 'constants' => 'Constants of PHP', 'functions' => 'Who defines', 'cron' => 'Scheduled work',
        'content' => 'Shortcodes of published pages'];

    public static function show(): void {
        echo '<div class="wrap"><h1>Plan</h1><p>This plugin reads parts of this site for <code>plan</code>. It writes nothing, and sends '
            . 'nothing to anybody: you download a file here and give it to whom you want.</p><h2>Capture</h2>';
        try {
            $rows = self::rows(new Request());
        } catch (Failure $failure) {
            echo '<div class="notice notice-error"><p>' . esc_html($failure->getMessage()) . '</p></div></div>';
            return;
        }
        echo '<p>It holds what is listed here, personal data of members included. Give it only to who does the switch.</p>'
            . '<table class="widefat striped"><thead><tr><th>From</th><th>What is read</th><th>What it is for</th></tr></thead><tbody>';
        $row = static fn (array $cells): string => '<tr><td>' . implode('</td><td>', array_map('esc_html', $cells)) . '</td></tr>';
        echo implode('', array_map($row, $rows)) . '</tbody></table><p><strong>Never read:</strong> passwords, keys, tokens, licences and the '
            . 'like (whatever is named or shaped like one, where it is listed above too), the text of pages, and anything that is not listed.</p>';
        self::button('capture', 'Download the capture');
        echo '<h2>Inventory</h2><p>It holds the names and shapes of this site\'s settings, fields and tables, and no values. '
            . 'Names that are not a program\'s own words are replaced by a star, so that it can be sent to a stranger.</p>';
        self::button('inventory', 'Download the inventory');
        echo '</div>';
    }

    /** What the request names, row by row: from where, what, what for. */
    private static function rows(Request $request): array {
        $rows = [];
        foreach (self::FROM as $section => $from) {
            $entries = $request->entries($section);
            foreach (isset($entries[0]) && is_array($entries[0]) ? $entries : array_filter([$entries]) as $entry) {
                $what = $entry['columns'] ?? $entry['shortcodes'] ?? $entry['pick'] ?? (isset($entry[0]) ? $entry : ['the whole value']);
                $what = isset($entry['effects']) && $entry['effects'] !== 'none' ? ["not called, since its effects are {$entry['effects']}"] : $what;
                $name = $entry['name'] ?? $entry['key'] ?? $entry['call'] ?? '';
                $rows[] = [trim("$from $name"), implode(', ', $what ?: ['the number of rows']), $entry['for'] ?? ''];
            }
        }
        return array_merge($rows, $request->entries('plugins') === [true] ? [['Plugins', 'names, versions, whether active', '']] : []);
    }

    private static function button(string $name, string $label): void {
        $action = esc_url(admin_url('admin-post.php'));
        echo "<form method=\"post\" action=\"$action\"><input type=\"hidden\" name=\"action\" value=\"plan_$name\">"
            . wp_nonce_field("plan_$name", '_wpnonce', true, false) . get_submit_button($label, 'primary', 'submit', false) . '</form>';
    }
}
