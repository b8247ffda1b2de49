<?php
/**
 * Removes everything the plugin ever kept, on every site of a network.
 *
 * @package WcAdCredit
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/src/Cleanup.php';

WcAdCredit\Cleanup::everything();
