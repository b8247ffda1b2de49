<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\NextStep;
use WcAdCredit\Progress;
use WcAdCredit\Troubles;

final class NextStepTest extends TestCase {

	const NOTHING   = array( 'installed' => false, 'set_up' => false, 'account' => null );
	const INSTALLED = array( 'installed' => true ) + self::NOTHING;
	const LINKED    = array( 'set_up' => true, 'account' => array( 'advertiser_id' => '71000' ) ) + self::INSTALLED;

	/** @dataProvider stages */
	public function test_the_next_step_has_its_one_button( array $document, array $integration, string $target ): void {
		$button = ( new NextStep( new Progress( new Troubles() ) ) )->get_button( new Document( $document ), $integration );
		$this->assertSame( $target, $button['action'] ?? $button['url'] ?? '' );
	}

	public static function stages(): array {
		$install = '/wp-admin/plugin-install.php?tab=search&type=term&s=tiktok-for-business';
		$tiktok  = '/wp-admin/admin.php?page=tiktok';
		$ads     = 'https://ads.tiktok.com/';
		$unknown = array( array( 'id' => 'account_linked', 'outcome' => 'unknown' ) );
		$pending = array( array( 'id' => 'account_linked', 'outcome' => 'pending' ) );
		$spend   = array( 'next_tier' => array( 'needs' => 'spend' ) );
		return array(
			'not installed'       => array( array( 'stage' => 'awaiting_setup' ), self::NOTHING, $install ),
			'installed'           => array( array( 'stage' => 'awaiting_setup' ), self::INSTALLED, $tiktok ),
			'set up, not linked'  => array( array( 'stage' => 'awaiting_link' ), self::INSTALLED, $tiktok ),
			'linked, no consent'  => array( array( 'stage' => 'awaiting_link' ), self::LINKED, 'consent' ),
			'reports are lost'    => array( array( 'stage' => 'awaiting_link', 'troubles' => array( array( 'id' => 'signals_held' ) ) ), self::LINKED, '' ),
			'consent given back'  => array( array( 'stage' => 'accumulating', 'rules' => $unknown ) + $spend, self::LINKED, 'consent' ),
			'consent withdrawn'   => array( array( 'stage' => 'accumulating' ) + $spend + self::warned( 'consent_withdrawn' ), self::LINKED, 'consent' ),
			'place, not linked'   => array( array( 'stage' => 'not_admitted', 'rules' => $pending ), self::LINKED, 'consent' ),
			'waits for a place'   => array( array( 'stage' => 'not_admitted' ) + $spend, self::LINKED, '' ),
			'ready to spend'      => array( array( 'stage' => 'awaiting_spend' ) + $spend, self::LINKED, $ads ),
			'too late to begin'   => array( array( 'stage' => 'awaiting_spend', 'next_tier' => null ), self::LINKED, '' ),
			'highest tier'        => array( array( 'stage' => 'accumulating', 'next_tier' => null ), self::LINKED, '' ),
			'a bill is open'      => array( array( 'stage' => 'settling', 'next_tier' => array( 'needs' => 'payment' ) ), self::LINKED, $ads ),
			'keys refused'        => array( array( 'stage' => 'settling' ) + self::warned( 'store_keys_refused' ), self::LINKED, 'reconnect' ),
			'plain permalinks'    => array( array( 'stage' => 'settling' ) + self::warned( 'store_no_permalinks' ), self::LINKED, '/wp-admin/options-permalink.php' ),
			'webhook paused'      => array( array( 'stage' => 'settling' ) + self::warned( 'webhook_paused' ), self::LINKED, '/wp-admin/admin.php?page=wc-settings&tab=advanced&section=webhooks' ),
			'issued'              => array( array( 'stage' => 'issued' ), self::LINKED, $ads ),
			'due'                 => array( array( 'stage' => 'due' ), self::LINKED, '' ),
			'overdue'             => array( array( 'stage' => 'due', 'award' => array( 'overdue' => true ) ), self::LINKED, '#wc-ad-credit-review' ),
			'not eligible'        => array( array( 'stage' => 'ineligible' ) + $spend, self::LINKED, '#wc-ad-credit-review' ),
			'review is open'      => array( array( 'stage' => 'ineligible', 'review' => array( 'state' => 'open' ) ), self::LINKED, '' ),
			'credited'            => array( array( 'stage' => 'credited' ), self::LINKED, $ads ),
			'offer over'          => array( array( 'stage' => 'programme_over' ), self::LINKED, '' ),
		);
	}

	public function test_a_button_that_mends_a_trouble_comes_with_what_it_is_for(): void {
		$document = new Document( array( 'stage' => 'accumulating', 'next_step' => 'Spend on.' ) + self::warned( 'consent_expired' ) );
		$this->assertSame( 'Mend it.', ( new NextStep( new Progress( new Troubles() ) ) )->get_button( $document, self::LINKED )['next_step'] );
	}

	public function test_no_button_leads_to_a_page_that_its_reader_may_not_see(): void {
		$everything = $GLOBALS['capabilities'];
		try {
			$GLOBALS['capabilities'] = array( 'manage_woocommerce' );
			$this->assertSame( array(), ( new NextStep( new Progress( new Troubles() ) ) )->get_button( new Document( array( 'stage' => 'settling' ) + self::warned( 'store_no_permalinks' ) ), self::LINKED ) );
		} finally {
			$GLOBALS['capabilities'] = $everything;
		}
	}

	private static function warned( string $id ): array {
		return array( 'warnings' => array( array( 'id' => $id, 'next_step' => 'Mend it.' ) ) );
	}
}
