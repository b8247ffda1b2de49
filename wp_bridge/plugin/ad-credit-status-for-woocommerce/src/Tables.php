<?php
/**
 * The tables of this site's database.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Checks for tables that WooCommerce may not have created.
 *
 * @since 1.1.0
 */
final class Tables {

	/**
	 * Check whether a table exists. Uninstalling may run without WooCommerce.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name The table's name without the site's prefix.
	 * @return bool
	 */
	public function has( string $name ): bool {
		global $wpdb;
		$table = $wpdb->prefix . $name;
		return $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table;
	}
}
