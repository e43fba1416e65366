<?php

namespace Plan\Bridge;

/** In the place of a value that is there and does not leave. */
final class Withheld implements \JsonSerializable {
    public string $reason;
    private ?int $length;

    public function __construct(string $reason, ?int $length = null) {
        $this->reason = $reason;
        $this->length = $length;
    }

    public function jsonSerialize(): array {
        return ['withheld' => $this->reason] + ($this->length === null ? [] : ['length' => $this->length]);
    }
}
