<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Format;

final class FormatTest extends TestCase {

	/** @dataProvider amounts */
	public function test_amounts_are_written_digit_by_digit( string $amount, string $written ): void {
		$this->assertSame( str_replace( ' ', "\u{a0}", $written ), ( new Format() )->money( $amount, 'USD' ) );
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

	public function test_a_date_of_the_accounts_zone_is_moved_by_no_other_zone(): void {
		$this->assertSame( '2025-12-01', ( new Format() )->date( '2025-12-01' ) );
		$this->assertSame( '2025-12-02 05:00', ( new Format() )->time( '2025-12-01T22:00:00Z' ) );
	}

	public function test_what_is_no_date_is_shown_as_none(): void {
		foreach ( array( '', 'tomorrow', '2025-12-01T00:00:00', '<b>', '+1 day' ) as $text ) {
			$this->assertSame( '', ( new Format() )->date( $text ) . ( new Format() )->time( $text ) );
		}
	}
}
