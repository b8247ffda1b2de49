<?php
/**
 * The formats of amounts, dates and times, which are those of the status document's sentences.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Formats amounts, dates and times by the document's formats, or by the site's where it has none.
 *
 * @since 1.0.0
 */
final class Formatter {

	const DATE_PATTERN = '/^\d{4}-\d\d-\d\d$/D';
	const TIME_PATTERN = '/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/D';

	/** Fields of a CLDR pattern with their equivalents in PHP's date formats. */
	const CLDR_FIELDS = array(
		'MMMM' => 'F',
		'MMM'  => 'M',
		'MM'   => 'm',
		'M'    => 'n',
		'dd'   => 'd',
		'd'    => 'j',
		'y'    => 'Y',
		'HH'   => 'H',
		'H'    => 'G',
		'hh'   => 'h',
		'h'    => 'g',
		'mm'   => 'i',
		'a'    => 'A',
	);

	/**
	 * The formats of the document on the page; null for those of the site.
	 *
	 * @since 1.1.0
	 * @var Document|null
	 */
	private ?Document $formats = null;

	/**
	 * Use the formats of a document from here on, so that one page has one format.
	 *
	 * @since 1.1.0
	 *
	 * @param Document|null $document A status document; null for the site's own formats.
	 * @return void
	 */
	public function use_document_formats( ?Document $document ): void {
		$formats       = $document ? $document->get_value( 'formats' ) : null;
		$this->formats = is_array( $formats ) ? new Document( $formats ) : null;
	}

	/**
	 * Format an amount: 1234.5 USD as "$1,234.50", or as "1,234.50 USD" without a format for the currency.
	 *
	 * Works on the digits, since a float would lose some of a large amount.
	 *
	 * @since 1.0.0
	 *
	 * @param string $amount   A decimal string.
	 * @param string $currency The currency's code.
	 * @return string Empty for an invalid amount.
	 */
	public function format_money( string $amount, string $currency ): string {
		global $wp_locale;
		if ( ! preg_match( '/^(-?)0*(\d+?)(?:\.(\d{1,4}))?$/D', $amount, $part ) ) {
			return '';
		}
		$money     = $this->get_format( "money.$currency" );
		$separator = '' === $money ? $wp_locale->number_format['thousands_sep'] : $this->get_format( 'group' );
		$point     = '' === $money ? $wp_locale->number_format['decimal_point'] : $this->get_format( 'decimal' );
		$digits    = $part[1] . preg_replace( '/\B(?=(\d{3})+$)/', $separator, $part[2] ) . $point . str_pad( $part[3] ?? '', 2, '0' );
		return '' === $money ? trim( "$digits\u{a0}$currency" ) : str_replace( '{amount}', $digits, $money );
	}

	/**
	 * Format a date of the ad account's time zone, without converting it to another zone.
	 *
	 * @since 1.0.0
	 *
	 * @param string $date As 2025-12-01.
	 * @return string Empty for an invalid date.
	 */
	public function format_date( string $date ): string {
		$timestamp = preg_match( self::DATE_PATTERN, $date ) ? (int) strtotime( "$date 00:00:00 UTC" ) : 0;
		return $timestamp ? $this->format_by_pattern( 'date', $timestamp, new \DateTimeZone( 'UTC' ) ) : '';
	}

	/**
	 * Format a time in the site's time zone.
	 *
	 * @since 1.0.0
	 *
	 * @param string $time As 2025-12-01T22:00:00Z.
	 * @return string Empty for an invalid time.
	 */
	public function format_time( string $time ): string {
		$timestamp = preg_match( self::TIME_PATTERN, $time ) ? (int) strtotime( $time ) : 0;
		return $timestamp ? $this->format_timestamp( $timestamp ) : '';
	}

	/**
	 * Format a Unix time as date and time in the site's time zone.
	 *
	 * @since 1.1.0
	 *
	 * @param int $timestamp Unix time.
	 * @return string
	 */
	public function format_timestamp( int $timestamp ): string {
		$pattern = $this->get_format( 'moment' );
		return strtr(
			'' === $pattern ? '{1} {0}' : $pattern,
			array(
				'{1}' => $this->format_by_pattern( 'date', $timestamp, wp_timezone() ),
				'{0}' => $this->format_by_pattern( 'time', $timestamp, wp_timezone() ),
			)
		);
	}

	/**
	 * Format how long ago a time was.
	 *
	 * @since 1.0.0
	 *
	 * @param int $timestamp Unix time.
	 * @return string
	 */
	public function format_age( int $timestamp ): string {
		/* translators: %s: a length of time, such as "2 hours". */
		return sprintf( __( '%s ago', 'ad-credit-status-for-woocommerce' ), human_time_diff( $timestamp ) );
	}

	/**
	 * Format the value of a piece of evidence, dates and times as everywhere else on the page.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value A JSON value.
	 * @return string
	 */
	public function format_value( $value ): string {
		if ( null === $value ) {
			return __( 'not known', 'ad-credit-status-for-woocommerce' );
		}
		if ( is_bool( $value ) ) {
			return $value ? __( 'yes', 'ad-credit-status-for-woocommerce' ) : __( 'no', 'ad-credit-status-for-woocommerce' );
		}
		if ( ! is_string( $value ) ) {
			return (string) wp_json_encode( $value );
		}
		$formatted = $this->format_date( $value ) . $this->format_time( $value );
		return '' === $formatted ? $value : $formatted;
	}

	/**
	 * Format a date or a time by the document's CLDR pattern, or by the site's format where it has none.
	 *
	 * @since 1.1.0
	 *
	 * @param string        $name      The format's name: date or time.
	 * @param int           $timestamp Unix time.
	 * @param \DateTimeZone $zone      The time zone to use.
	 * @return string
	 */
	private function format_by_pattern( string $name, int $timestamp, \DateTimeZone $zone ): string {
		$cldr = $this->get_format( $name );
		if ( '' === $cldr ) {
			return (string) wp_date( (string) get_option( "{$name}_format" ), $timestamp, $zone );
		}
		$month = $this->get_format( 'months.' . ( (int) wp_date( 'n', $timestamp, $zone ) - 1 ) );
		$php   = '';
		preg_match_all( "/'([^']*)'|(MMMM|MMM|MM|M|dd|d|y|HH|H|hh|h|mm|a)|(.)/us", $cldr, $tokens, PREG_SET_ORDER );
		foreach ( $tokens as $token ) {
			$field = $token[2] ?? '';
			if ( 'MMMM' === $field && '' !== $month ) {
				$php .= $this->escape_literal( $month );
			} else {
				$php .= self::CLDR_FIELDS[ $field ] ?? $this->escape_literal( $token[1] . ( $token[3] ?? '' ) );
			}
		}
		return (string) wp_date( $php, $timestamp, $zone );
	}

	/**
	 * Escape a text so that PHP's date format prints it literally.
	 *
	 * @since 1.1.0
	 *
	 * @param string $text Any text.
	 * @return string
	 */
	private function escape_literal( string $text ): string {
		return (string) preg_replace( '/[a-z\\\\]/i', '\\\\$0', $text );
	}

	/**
	 * Return a format of the document.
	 *
	 * @since 1.1.0
	 *
	 * @param string $path Such as money.USD.
	 * @return string Empty when the document has none.
	 */
	private function get_format( string $path ): string {
		return $this->formats ? $this->formats->get_text( $path ) : '';
	}
}
