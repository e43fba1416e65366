<?php

namespace Plan\Bridge;

/** What only PHP knows: cron, plugins, constants, and the calls that the request names. */
final class Runtime {
    public static function write(Request $request, Stream $stream): void {
        [$cron, $constants, $functions] = array_map([$request, 'entries'], ['cron', 'constants', 'functions']);
        $all = [['cron', $cron, self::cron($cron)], ['plugin', $request->entries('plugins') === [true] ? ['*'] : [], self::plugins()],
            ['constant', $constants, self::constants($constants)], ['function', $functions, self::functions($functions)]];
        foreach ($request->entries('calls') as $entry) {
            $all[] = ['call', [$entry['call']], self::call($entry)];
        }
        foreach ($all as [$kind, $of, $lines]) {
            $count = is_array($lines) ? ['expected' => count($lines)] : ['unread' => $lines];
            $of === [] || $stream->line('source', ['kind' => $kind, 'of' => $of] + $count, 0);
            foreach ($of !== [] && is_array($lines) ? $lines : [] as $line) {
                $stream->line($kind, $line);
            }
        }
    }

    /** Each hook that fits, with its next time. WordPress itself read this option when it began to answer. */
    public static function cron(array $patterns): array {
        $hooks = [];
        foreach (array_filter((array) get_option('cron'), 'is_array') as $time => $events) {
            $fits = static fn ($hook): bool => Request::fits($patterns, (string) $hook);
            foreach (array_filter($events, $fits, ARRAY_FILTER_USE_KEY) as $hook => $all) {
                $line = $hooks[$hook] ?? ['hook' => Picker::leaf((string) $hook), 'next' => $time, 'events' => 0, 'schedules' => []];
                $line['events'] += count($all);
                $schedules = array_map(static fn ($schedule) => $schedule ?: 'once', array_column($all, 'schedule'));
                $line['schedules'] = array_values(array_unique(array_merge($line['schedules'], $schedules)));
                $hooks[$hook] = $line;
            }
        }
        return array_values($hooks);
    }

    public static function plugins(): array {
        require_once ABSPATH . 'wp-admin/includes/plugin.php';
        $lines = [];
        foreach (['' => get_plugins(), 'must-use' => get_mu_plugins(), 'drop-in' => get_dropins()] as $status => $plugins) {
            foreach ($plugins as $file => $plugin) {
                $isActive = is_plugin_active_for_network($file) ? 'network-active' : (is_plugin_active($file) ? 'active' : 'inactive');
                $lines[] = ['file' => $file, 'version' => $plugin['Version'], 'status' => $status ?: $isActive];
            }
        }
        return $lines;
    }

    private static function constants(array $patterns): array {
        $all = get_defined_constants(true)['user'] ?? [];
        $names = array_values(array_filter(array_keys($all), static fn (string $name): bool => Request::fits($patterns, $name)));
        $value = static fn (string $name) => Picker::ofName('constant', [$name => ['']], $name)->value($all[$name]);
        return array_map(static fn (string $name): array => ['name' => $name, 'value' => $value($name)], $names);
    }

    /** Who defines each function that there is, and who filters `pre_` of it, which may answer in its place. */
    private static function functions(array $names): array {
        global $wp_filter;
        $lines = [];
        foreach (array_filter($names, 'function_exists') as $name) {
            $hooked = array_merge([], ...array_values($wp_filter["pre_$name"]->callbacks ?? []));
            $filters = array_values(array_unique(array_map([self::class, 'owner'], array_column($hooked, 'function'))));
            $lines[] = ['name' => $name, 'owner' => Picker::leaf(self::owner($name)), 'filters' => array_map([Picker::class, 'leaf'], $filters)];
        }
        return $lines;
    }

    /** Whose file defines what can be called: WordPress's own, or one in a folder of plugins or themes. No other path leaves. */
    private static function owner($called): string {
        // What only its own class can call says nothing.
        $file = is_callable($called) ? (string) (new \ReflectionFunction(\Closure::fromCallable($called)))->getFileName() : '';
        $roots = ['core' => ABSPATH . WPINC, 'plugin' => WP_PLUGIN_DIR, 'must-use' => WPMU_PLUGIN_DIR, 'theme' => get_theme_root()];
        foreach (array_filter(array_map('realpath', $roots)) as $owner => $root) {
            if (strpos($file, $root . DIRECTORY_SEPARATOR) === 0) {
                return $owner === 'core' ? $owner : "$owner:" . strtok(substr($file, strlen($root)), DIRECTORY_SEPARATOR);
            }
        }
        return 'other';
    }

    /**
     * Its line, or why there is none: only what a plugin defines, and what is known to have no effect, is called.
     *
     * @return string|array[]
     */
    private static function call(array $entry) {
        $call = $entry['call'];
        if (!is_callable($call) || $entry['effects'] !== 'none') {
            return is_callable($call) ? "effects-{$entry['effects']}" : 'no-such-call';
        }
        try {
            if (strpos(self::owner($call), 'plugin:') !== 0) {
                return 'not-a-plugins-call';
            }
            $value = call_user_func_array($call, array_values($entry['arguments'] ?? []));
            return [['call' => $call, 'value' => (new Picker($entry['pick'] ?? ['']))->value($value)]];
        } catch (\Throwable $thrown) {
            return 'failed';
        }
    }
}
