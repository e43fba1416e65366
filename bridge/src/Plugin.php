<?php

namespace Plan\Bridge;

/** All that the site gains by this plugin: three routes and a screen; no option, no table, no file. */
final class Plugin {
    private const VERSION = '0.1.0';
    private const FORMAT = 1;
    private const ANSWERS = ['capture' => [Capture::class, 'write'], 'inventory' => [Inventory::class, 'write']];

    public static function register(): void {
        $arrived = count(array_filter([$_SERVER['HTTP_AUTHORIZATION'] ?? '', $_SERVER['PHP_AUTH_USER'] ?? '']));
        $own = (string) ($_SERVER['HTTP_X_PLAN_AUTHORIZATION'] ?? '');
        if ($arrived === 0 && strpos($own, 'Basic ') === 0) {
            // Where a server drops `Authorization`; WordPress judges this login as it judges any other.
            $_SERVER['HTTP_AUTHORIZATION'] = $own;
            wp_populate_basic_auth_from_authorization_header();
        }
        $may = static fn (): bool => current_user_can('manage_options');
        add_action('rest_api_init', static function () use ($may): void {
            foreach (['capabilities', 'inventory', 'capture'] as $name) {
                $answer = static function (\WP_REST_Request $request) use ($name): array {
                    // WordPress answers HEAD by the callback of GET.
                    $request->get_method() === 'GET' && isset(self::ANSWERS[$name]) && Stream::answer($name, false, self::ANSWERS[$name]);
                    return self::capabilities();
                };
                register_rest_route('plan/v1', "/$name", ['methods' => 'GET', 'permission_callback' => $may, 'callback' => $answer]);
            }
        });
        // No answer of these routes is kept by a cache, a refusal neither; WordPress itself says less, before or after this. Whether the
        // header of a login arrived is said to anybody who sends one, and nothing of it.
        add_filter('rest_pre_serve_request', static function ($isServed, $result, $request) use ($arrived, $own) {
            if (strpos($request->get_route(), '/plan/v1') === 0 && !headers_sent()) {
                array_map('header', ['Cache-Control: no-store, private', "X-Plan-Login: $arrived", 'X-Plan-Own-Login: ' . (int) ($own !== '')]);
                add_filter('nocache_headers', static fn (array $headers): array => ['Cache-Control' => 'no-store, private'] + $headers);
            }
            return $isServed;
        }, 0, 3);
        add_action('admin_menu', static fn () => add_management_page('Plan', 'Plan', 'manage_options', 'plan-bridge', [Screen::class, 'show']));
        foreach (self::ANSWERS as $name => $write) {
            add_action("admin_post_plan_$name", static function () use ($name, $write, $may): void {
                check_admin_referer("plan_$name");
                $may() || wp_die('Only an administrator may read this.', 403);
                Stream::answer($name, true, $write);
            });
        }
    }

    /** What the first lines of a capture and of an inventory have in common. */
    public static function header(Request $request, string $database): array {
        return self::self() + [
            'request' => ['sha256' => $request->sha256, 'adapters' => $request->entries('adapters')],
            'taken_at' => gmdate('Y-m-d\TH:i:s\Z'),
            'versions' => ['wordpress' => get_bloginfo('version'), 'php' => PHP_VERSION, 'database' => $database],
            'multisite' => is_multisite(), 'object_cache' => (bool) wp_using_ext_object_cache(),
        ];
    }

    private static function capabilities(): array {
        try {
            $request = ['sha256' => (new Request())->sha256];
        } catch (Failure $failure) {
            $request = ['error' => $failure->getMessage()];
        }
        return self::self() + ['request' => $request, 'wordpress' => get_bloginfo('version'), 'reads' => array_keys(self::ANSWERS)];
    }

    private static function self(): array {
        $read = static fn (string $file): string => substr($file, strlen(dirname(__DIR__)) + 1) . "\0" . file_get_contents($file) . "\0";
        $all = implode('', array_map($read, array_merge([dirname(__DIR__) . '/plan-bridge.php'], glob(__DIR__ . '/*.php'))));
        return ['format' => self::FORMAT, 'plugin' => ['name' => 'plan-bridge', 'version' => self::VERSION, 'sha256' => hash('sha256', $all)]];
    }
}
