<?php

namespace Plan\Bridge;

/** One compare-and-set on one option: places of its value, by pointers, set where it is still what was read. */
final class Change {
    private const SETS = 200;
    private Store $store;
    private string $option;
    /** What is in the database, and is to be; of the transient of the same name, whether it is set too. */
    private string $old;
    private string $new;
    private bool $hasTwin = false;

    /** A value that may be written, as it is now: its digest, and what the list of this plugin lets leave the site of it; `more` are others. */
    public static function stored(array $body): array {
        $writes = new Writes();
        $writes->ensureOpen();
        $store = new Store();
        $more = is_array($body['more'] ?? null) ? array_values($body['more']) : [];
        if (count($more) > self::SETS) {
            throw new Failure('request', 'What is read at once is up to ' . self::SETS . ' more options.');
        }
        $of = static function ($option) use ($store, $writes): self {
            $change = new self();
            [$change->store, $change->option] = [$store, self::name(['option' => $option])];
            $writes->ensureNamed($change->option);
            return $change;
        };
        [$first, $others] = [$of($body['option'] ?? null), array_map($of, $more)];
        $store->within(static fn () => self::ensureHeld($store, $body));
        $there = array_filter($others, static fn (self $change): bool => $change->isThere());
        return $first->shown() + ['more' => array_map(static fn (self $change): array => $change->shown()['option'], array_values($there))];
    }

    public static function answer(array $body): array {
        $writes = new Writes();
        $writes->ensureOpen();
        $change = new self();
        $change->store = new Store();
        $change->store->ensureTransactional();
        [$change->option, $sets] = [self::name($body), self::sets($body)];
        $writes->ensureListed($change->option, $sets);
        [$key, $expected] = [$body['key'] ?? '', $body['sha256'] ?? ''];
        if (!is_string($key) || !is_string($expected) || preg_match('~^[0-9a-f]{64} [0-9a-f]{64}$~D', "$key $expected") !== 1) {
            throw new Failure('request', 'A key and a digest are 64 hexadecimal digits each.');
        }
        $request = hash('sha256', json_encode([$change->option, $expected, $sets], Stream::JSON));
        $change->ensureNobodyFilters();
        $known = $change->store->within(static fn () => $change->within($body, $key, $request, $expected, $sets));
        if ($known !== null) {
            return ['outcome' => $known, 'replayed' => true] + $change->shown();
        }
        return ['outcome' => Aftermath::of($change->store, $key, $change->option, $change->old, $change->new)] + $change->shown();
    }

    /** All of it in one transaction: the outcome of the same request before, or nothing once it is written. */
    private function within(array $body, string $key, string $request, string $expected, array $sets): ?string {
        global $wpdb;
        // The lock's row comes first: whoever has it is alone until the transaction ends.
        $isHeld = Lock::holds($this->store, $body['token'] ?? null);
        [$id, $option] = [$this->store->quote($key), $this->store->quote($this->option)];
        [$known, $outcome] = $this->store->row('SELECT request, outcome FROM ' . Store::table('changes') . " WHERE id = $id") ?? [null, null];
        if ($known !== null && $known !== $request) {
            throw new Failure('key', 'This key belongs to another change.');
        }
        if ($known !== null) {
            return $outcome;
        }
        $isHeld || self::ensureHeld($this->store, []);
        $this->old = $this->raw('FOR UPDATE');
        $before = hash('sha256', $this->old);
        if ($before !== $expected) {
            throw new Failure('stale', "`$this->option` is not what was read any more.", ['sha256' => $before]);
        }
        $this->ensureTwin();
        $this->new = Splice::set($this->old, $sets);
        [$after, $value] = [hash('sha256', $this->new), $this->store->quote($this->new)];
        $twin = $this->hasTwin ? ', ' . $this->store->quote("_transient_$this->option") : '';
        $this->store->run("UPDATE `$wpdb->options` SET option_value = $value WHERE option_name IN ($option$twin)");
        if ($this->raw('') !== $this->new) {
            throw new Failure('unfaithful', 'The database keeps something else than what it is given.');
        }
        // Whoever dies from here on leaves this: what comes after the commit was not seen to end.
        $outcome = $this->store->quote(Aftermath::OPEN);
        $this->store->run('INSERT INTO ' . Store::table('changes') . " VALUES ($id, '$request', $option, '$after', $outcome, 0)");
        [$places, $user, $token] = [$this->store->quote(json_encode(array_keys($sets))), get_current_user_id(), (int) $body['token']];
        $this->store->run('INSERT INTO ' . Store::table('audit') . ' (at, user_id, token, change_id, option_name, places, `before`, after)'
            . " VALUES (UTC_TIMESTAMP(), $user, $token, $id, $option, $places, '$before', '$after')");
        return null;
    }

