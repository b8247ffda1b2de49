<?php
/**
 * WooCommerce's log, which support reads with the merchant.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Writes to WooCommerce's log. No line may hold a token or customer data.
 *
 * @since 1.0.0
 */
final class Log {

	const SOURCE = 'wc-ad-credit';

	/**
	 * Log an event that resolves itself.
	 *
	 * @since 1.0.0
	 *
	 * @param string $line The line.
	 * @return void
	 */
	public function info( string $line ): void {
		$this->write_line( 'info', $line );
	}

	/**
	 * Log an event that may need attention.
	 *
	 * @since 1.0.0
	 *
	 * @param string $line The line.
	 * @return void
	 */
	public function warning( string $line ): void {
		$this->write_line( 'warning', $line );
	}

	/**
	 * Write a line to the log. Does nothing without WooCommerce, since uninstalling may run without it.
	 *
	 * @since 1.1.0
	 *
	 * @param string $level The level, as WooCommerce names it.
	 * @param string $line  The line.
	 * @return void
	 */
	private function write_line( string $level, string $line ): void {
		if ( function_exists( 'wc_get_logger' ) ) {
			wc_get_logger()->log( $level, $line, array( 'source' => self::SOURCE ) );
		}
	}
}
