<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\IntegrationDiff;

final class IntegrationDiffTest extends TestCase {

	const ONE = array( 'advertiser_id' => '71', 'business_center' => '61', 'external_business_id' => 'b', 'exact' => true );
	const TWO = array( 'advertiser_id' => '72' ) + self::ONE;

	/** @dataProvider changes */
	public function test_what_changed_is_told_in_the_order_it_happens( array $before, array $now, array $events ): void {
		$this->assertSame( $events, array_column( ( new IntegrationDiff() )->get_events( self::state( $before ), self::state( $now ) ), 0 ) );
	}

	public static function changes(): array {
		$installed = array( 'installed' => true, 'copies' => 1 );
		$set_up    = $installed + array( 'set_up' => true );
		$linked    = $set_up + array( 'account' => self::ONE );
		return array(
			'nothing'                  => array( $linked, $linked, array() ),
			'installed'                => array( array(), $installed, array( 'integration_installed' ) ),
			'set up'                   => array( $installed, $set_up, array( 'integration_set_up' ) ),
			'linked'                   => array( $set_up, $linked, array( 'account_linked' ) ),
			'all at once'              => array( array(), $linked, array( 'integration_installed', 'integration_set_up', 'account_linked' ) ),
			'switched'                 => array( $linked, $set_up + array( 'account' => self::TWO ), array( 'account_switched' ) ),
			'another business center'  => array( $linked, $set_up + array( 'account' => array( 'business_center' => '62' ) + self::ONE ), array( 'account_linked' ) ),
			'only its date is known'   => array( $linked, $set_up + array( 'account' => array( 'exact' => false ) + self::ONE ), array() ),
			'token lost, id left'      => array( $linked, $installed, array( 'link_lost' ) ),
			'account gone, token left' => array( $linked, $set_up, array( 'link_lost' ) ),
			'removed'                  => array( $linked, array(), array( 'link_lost', 'integration_removed' ) ),
			'removed before set-up'    => array( $installed, array(), array( 'integration_removed' ) ),
			'a second copy'            => array( $linked, array( 'copies' => 2 ) + $linked, array() ),
			'one of two copies gone'   => array( array( 'copies' => 2 ) + $linked, $linked, array() ),
		);
	}

	public function test_a_link_names_the_account_and_a_switch_the_one_before(): void {
		$linked = array( 'installed' => true, 'set_up' => true, 'account' => self::ONE );
		list( list( , $fields ) ) = ( new IntegrationDiff() )->get_events( self::state( array( 'account' => null ) + $linked ), self::state( $linked ) );
		$this->assertSame( self::ONE, $fields );
		list( list( , $fields ) ) = ( new IntegrationDiff() )->get_events( self::state( $linked ), self::state( array( 'account' => self::TWO ) + $linked ) );
		$this->assertEquals( self::TWO + array( 'previous' => '71' ), $fields );
	}

	private static function state( array $parts ): array {
		return $parts + array( 'installed' => false, 'set_up' => false, 'copies' => 0, 'account' => null );
	}
}
