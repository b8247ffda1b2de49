<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\Progress;

final class ProgressTest extends TestCase {

	/** @dataProvider ways */
	public function test_the_step_a_store_stands_at( array $document, int $done, string $then ): void {
		$states = ( new Progress() )->steps( new Document( $document ) );
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

	/** @dataProvider due_dates */
	public function test_overdue_is_by_the_calendar_of_the_account( string $now, string $zone, string $state, bool $is ): void {
		$GLOBALS['now'] = strtotime( $now );
		$award          = array( 'state' => $state, 'due_by' => '2025-12-08' );
		$this->assertSame( $is, ( new Progress() )->is_overdue( new Document( array( 'award' => $award, 'account' => array( 'timezone' => $zone ) ) ) ) );
	}

	public static function due_dates(): array {
		return array(
			array( '2025-12-09T04:59:00Z', 'America/New_York', 'due', false ),
			array( '2025-12-09T05:00:00Z', 'America/New_York', 'due', true ),
			array( '2025-12-08T17:00:00Z', 'Asia/Bangkok', 'due', true ),
			array( '2025-12-09T00:00:00Z', 'Nowhere/At_All', 'due', true ),
			array( '2025-12-20T00:00:00Z', 'America/New_York', 'issued', false ),
		);
	}
}
