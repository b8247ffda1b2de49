<?php
/**
 * WooCommerce's own log, which support reads with the merchant.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Writes lines without tokens or customers' data.
 *
 * @since 1.0.0
 */
final class Log {

	const SOURCE = 'wc-ad-credit';

	/**
	 * Note something that mends itself.
	 *
	 * @since 1.0.0
	 *
	 * @param string $line The line.
	 * @return void
	 */
	public function info( string $line ): void {
		$this->write( 'info', $line );
	}

	/**
	 * Note something that somebody may have to look at.
	 *
	 * @since 1.0.0
	 *
	 * @param string $line The line.
	 * @return void
	 */
	public function warning( string $line ): void {
		$this->write( 'warning', $line );
	}

	/**
	 * Write a line, unless WooCommerce is not there: uninstalling may run without it.
	 *
	 * @since 1.1.0
	 *
	 * @param string $level A level of WooCommerce's log.
	 * @param string $line  The line.
	 * @return void
	 */
	private function write( string $level, string $line ): void {
		if ( function_exists( 'wc_get_logger' ) ) {
			wc_get_logger()->log( $level, $line, array( 'source' => self::SOURCE ) );
		}
	}
}
