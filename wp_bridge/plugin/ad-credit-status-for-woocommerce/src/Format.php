<?php
/**
 * Amounts, dates and times as the site writes them.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Formats values of a status document.
 *
 * @since 1.0.0
 */
final class Format {

	const DATE = '/^\d{4}-\d\d-\d\d$/D';
	const TIME = '/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/D';

	/**
	 * Write 1234.5 USD as "1,234.50 USD", digit by digit.
	 *
	 * @since 1.0.0
	 *
	 * @param string $amount   A decimal text.
	 * @param string $currency Its currency.
	 * @return string Empty for what is no amount.
	 */
	public function money( string $amount, string $currency ): string {
		global $wp_locale;
		if ( ! preg_match( '/^(-?)0*(\d+?)(?:\.(\d{1,4}))?$/D', $amount, $part ) ) {
			return '';
		}
		$thousands = preg_replace( '/\B(?=(\d{3})+$)/', $wp_locale->number_format['thousands_sep'], $part[2] );
		$digits    = str_pad( $part[3] ?? '', 2, '0' );
		return trim( $part[1] . $thousands . $wp_locale->number_format['decimal_point'] . $digits . "\u{a0}" . $currency );
	}

	/**
	 * Write a date of the ad account's zone; no other zone moves it.
	 *
	 * @since 1.0.0
	 *
	 * @param string $date As 2025-12-01.
	 * @return string Empty for what is no date.
	 */
	public function date( string $date ): string {
		$at = preg_match( self::DATE, $date ) ? (int) strtotime( "$date 00:00:00 UTC" ) : 0;
		return $at ? (string) wp_date( get_option( 'date_format' ), $at, new \DateTimeZone( 'UTC' ) ) : '';
	}

	/**
	 * Write a moment in the site's zone.
	 *
	 * @since 1.0.0
	 *
	 * @param string $time As 2025-12-01T22:00:00Z.
	 * @return string Empty for what is no moment.
	 */
	public function time( string $time ): string {
		$at = preg_match( self::TIME, $time ) ? (int) strtotime( $time ) : 0;
		return $at ? $this->moment( $at ) : '';
	}

	/**
	 * Write a Unix time in the site's zone.
	 *
	 * @since 1.1.0
	 *
	 * @param int $at Unix time.
	 * @return string
	 */
	public function moment( int $at ): string {
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $at );
	}

	/**
	 * Write how long ago something was.
	 *
	 * @since 1.0.0
	 *
	 * @param int $at Unix time.
	 * @return string
	 */
	public function age( int $at ): string {
		/* translators: %s: a length of time, such as "2 hours". */
		return sprintf( __( '%s ago', 'ad-credit-status-for-woocommerce' ), human_time_diff( $at ) );
	}

	/**
	 * Write the value of a piece of evidence: dates and moments as everywhere else on the page.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value A JSON value.
	 * @return string
	 */
	public function value( $value ): string {
		if ( null === $value ) {
			return __( 'not known', 'ad-credit-status-for-woocommerce' );
		}
		if ( is_bool( $value ) ) {
			return $value ? __( 'yes', 'ad-credit-status-for-woocommerce' ) : __( 'no', 'ad-credit-status-for-woocommerce' );
		}
		if ( ! is_string( $value ) ) {
			return (string) wp_json_encode( $value );
		}
		$written = $this->date( $value ) . $this->time( $value );
		return '' === $written ? $value : $written;
	}
}
