<?php
/**
 * The sites of a WordPress network.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Runs work on every site of the network.
 *
 * @since 1.1.0
 */
final class Sites {

	/**
	 * Call a function once on each site of the network.
	 *
	 * @since 1.1.0
	 *
	 * @param callable $callback Called without arguments, while its site is the current one.
	 * @return void
	 */
	public function for_each( callable $callback ): void {
		$query = array(
			'fields' => 'ids',
			'number' => 0,
		);
		foreach ( get_sites( $query ) as $site ) {
			switch_to_blog( (int) $site );
			$callback();
			restore_current_blog();
		}
	}
}
