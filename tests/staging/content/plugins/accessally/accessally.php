<?php
/**
 * Plugin Name: AccessAlly (stand-in)
 * Description: Stand-in for tests. It does nothing: the real AccessAlly is closed and paid.
 * Version: 4.3.1
 */
