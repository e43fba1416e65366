<?php

namespace Plan\Bridge;

/** What WordPress's own setter does once the database has it: caches first, so that who reads then reads the new value, and hooks. */
final class Aftermath {
    public const OPEN = 'committed, hook failed', DONE = 'committed';

    /** After a commit; never before, as a hook's own work may end a transaction. */
    public static function of(Store $store, string $key, string $option, string $old, string $new): string {
        self::forget($option);
        try {
            [$before, $after] = [maybe_unserialize($old), maybe_unserialize($new)];
            do_action('update_option', $option, $before, $after);
            do_action("update_option_$option", $before, $after, $option);
            do_action('updated_option', $option, $before, $after);
        } catch (\Throwable $thrown) {
            return self::OPEN;
        }
        self::note($store, 'outcome = ' . $store->quote(self::DONE) . ", settled = 1 WHERE id = {$store->quote($key)}");
        return self::DONE;
    }

    /** Where a request died after its commit: nobody reads the old value any more. Its hooks are not run a second time. */
    public static function settle(Store $store): array {
        $settled = [];
        foreach ($store->run('SELECT id, option_name FROM ' . Store::table('changes') . ' WHERE settled = 0')->fetch_all() as [$key, $option]) {
            self::forget($option);
            self::note($store, "settled = 1 WHERE id = {$store->quote($key)}");
            $settled[] = $option;
        }
        return $settled;
    }

    private static function note(Store $store, string $set): void {
        $store->run('UPDATE ' . Store::table('changes') . " SET $set");
    }

    private static function forget(string $option): void {
        foreach ([[$option, 'options'], ['alloptions', 'options'], ['notoptions', 'options'], [$option, 'transient']] as [$key, $group]) {
            wp_cache_delete($key, $group);
        }
    }
}
