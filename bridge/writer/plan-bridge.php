<?php

/**
 * Plugin Name: Plan bridge
 * Description: Reads what request.json names, for `plan`, and writes what writes.json names, on one site. See Tools > Plan.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * License: MIT OR Apache-2.0
 */

namespace Plan\Bridge;

defined('ABSPATH') || exit;

spl_autoload_register(static function (string $class): void {
    if (preg_match('~^Plan\\\\Bridge\\\\(\w+)$~', $class, $found) === 1) {
        require __DIR__ . "/src/$found[1].php";
    }
});

Plugin::register();
Writer::register();
