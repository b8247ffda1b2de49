<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\NextStep;
use WcAdCredit\Progress;

final class NextStepTest extends TestCase {

	const NOTHING   = array( 'installed' => false, 'set_up' => false, 'account' => null );
	const INSTALLED = array( 'installed' => true ) + self::NOTHING;
	const LINKED    = array( 'set_up' => true, 'account' => array( 'advertiser_id' => '71000' ) ) + self::INSTALLED;

	/** @dataProvider stages */
	public function test_every_next_step_has_its_button( array $document, array $integration, array $targets ): void {
		$buttons = ( new NextStep( new Progress() ) )->buttons( new Document( $document ), $integration );
		$this->assertSame(
			$targets,
			array_map(
				static function ( array $button ): string {
					return $button['action'] ?? $button['url'];
				},
				$buttons
			)
		);
	}

	public static function stages(): array {
		$install = '/wp-admin/plugin-install.php?tab=search&type=term&s=tiktok-for-business';
		$tiktok  = '/wp-admin/admin.php?page=tiktok';
		$refused = array( array( 'id' => 'store_keys_refused' ) );
		$unknown = array( array( 'id' => 'account_linked', 'outcome' => 'unknown' ) );
		return array(
			'not installed'      => array( array( 'stage' => 'awaiting_setup' ), self::NOTHING, array( $install ) ),
			'installed'          => array( array( 'stage' => 'awaiting_setup' ), self::INSTALLED, array( $tiktok ) ),
			'set up, not linked' => array( array( 'stage' => 'awaiting_link' ), self::INSTALLED, array( $tiktok, 'consent' ) ),
			'linked, no consent' => array( array( 'stage' => 'awaiting_link' ), self::LINKED, array( 'consent' ) ),
			'consent withdrawn'  => array( array( 'stage' => 'accumulating', 'rules' => $unknown ), self::LINKED, array( 'https://ads.tiktok.com/', 'consent' ) ),
			'ready to spend'     => array( array( 'stage' => 'awaiting_spend' ), self::LINKED, array( 'https://ads.tiktok.com/' ) ),
			'keys refused'       => array( array( 'stage' => 'settling', 'warnings' => $refused ), self::LINKED, array( 'reconnect' ) ),
			'not eligible'       => array( array( 'stage' => 'ineligible' ), self::LINKED, array( '#wc-ad-credit-review' ) ),
			'review is open'     => array( array( 'stage' => 'ineligible', 'review' => array( 'state' => 'open' ) ), self::LINKED, array() ),
			'credited'           => array( array( 'stage' => 'credited' ), self::LINKED, array() ),
		);
	}
}
