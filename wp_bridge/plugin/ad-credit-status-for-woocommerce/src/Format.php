<?php
/**
 * Amounts, dates and times as the sentences of the status document write them.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Formats values of a status document; without its formats, as the site does.
 *
 * @since 1.0.0
 */
final class Format {

	const DATE = '/^\d{4}-\d\d-\d\d$/D';
	const TIME = '/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/D';

	/** Fields of a CLDR pattern, and what they are in PHP. */
	const FIELDS = array(
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
	 * The formats of the document that is shown.
	 *
	 * @since 1.1.0
	 * @var Document|null
	 */
	private ?Document $formats = null;

	/**
	 * Write like a document from here on, so that one page has one format.
	 *
	 * @since 1.1.0
	 *
	 * @param Document|null $document A status document; null for the site's own formats.
	 * @return void
	 */
	public function follow( ?Document $document ): void {
		$formats       = $document ? $document->value( 'formats' ) : null;
		$this->formats = is_array( $formats ) ? new Document( $formats ) : null;
	}

	/**
	 * Write 1234.5 USD as "$1,234.50", or as "1,234.50 USD" where no format is known, digit by digit.
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
		$money     = $this->format( "money.$currency" );
		$separator = '' === $money ? $wp_locale->number_format['thousands_sep'] : $this->format( 'group' );
		$point     = '' === $money ? $wp_locale->number_format['decimal_point'] : $this->format( 'decimal' );
		$digits    = $part[1] . preg_replace( '/\B(?=(\d{3})+$)/', $separator, $part[2] ) . $point . str_pad( $part[3] ?? '', 2, '0' );
		return '' === $money ? trim( "$digits\u{a0}$currency" ) : str_replace( '{amount}', $digits, $money );
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
		return $at ? $this->write( 'date', $at, new \DateTimeZone( 'UTC' ) ) : '';
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
		$joined = $this->format( 'moment' );
		return strtr(
			'' === $joined ? '{1} {0}' : $joined,
			array(
				'{1}' => $this->write( 'date', $at, wp_timezone() ),
				'{0}' => $this->write( 'time', $at, wp_timezone() ),
			)
		);
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

	/**
	 * Write a date or a time by the document's format, or by the site's own where it has none.
	 *
	 * @since 1.1.0
	 *
	 * @param string        $name One of date and time.
	 * @param int           $at   Unix time.
	 * @param \DateTimeZone $zone The zone to write it in.
	 * @return string
	 */
	private function write( string $name, int $at, \DateTimeZone $zone ): string {
		$cldr = $this->format( $name );
		if ( '' === $cldr ) {
			return (string) wp_date( (string) get_option( "{$name}_format" ), $at, $zone );
		}
		$month = $this->format( 'months.' . ( (int) wp_date( 'n', $at, $zone ) - 1 ) );
		$php   = '';
		preg_match_all( "/'([^']*)'|(MMMM|MMM|MM|M|dd|d|y|HH|H|hh|h|mm|a)|(.)/us", $cldr, $tokens, PREG_SET_ORDER );
		foreach ( $tokens as $token ) {
			$field = $token[2] ?? '';
			if ( 'MMMM' === $field && '' !== $month ) {
				$php .= $this->escape( $month );
			} else {
				$php .= self::FIELDS[ $field ] ?? $this->escape( $token[1] . ( $token[3] ?? '' ) );
			}
		}
		return (string) wp_date( $php, $at, $zone );
	}

	/**
	 * Return a text as a format of PHP that stands for itself.
	 *
	 * @since 1.1.0
	 *
	 * @param string $text Any text.
	 * @return string
	 */
	private function escape( string $text ): string {
		return (string) preg_replace( '/[a-z\\\\]/i', '\\\\$0', $text );
	}

	/**
	 * Return a format of the document.
	 *
	 * @since 1.1.0
	 *
	 * @param string $path Such as money.USD.
	 * @return string Empty where there is none.
	 */
	private function format( string $path ): string {
		return $this->formats ? $this->formats->text( $path ) : '';
	}
}
