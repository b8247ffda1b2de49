<?php
/**
 * The store's own log (WooCommerce, Status, Logs), under our name. Holds no token and nobody's data.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Log {

	const SOURCE = array( 'source' => 'wc-ad-credit' );

	public static function info( string $line ): void {
		wc_get_logger()->info( $line, self::SOURCE );
	}

	public static function warning( string $line ): void {
		wc_get_logger()->warning( $line, self::SOURCE );
	}
}
