<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Tables;
use WcAdCredit\Uninstaller;

final class UninstallerTest extends TestCase {

	const OURS   = array( 'wc_ad_credit_seq' => '7', '_transient_wc_ad_credit_flash_1' => 'x', '_transient_timeout_wc_ad_credit_flash_1' => '9' );
	const OTHERS = array( 'blogname' => 'Shop', 'tt4b_advertiser_id' => '71', 'old_wc_ad_credit_x' => 'y' );

	protected function setUp(): void {
		$GLOBALS['deleted_metadata'] = array();
		$GLOBALS['options']   = self::OURS + self::OTHERS;
		$GLOBALS['wpdb']      = new class() {
			public $options = 'wp_options';

			public $prefix = 'wp_';

			/** Without WooCommerce's tables. */
			public function get_var( array $query ): ?string {
				return null;
			}

			public function esc_like( string $text ): string {
				return $text;
			}

			public function prepare( string $query, string ...$likes ): array {
				return $likes;
			}

			public function get_col( array $likes ): array {
				$begins = static function ( string $name ) use ( $likes ): bool {
					foreach ( $likes as $like ) {
						if ( 0 === strpos( $name, rtrim( $like, '%' ) ) ) {
							return true;
						}
					}
					return false;
				};
				return array_values( array_filter( array_keys( $GLOBALS['options'] ), $begins ) );
			}
		};
	}

	protected function tearDown(): void {
		$GLOBALS['options'] = array();
		$GLOBALS['sites']   = array();
	}

	public function test_of_one_site_ours_goes_and_nothing_else(): void {
		( new Uninstaller( new Tables() ) )->run();
		$this->assertSame( self::OTHERS, $GLOBALS['options'] );
		$this->assertSame( array( array( 'user', 'wc_ad_credit_dismissed', true ) ), $GLOBALS['deleted_metadata'] );
	}

	public function test_of_a_network_every_site_is_cleaned(): void {
		$GLOBALS['sites'] = array_fill_keys( array( 1, 2, 3 ), self::OURS + self::OTHERS );
		( new Uninstaller( new Tables() ) )->run();
		$this->assertSame( array_fill_keys( array( 1, 2, 3 ), self::OTHERS ), $GLOBALS['sites'] );
		$this->assertSame( 1, $GLOBALS['site'] );
	}
}
