<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Connection;

final class ConnectionTest extends TestCase {

	protected function tearDown(): void {
		$GLOBALS['environment'] = 'production';
	}

	/** @dataProvider addresses */
	public function test_only_a_plain_https_address_is_taken( string $address, string $url ): void {
		$this->assertSame( $url, ( new Connection() )->normalize_url( $address ) );
	}

	public static function addresses(): array {
		return array(
			array( 'https://credit.example', 'https://credit.example' ),
			array( ' https://credit.example:8443/behind/ ', 'https://credit.example:8443/behind' ),
			array( 'http://credit.example', '' ),
			array( 'credit.example', '' ),
			array( 'javascript:alert(1)', '' ),
			array( 'https://', '' ),
			array( 'https://user:secret@credit.example', '' ),
			array( 'https://credit.example/?a=b', '' ),
			array( 'https://credit.example/#top', '' ),
			array( 'https://credit.example"><script>', '' ),
			array( "https://credit.example/\r\nHost: evil", '' ),
			array( 'https://credit.example/a b', '' ),
			array( '', '' ),
		);
	}

	public function test_http_is_for_development_sites(): void {
		$GLOBALS['environment'] = 'local';
		$this->assertSame( 'http://127.0.0.1:8000', ( new Connection() )->normalize_url( 'http://127.0.0.1:8000/' ) );
	}

	public function test_a_token_is_printable_and_without_spaces(): void {
		$this->assertTrue( ( new Connection() )->is_valid_token( 'stt_' . str_repeat( 'a', 40 ) ) );
		foreach ( array( '', 'short', 'with space 12345', "line\nbreak12", str_repeat( 'a', 201 ), "stt_12345678\n", 'é1234567890' ) as $text ) {
			$this->assertFalse( ( new Connection() )->is_valid_token( $text ), $text );
		}
	}
}