    private function raw(string $lock): string {
        global $wpdb;
        $name = $this->store->quote($this->option);
        [$raw, $other] = $this->store->row("SELECT option_value, option_name FROM `$wpdb->options` WHERE option_name = $name $lock") ?? [null, null];
        if ($raw === null || $other !== $this->option) {
            throw new Failure('missing', "There is no option `$this->option`.");
        }
        return $raw;
    }

    private function isThere(): bool {
        try {
            return $this->raw('') !== null;
        } catch (Failure $failure) {
            return false;
        }
    }

    /** The transient of the same name, which some plugins read before the option: the same, ended, or the end of this. */
    private function ensureTwin(): void {
        global $wpdb;
        $read = fn (string $name): ?array => $this->store->row(
            "SELECT option_value FROM `$wpdb->options` WHERE option_name = {$this->store->quote($name . $this->option)} FOR UPDATE"
        );
        [$twin, $ends] = [$read('_transient_'), $read('_transient_timeout_')];
        $this->hasTwin = $twin !== null && ($ends === null || (int) $ends[0] > time());
        $cached = wp_using_ext_object_cache() ? wp_cache_get($this->option, 'transient', true) : false;
        if (($this->hasTwin && $twin[0] !== $this->old) || ($cached !== false && maybe_serialize($cached) !== $this->old)) {
            throw new Failure('twin-differs', "The transient `$this->option` says something else than the option of its name.");
        }
    }

    /** WordPress's own setter would let others change the value first: what comes of that nobody can compare and set. */
    private function ensureNobodyFilters(): void {
        foreach (["pre_update_option_$this->option", 'pre_update_option', "sanitize_option_$this->option"] as $filter) {
            if (has_filter($filter)) {
                throw new Failure('filtered', "Other code of this site changes `$this->option` when it is set (`$filter`).");
            }
        }
    }

    private function shown(): array {
        $raw = $this->raw('');
        $picks = [];
        foreach ((new Request())->entries('options') as $entry) {
            if (($entry['scope'] ?? 'site') === 'site') {
                $picks[$entry['name']] = array_merge($picks[$entry['name']] ?? [], $entry['pick'] ?? ['']);
            }
        }
        $value = Picker::ofName('option', $picks, $this->option)->value($raw);
        return ['option' => ['name' => $this->option, 'sha256' => hash('sha256', $raw), 'length' => strlen($raw), 'value' => $value, 'twin' => null]];
    }

    private static function ensureHeld(Store $store, array $body): void {
        if (!Lock::holds($store, $body['token'] ?? null)) {
            throw new Failure('lock-lost', 'The lock on this site ended, or somebody else took it.');
        }
    }

    private static function name(array $body): string {
        $name = $body['option'] ?? null;
        if (!is_string($name) || preg_match('~^[!-\~]{1,180}$~D', $name) !== 1 || preg_match('~^_(?:site_)?transient_~', $name) === 1) {
            throw new Failure('request', 'An option is named by up to 180 plain characters, and is no transient.');
        }
        return $name;
    }

    /** The values by their pointers. */
    private static function sets(array $body): array {
        $all = is_array($body['set'] ?? null) ? $body['set'] : [];
        if ($all === [] || count($all) > self::SETS) {
            throw new Failure('request', 'What is set is from 1 to ' . self::SETS . ' places.');
        }
        return $all;
    }
}
