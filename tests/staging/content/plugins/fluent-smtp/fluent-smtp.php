<?php
/**
 * Plugin Name: FluentSMTP (stand-in)
 * Description: Stand-in for tests. It does nothing: no mail leaves a staging site.
 * Version: 2.2.80
 */
