<?php

namespace Plan\Bridge;

/** The lock on the site itself: who may write, until when, under which number. A lower number never writes again. */
final class Lock {
    /** Seconds. */
    private const LEASE = 120;

    /** Takes it, or lets it go (`token`); what was committed and not cleaned up after is cleaned up. */
    public static function answer(array $body): array {
        (new Writes())->ensureOpen();
        $store = new Store();
        $store->ensureTransactional();
        [$holder, $token] = [$body['holder'] ?? '', $body['token'] ?? null];
        if (!is_string($holder) || preg_match('~^[0-9a-f]{64}$~D', $holder) !== 1 || !($token === null || is_int($token))) {
            throw new Failure('request', 'A holder is 64 hexadecimal digits, and a token a number.');
        }
        $store->make();
        [$new, $ends] = $store->within(static function () use ($store, $holder, $token): array {
            [$is, $last, $ends] = $store->row('SELECT holder, token, ends FROM ' . Store::table('lock') . ' WHERE id = 1 FOR UPDATE');
            $isTheirs = $is !== $holder && (int) $ends > time();
            if ($token === null && $isTheirs) {
                throw new Failure('locked', 'Somebody else writes to this site.', ['seconds' => (int) $ends - time()]);
            }
            $isLetGo = $token !== null && $is === $holder && (int) $last === $token;
            $isTaken = $token === null;
            // Later than any before, also where the database was put back to an earlier day, or is a copy of another one.
            $next = [$isTaken ? max((int) $last + 1, time()) : (int) $last, $isTaken ? time() + self::LEASE : ($isLetGo ? 0 : (int) $ends)];
            $set = $isTaken ? 'holder = ' . $store->quote($holder) . ', ' : '';
            $store->run('UPDATE ' . Store::table('lock') . " SET {$set}token = $next[0], ends = $next[1] WHERE id = 1");
            return $next;
        });
        return ['token' => $new, 'seconds' => max(0, $ends - time()), 'hooks_failed' => Aftermath::settle($store)];
    }

    /** Within a transaction: nobody else writes until it ends. Whether this token holds the lock, which then lasts longer. */
    public static function holds(Store $store, $token): bool {
        [$last, $ends] = $store->row('SELECT token, ends FROM ' . Store::table('lock') . ' WHERE id = 1 FOR UPDATE') ?? [0, 0];
        $isHeld = is_int($token) && (int) $last === $token && (int) $ends > time();
        $until = time() + self::LEASE;
        $isHeld && $store->run('UPDATE ' . Store::table('lock') . " SET ends = $until WHERE id = 1");
        return $isHeld;
    }
}
