<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\Formatter;

final class FormatterTest extends TestCase {

	/** @dataProvider amounts */
	public function test_amounts_are_written_digit_by_digit( string $amount, string $formatted ): void {
		$this->assertSame( str_replace( ' ', "\u{a0}", $formatted ), ( new Formatter() )->format_money( $amount, 'USD' ) );
	}

	public static function amounts(): array {
		return array(
			array( '0.00', '0.00 USD' ),
			array( '499.99', '499.99 USD' ),
			array( '1500', '1,500.00 USD' ),
			array( '-1234567.5', '-1,234,567.50 USD' ),
			array( '90071992547409930.01', '90,071,992,547,409,930.01 USD' ),
			array( '0012.30', '12.30 USD' ),
			array( '1e5', '' ),
			array( '12.30 USD', '' ),
			array( "12\n", '' ),
			array( '', '' ),
		);
	}

	/** @dataProvider formats */
	public function test_figures_are_written_as_the_documents_own_sentences_write_them( array $formats, string $money, string $date, string $time ): void {
		$format = new Formatter();
		$format->use_document_formats( new Document( array( 'formats' => $formats ) ) );
		$this->assertSame( $money, $format->format_money( '5000.00', 'USD' ) );
		$this->assertSame( $date, $format->format_date( '2025-12-01' ) );
		$this->assertSame( $time, $format->format_time( '2025-12-01T22:05:00Z' ) );
		$this->assertSame( "5,000.00\u{a0}EUR", $format->format_money( '5000.00', 'EUR' ), 'a currency without a format' );
	}

	public static function formats(): array {
		$us    = array( 'date' => 'MMMM d, y', 'time' => "h:mm\u{202f}a", 'moment' => '{1}, {0}', 'group' => ',', 'decimal' => '.', 'money' => array( 'USD' => '${amount}' ) );
		$spain = array( 'date' => "d 'de' MMMM 'de' y", 'months' => array_fill( 0, 12, 'diciembre' ), 'time' => 'H:mm', 'moment' => '{1}, {0}', 'group' => '.', 'decimal' => ',', 'money' => array( 'USD' => "{amount}\u{a0}US$" ) );
		$thai  = array( 'date' => "d MMMM 'ค.ศ.' y", 'time' => 'HH:mm', 'moment' => '{1} {0}', 'group' => ',', 'decimal' => '.', 'money' => array( 'USD' => 'US${amount}' ) );
		return array(
			'us'    => array( $us, '$5,000.00', 'December 1, 2025', "December 2, 2025, 5:05\u{202f}AM" ),
			'spain' => array( $spain, "5.000,00\u{a0}US$", '1 de diciembre de 2025', '2 de diciembre de 2025, 5:05' ),
			'thai'  => array( $thai, 'US$5,000.00', '1 December ค.ศ. 2025', '2 December ค.ศ. 2025 05:05' ),
		);
	}

	public function test_broken_formats_are_no_error_and_no_way_to_lose_an_amount(): void {
		$format = new Formatter();
		$format->use_document_formats( new Document( array( 'formats' => array( 'date' => array(), 'money' => 7 ) ) ) );
		$this->assertSame( "1,500.00\u{a0}USD", $format->format_money( '1500', 'USD' ) );
		$this->assertSame( '2025-12-01', $format->format_date( '2025-12-01' ) );
	}

	public function test_a_date_of_the_accounts_zone_is_moved_by_no_other_zone(): void {
		$this->assertSame( '2025-12-01', ( new Formatter() )->format_date( '2025-12-01' ) );
		$this->assertSame( '2025-12-02 05:00', ( new Formatter() )->format_time( '2025-12-01T22:00:00Z' ) );
	}

	public function test_what_is_no_date_is_shown_as_none(): void {
		foreach ( array( '', 'tomorrow', '2025-12-01T00:00:00', '<b>', '+1 day' ) as $text ) {
			$this->assertSame( '', ( new Formatter() )->format_date( $text ) . ( new Formatter() )->format_time( $text ) );
		}
	}
}
