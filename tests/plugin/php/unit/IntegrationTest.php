<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Integration;

final class IntegrationTest extends TestCase {

	/** @dataProvider values */
	public function test_an_id_is_5_to_30_digits_and_not_zero( $value, bool $is_id ): void {
		$this->assertSame( $is_id, ( new Integration() )->is_valid_id( $value ) );
	}

	public static function values(): array {
		return array(
			array( '7300000000000000017', true ),
			array( 7300000000000000017, true ),
			array( ' 7300000000000000017 ', true ),
			array( '12345', true ),
			array( str_repeat( '9', 30 ), true ),
			array( '1234', false ),
			array( str_repeat( '9', 31 ), false ),
			array( '0', false ),
			array( '00000', false ),
			array( '', false ),
			array( '   ', false ),
			array( null, false ),
			array( false, false ),
			array( array( '12345' ), false ),
			array( '12 345', false ),
			array( '12345x', false ),
			array( '1e10', false ),
			array( '<b>7</b>', false ),
		);
	}
}
