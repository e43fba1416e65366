<?php

namespace Plan\Bridge;

/** All that this build adds to the plugin that reads: five routes, and tables that its uninstalling drops. */
final class Writer {
    /** Each route: how it is asked, and what answers. */
    private const ROUTES = [
        'writes' => ['GET', [self::class, 'announced']],
        'lock' => ['POST', [Lock::class, 'answer']],
        'stored' => ['POST', [Change::class, 'stored']],
        'changes' => ['POST', [Change::class, 'answer']],
        'trial' => ['POST', [Trial::class, 'answer']],
    ];
    private const BYTES = 65536;

    public static function register(): void {
        $may = static fn (): bool => current_user_can('manage_options');
        add_action('rest_api_init', static function () use ($may): void {
            foreach (self::ROUTES as $name => [$method, $answer]) {
                $callback = static fn (\WP_REST_Request $request): \WP_REST_Response => self::answer($request, $answer);
                register_rest_route('plan/v1', "/$name", ['methods' => $method, 'permission_callback' => $may, 'callback' => $callback]);
            }
        });
        add_action('tools_page_plan-bridge', [self::class, 'show'], 20);
    }

    /** What may be written, under what is read. */
    public static function show(): void {
        echo '<div class="wrap"><h2>What may be written</h2>';
        try {
            $writes = new Writes();
            $where = esc_html($writes->site);
            echo "<p>By `plan` alone, for an administrator, on <strong>$where</strong>: each value only where it still is what was read.</p><table>";
            foreach ($writes->options as $entry) {
                $takes = is_array($entry['takes']) ? implode(', ', $entry['takes']) : $entry['takes'];
                $cells = array_map('esc_html', ["Setting $entry[name]", $entry['at'], $takes, $entry['for']]);
                echo '<tr><td>' . implode('</td><td>', $cells) . '</td></tr>';
            }
            echo '</table><p>It may send one mail to an address that reaches nobody, to see whether mail is held back.</p>';
            $writes->ensureOpen();
            echo '<p>It can be written now.</p>';
        } catch (Failure $failure) {
            echo '<p>Nothing can be written now: ' . esc_html($failure->getMessage()) . '</p>';
        }
        echo '</div>';
    }

    private static function answer(\WP_REST_Request $request, callable $answer): \WP_REST_Response {
        try {
            $text = $request->get_body();
            $body = strlen($text) > self::BYTES ? null : json_decode($text === '' ? '{}' : $text, true, 8);
            return new \WP_REST_Response($answer(is_array($body) ? $body : []), 200);
        } catch (Failure $failure) {
            return new \WP_REST_Response($failure->members, 409);
        } catch (\Throwable $thrown) {
            // Its message may hold a value.
            $where = get_class($thrown) . ' in ' . basename($thrown->getFile()) . ':' . $thrown->getLine();
            return new \WP_REST_Response(['code' => 'fatal', 'message' => "PHP stopped ($where)."], 500);
        }
    }

    /** What may be written here, and why not now. */
    private static function announced(): array {
        try {
            $writes = new Writes();
            $writes->ensureOpen();
            (new Store())->ensureTransactional();
            return ['format' => 1, 'sha256' => $writes->sha256, 'site' => $writes->site, 'open' => true];
        } catch (Failure $failure) {
            return ['format' => 1, 'open' => false, 'why' => $failure->members];
        }
    }
}
