<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\Formatter;
use WcAdCredit\KeyFigure;
use WcAdCredit\Offer;
use WcAdCredit\Troubles;

final class KeyFigureTest extends TestCase {

	const OFFER = array(
		'store'     => array( 'country' => 'GB' ),
		'programme' => array(
			'offer' => array(
				array( 'country' => 'US', 'currency' => 'USD', 'tiers' => array( array( 'threshold' => '500.00', 'credit' => '500.00' ) ) ),
				array( 'country' => 'GB', 'currency' => 'GBP', 'tiers' => array( array( 'threshold' => '395.00', 'credit' => '395.00' ), array( 'threshold' => '3954.00', 'credit' => '3954.00' ) ) ),
			),
		),
	);

	/** @dataProvider documents */
	public function test_the_one_number_is_the_one_of_the_stage( array $document, string $number, string $label ): void {
		list( $figure, $figure_label ) = ( new KeyFigure( new Formatter(), new Offer(), new Troubles() ) )->get_figure( new Document( $document ) );
		$this->assertSame( $number, str_replace( "\u{a0}", ' ', $figure ) );
		'' === $label ? $this->assertSame( '', $figure_label ) : $this->assertStringContainsString( $label, $figure_label );
	}

	public static function documents(): array {
		$spend  = array( 'qualifying' => '622.50', 'currency' => 'USD', 'read_at' => '2025-11-20T10:00:00Z' );
		$window = array( 'state' => 'open' );
		$award  = array( 'state' => 'credited', 'credit' => '500.00', 'currency' => 'USD' );
		$failed = array( array( 'id' => 'store_market', 'outcome' => 'fail' ), array( 'id' => 'admission', 'outcome' => 'pass' ) );
		return array(
			'the offer of the own market' => array( array( 'stage' => 'awaiting_link' ) + self::OFFER, '3,954.00 GBP', 'most this offer gives' ),
			'no market, no number'        => array( array( 'stage' => 'awaiting_link', 'store' => array( 'country' => null ) ) + self::OFFER, '', '' ),
			'too late to begin'           => array( array( 'stage' => 'awaiting_spend', 'troubles' => array( array( 'id' => 'too_late_to_begin' ) ) ) + self::OFFER, '', '' ),
			'a place in the line'         => array( array( 'stage' => 'not_admitted', 'admission' => array( 'place' => 3, 'of' => 12 ) ), '3 of 12', 'place' ),
			'spend with its read time'    => array( array( 'stage' => 'accumulating', 'window' => $window, 'spend' => $spend ), '622.50 USD', 'read from TikTok on 2025-11-20 17:00' ),
			'spend read nobody knows when' => array( array( 'stage' => 'accumulating', 'window' => $window, 'spend' => array( 'read_at' => null ) + $spend ), '622.50 USD', 'is not known' ),
			'unknown is no zero'          => array( array( 'stage' => 'awaiting_spend', 'spend' => array( 'qualifying' => null ) + $spend ) + self::OFFER, 'Not known yet', 'how much counts' ),
			'the credit'                  => array( array( 'stage' => 'due', 'award' => array( 'state' => 'due' ) + $award ), '500.00 USD', 'of ad credit' ),
			'what is left of it'          => array( array( 'stage' => 'credited', 'award' => $award + array( 'remaining' => '120.00' ) ), '120.00 USD', 'left of 500.00' ),
			'nothing is left'             => array( array( 'stage' => 'credited', 'award' => $award + array( 'remaining' => '0.00' ) ), '0.00 USD', 'left of' ),
			'what is left is not known'   => array( array( 'stage' => 'credited', 'award' => $award + array( 'remaining' => null ) ), '500.00 USD', 'of ad credit' ),
			'rules that are not met'      => array( array( 'stage' => 'ineligible', 'rules' => $failed, 'window' => $window, 'spend' => $spend ), '1', 'rule is not met' ),
			'the offer is over'           => array( array( 'stage' => 'programme_over', 'spend' => $spend ) + self::OFFER, '', '' ),
		);
	}
}
