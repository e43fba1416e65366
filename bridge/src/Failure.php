<?php

namespace Plan\Bridge;

/** What ends a capture, as its `error` line. No value of the site is in it. */
final class Failure extends \Exception {
    public array $members;

    public function __construct(string $code, string $message, array $more = []) {
        parent::__construct($message);
        $this->members = ['code' => $code, 'message' => $message] + $more;
    }
}
