<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Response;

final class ResponseTest extends TestCase {

	/** @dataProvider troubles */
	public function test_whatever_comes_back_is_good_or_has_a_name( ?array $response, string $trouble ): void {
		$this->assertSame( $trouble, Response::from_http( $response )->get_error_code() );
	}

	public static function troubles(): array {
		return array(
			array( self::response( 200, '{"stage":"due"}' ), '' ),
			array( self::response( 201, '{}' ), '' ),
			array( null, 'unreachable' ),
			array( self::response( 200, '<html>' ), 'unreadable' ),
			array( self::response( 200, '"text"' ), 'unreadable' ),
			array( self::response( 302, '{}' ), 'unreadable' ),
			array( self::response( 404, '{}' ), 'unreadable' ),
			array( self::response( 401, '{}' ), 'refused' ),
			array( self::response( 403, '' ), 'refused' ),
			array( self::response( 429, '{}' ), 'busy' ),
			array( self::response( 503, 'down' ), 'busy' ),
		);
	}

	public function test_how_long_to_wait_is_whole_seconds_or_nothing(): void {
		$wait = static function ( string $value ): int {
			return Response::from_http( self::response( 429, '{}', $value ) )->retry_after;
		};
		$this->assertSame( array( 90, 0, 0 ), array_map( $wait, array( '90', 'Wed, 21 Oct 2026 07:28:00 GMT', '-5' ) ) );
	}

	private static function response( int $status, string $body, string $wait = '' ): array {
		return array( 'status' => $status, 'body' => $body, 'headers' => array( 'retry-after' => $wait ) );
	}
}
