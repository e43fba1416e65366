<?php
/**
 * Plugin Name: ProgressAlly (stand-in)
 * Description: Stand-in for tests. It does nothing: the real ProgressAlly is closed.
 * Version: 2.9.3
 */
