<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\Progress;
use WcAdCredit\Troubles;

final class ProgressTest extends TestCase {

	/** @dataProvider ways */
	public function test_the_step_a_store_stands_at( array $document, int $done, string $then ): void {
		$states = ( new Progress( new Troubles() ) )->get_step_states( new Document( $document ) );
		$this->assertSame( $done, count( array_keys( $states, 'done', true ) ) );
		$this->assertSame( $then, $states[ $done ] ?? '' );
	}

	public static function ways(): array {
		$set_up = array( array( 'id' => 'integration_set_up', 'outcome' => 'pass' ) );
		return array(
			array( array( 'stage' => 'awaiting_setup' ), 0, 'current' ),
			array( array( 'stage' => 'accumulating' ), 2, 'current' ),
			array( array( 'stage' => 'credited' ), 7, '' ),
			array( array( 'stage' => 'not_admitted', 'rules' => $set_up ), 1, 'current' ),
			array( array( 'stage' => 'ineligible', 'rules' => array() ), 0, 'stopped' ),
			array( array( 'stage' => 'ineligible', 'window' => array( 'state' => 'open' ) ), 2, 'stopped' ),
			array( array( 'stage' => 'ended', 'window' => array( 'state' => 'closed' ) ), 3, 'stopped' ),
			array( array( 'stage' => 'blocked', 'award' => array( 'state' => 'blocked' ) ), 4, 'stopped' ),
			array( array( 'stage' => 'expired', 'award' => array( 'state' => 'expired' ) ), 5, 'stopped' ),
			array( array( 'stage' => 'expired', 'award' => array( 'state' => 'expired', 'credited_at' => '2025-12-10T12:00:00Z' ) ), 7, '' ),
			array( array( 'stage' => 'a stage of tomorrow', 'rules' => 'broken' ), 0, 'current' ),
		);
	}

	public function test_overdue_is_what_the_service_says(): void {
		$this->assertTrue( ( new Progress( new Troubles() ) )->is_overdue( new Document( array( 'award' => array( 'overdue' => true ) ) ) ) );
		foreach ( array( array(), array( 'overdue' => false ), array( 'overdue' => 'yes' ) ) as $award ) {
			$this->assertFalse( ( new Progress( new Troubles() ) )->is_overdue( new Document( array( 'award' => $award ) ) ) );
		}
	}

	/** @dataProvider plans */
	public function test_a_plan_is_offered_only_where_more_spend_earns_something( array $document, bool $is ): void {
		$this->assertSame( $is, ( new Progress( new Troubles() ) )->can_earn_more( new Document( $document ) ) );
	}

	public static function plans(): array {
		$spend = array( 'next_tier' => array( 'needs' => 'spend' ) );
		$late  = array( 'warnings' => array( array( 'id' => 'too_late_to_begin' ) ) );
		$lost  = array( 'warnings' => array( array( 'id' => 'consent_expired' ) ) );
		return array(
			'before the set-up'        => array( array( 'stage' => 'awaiting_setup' ), true ),
			'too late to begin'        => array( array( 'stage' => 'awaiting_link' ) + $late, false ),
			'spending'                 => array( array( 'stage' => 'accumulating' ) + $spend, true ),
			'nothing above'            => array( array( 'stage' => 'accumulating', 'next_tier' => null ), false ),
			'spending, unseen'         => array( array( 'stage' => 'accumulating' ) + $spend + $lost, false ),
			'a payment lacks'          => array( array( 'stage' => 'settling', 'next_tier' => array( 'needs' => 'payment' ) ), false ),
			'waiting for a place'      => array( array( 'stage' => 'not_admitted' ) + $spend, false ),
			'does not qualify'         => array( array( 'stage' => 'ineligible' ), false ),
		);
	}

	public function test_why_an_amount_is_not_known_is_the_rules_sentence(): void {
		$rule = array( 'id' => 'spend_reached', 'outcome' => 'unknown', 'text' => 'because of the zone' );
		$this->assertSame( 'because of the zone', ( new Progress( new Troubles() ) )->get_unknown_reason( new Document( array( 'rules' => array( $rule ) ) ) ) );
		$this->assertSame( '', ( new Progress( new Troubles() ) )->get_unknown_reason( new Document( array( 'rules' => array( array( 'outcome' => 'pass' ) + $rule ) ) ) ) );
	}

	public function test_what_the_headline_says_is_not_said_twice(): void {
		$document = new Document(
			array(
				'headline' => 'It is late. Ask.',
				'troubles' => array( array( 'id' => 'a', 'text' => 'It is late.' ), array( 'id' => 'b', 'text' => 'A bill is open.' ), array( 'id' => 'c' ) ),
			)
		);
		$this->assertSame( array( 'b' ), array_map( static function ( Document $trouble ): string { return $trouble->get_text( 'id' ); }, ( new Troubles() )->get_listed( $document ) ) );
	}
}
