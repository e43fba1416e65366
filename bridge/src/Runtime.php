<?php

namespace Plan\Bridge;

/** What only PHP knows: cron, plugins, constants, and the calls that the request names. */
final class Runtime {
    public static function write(Request $request, Stream $stream): void {
        $all = [
            'cron' => [$request->entries('cron'), self::cron($request->entries('cron'))],
            'plugin' => [array_filter($request->entries('plugins')), self::plugins()],
            'constant' => [$request->entries('constants'), self::constants($request->entries('constants'))],
        ];
        foreach ($all as $kind => [$of, $lines]) {
            if ($of !== []) {
                $stream->line('source', ['kind' => $kind, 'of' => $kind === 'plugin' ? ['*'] : $of, 'expected' => count($lines)], 0);
                foreach ($lines as $line) {
                    $stream->line($kind, $line);
                }
            }
        }
        foreach ($request->entries('calls') as $entry) {
            [$line, $value] = self::call($entry);
            $stream->line('source', ['kind' => 'call', 'of' => [$entry['call']]] + $line, 0);
            if (!isset($line['unread'])) {
                $stream->line('call', ['call' => $entry['call'], 'value' => $value]);
            }
        }
    }

    /** Each hook that fits, with its next time. WordPress itself read this option when it began to answer. */
    public static function cron(array $patterns): array {
        $hooks = [];
        foreach ((array) get_option('cron') as $time => $events) {
            foreach (is_array($events) ? $events : [] as $hook => $all) {
                $hook = (string) $hook;
                if (Request::fits($patterns, $hook)) {
                    $hooks[$hook] = $hooks[$hook] ?? ['hook' => Picker::leaf($hook), 'next' => $time, 'events' => 0, 'schedules' => []];
                    foreach ($all as $event) {
                        $hooks[$hook]['events']++;
                        $hooks[$hook]['schedules'][] = ($event['schedule'] ?? '') ?: 'once';
                    }
                    $hooks[$hook]['schedules'] = array_values(array_unique($hooks[$hook]['schedules']));
                }
            }
        }
        return array_values($hooks);
    }

    public static function plugins(): array {
        require_once ABSPATH . 'wp-admin/includes/plugin.php';
        $lines = [];
        foreach (['plugin' => get_plugins(), 'must-use' => get_mu_plugins(), 'drop-in' => get_dropins()] as $kind => $plugins) {
            foreach ($plugins as $file => $plugin) {
                $status = is_plugin_active_for_network($file) ? 'network-active' : (is_plugin_active($file) ? 'active' : 'inactive');
                $lines[] = ['file' => $file, 'version' => $plugin['Version'], 'status' => $kind === 'plugin' ? $status : $kind];
            }
        }
        return $lines;
    }

    private static function constants(array $patterns): array {
        $lines = [];
        foreach (get_defined_constants(true)['user'] ?? [] as $name => $value) {
            if (Request::fits($patterns, $name)) {
                $lines[] = ['name' => $name, 'value' => Picker::ofName('constant', [$name => ['']], $name)->value($value)];
            }
        }
        return $lines;
    }

    /** Only what a plugin defines, and what is known to have no effect, is called. */
    private static function call(array $entry): array {
        $call = $entry['call'];
        $isThere = strpos($call, '::') === false ? function_exists($call) : is_callable($call);
        if ($entry['effects'] !== 'none' || !$isThere) {
            return [['unread' => $isThere ? "effects-{$entry['effects']}" : 'no-such-call'], null];
        }
        try {
            $called = strpos($call, '::') === false ? new \ReflectionFunction($call) : new \ReflectionMethod(...explode('::', $call));
            $isPlugins = strpos((string) $called->getFileName(), realpath(WP_PLUGIN_DIR) . DIRECTORY_SEPARATOR) === 0;
            $value = $isPlugins ? call_user_func_array($call, array_values($entry['arguments'] ?? [])) : null;
        } catch (\Throwable $thrown) {
            return [['unread' => 'failed'], null];
        }
        return [$isPlugins ? ['expected' => 1] : ['unread' => 'not-a-plugins-call'], (new Picker($entry['pick'] ?? ['']))->value($value)];
    }
}
