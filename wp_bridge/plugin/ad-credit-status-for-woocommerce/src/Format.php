<?php
/**
 * Numbers and dates as the reader writes them. Amounts stay decimal text: none ever becomes a float.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Format {

	/** 1234.5 USD as "1,234.50 USD"; '' for what is no amount. */
	public static function money( string $amount, string $currency ): string {
		global $wp_locale;
		if ( ! preg_match( '/^(-?)0*(\d+?)(?:\.(\d{1,4}))?$/D', $amount, $part ) ) {
			return '';
		}
		$thousands = preg_replace( '/\B(?=(\d{3})+$)/', $wp_locale->number_format['thousands_sep'], $part[2] );
		$digits    = str_pad( $part[3] ?? '', 2, '0' );
		return trim( $part[1] . $thousands . $wp_locale->number_format['decimal_point'] . $digits . "\u{a0}" . $currency );
	}

	/** A date of the account's zone, as it is; '' for what is none. */
	public static function date( string $date ): string {
		$time = self::moment( $date, '/^\d{4}-\d\d-\d\d$/D' );
		return $time ? (string) wp_date( get_option( 'date_format' ), $time, new \DateTimeZone( 'UTC' ) ) : '';
	}

	/** A moment in the site's zone; '' for what is none. */
	public static function time( string $time ): string {
		$at = self::moment( $time, '/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/D' );
		return $at ? (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $at ) : '';
	}

	/** How long ago, in words. */
	public static function age( int $at ): string {
		/* translators: %s: a length of time, such as "2 hours". */
		return sprintf( __( '%s ago', 'ad-credit-status-for-woocommerce' ), human_time_diff( $at ) );
	}

	private static function moment( string $text, string $pattern ): int {
		return preg_match( $pattern, $text ) ? (int) strtotime( strlen( $text ) === 10 ? "$text 00:00:00 UTC" : $text ) : 0;
	}
}
