<?php

namespace Plan\Bridge;

/** In the place of a value that is there and does not leave. */
final class Withheld implements \JsonSerializable {
    public string $reason;
    private array $members;

    public function __construct(string $reason, ?int $length = null) {
        $this->reason = $reason;
        $this->members = ['withheld' => $reason] + ($length === null ? [] : ['length' => $length]);
    }

    public function jsonSerialize(): array {
        return $this->members;
    }
}
