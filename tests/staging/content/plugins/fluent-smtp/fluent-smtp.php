<?php
/**
 * Plugin Name: FluentSMTP (stand-in)
 * Description: Stand-in for tests. It does nothing: no mail leaves a staging site.
 * Version: 2.2.80
 */

// As the real one does, and as no mail may leave.
if (!function_exists('wp_mail')) {
    function wp_mail()
    {
        return true;
    }
}
