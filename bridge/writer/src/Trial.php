<?php

namespace Plan\Bridge;

/** One mail to an address that reaches nobody, and whether something was seen to hold it back. */
final class Trial {
    public static function answer(array $body): array {
        $writes = new Writes();
        $writes->ensureOpen();
        $store = new Store();
        if (!$store->within(static fn (): bool => Lock::holds($store, $body['token'] ?? null))) {
            throw new Failure('lock-lost', 'The lock on this site ended, or somebody else took it.');
        }
        // No name that ends so leads anywhere (RFC 6761), should the mail leave all the same.
        $to = 'plan-' . bin2hex(random_bytes(8)) . '@trap.invalid';
        $by = null;
        foreach ($writes->traps as $trap) {
            isset($trap['action']) && add_action($trap['action'], static function ($mailer) use ($to, $trap, &$by): void {
                $isIt = $mailer instanceof \PHPMailer\PHPMailer\PHPMailer && isset($mailer->getAllRecipientAddresses()[$to]);
                $by = $by ?? ($isIt ? $trap['name'] : null);
            });
        }
        $sent = wp_mail($to, 'Is this mail held back?', 'It is sent to see that no mail leaves this site. It reaches nobody.');
        foreach ($writes->traps as $trap) {
            $by = $by ?? (isset($trap['table']) && self::isLogged($store, $trap, $to) ? $trap['name'] : null);
        }
        return ['to' => $to, 'sent' => (bool) $sent, 'held_back_by' => $by];
    }

    private static function isLogged(Store $store, array $log, string $to): bool {
        global $wpdb;
        $has = static fn (string $column, string $text): string => 'LOCATE(' . $store->quote($text) . ", `$column`) > 0";
        try {
            $where = $has($log['to'], $to) . ' AND ' . $has($log['column'], $log['holds']);
            return $store->row("SELECT 1 FROM `{$wpdb->prefix}$log[table]` WHERE $where LIMIT 1") !== null;
        } catch (Failure $failure) {
            // There is no such table.
            return false;
        }
    }
}
