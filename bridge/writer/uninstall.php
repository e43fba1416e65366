<?php

namespace Plan\Bridge;

defined('WP_UNINSTALL_PLUGIN') || exit;

require_once __DIR__ . '/src/Failure.php';
require_once __DIR__ . '/src/Store.php';

Store::drop();
