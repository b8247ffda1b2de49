<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;
use WcAdCredit\SpendChart;

final class SpendChartTest extends TestCase {

	const TIERS = array( array( 'threshold' => '500.00' ), array( 'threshold' => '1500.00' ) );

	private function draw( array $days, $qualifying = '300.00', array $window = array( 'first_date' => '2025-11-02', 'last_date' => '2025-12-01' ) ): ?array {
		return ( new SpendChart() )->build_chart( new Document( array( 'window' => $window, 'tiers' => self::TIERS, 'spend' => array( 'qualifying' => $qualifying, 'days' => $days ) ) ) );
	}

	private static function day( string $date, $amount, bool $is_final = true ): array {
		return array( 'date' => $date, 'qualifying' => $amount, 'final' => $is_final );
	}

	public function test_the_columns_add_up_and_stand_at_their_dates(): void {
		$chart = $this->draw( array( self::day( '2025-11-02', '100.00' ), self::day( '2025-11-05', '200.00', false ) ) );
		$this->assertSame( array( 300.0, 200.0, '2025-11-05', false ), array( $chart['total'], $chart['highest'], $chart['through'], $chart['is_final'] ) );
		list( $first, $second ) = $chart['bars'];
		$this->assertEqualsWithDelta( 3.0, $second['total'] / $first['total'], 1e-9 );
		$this->assertEqualsWithDelta( 2.0, $second['day'] / $first['day'], 1e-9 );
		$this->assertEqualsWithDelta( 3 * SpendChart::WIDTH / 30, $second['x'] - $first['x'], 1e-9 );
		$this->assertSame( array( true, false ), array( $first['is_final'], $second['is_final'] ) );
	}

	public function test_the_next_tier_is_the_highest_line_and_every_column_stays_below_the_top(): void {
		$chart = $this->draw( array( self::day( '2025-11-02', '600.00' ) ), '600.00' );
		$this->assertSame( array( '500.00', '1500.00' ), array_column( $chart['tiers'], 'threshold' ) );
		$this->assertSame( array( '500.00' ), array_column( $this->draw( array( self::day( '2025-11-02', '10.00' ) ), '10.00' )['tiers'], 'threshold' ) );
		$over = $this->draw( array( self::day( '2025-11-02', '99999.00' ) ), '99999.00' );
		$this->assertLessThan( SpendChart::TOTAL_HEIGHT, $over['bars'][0]['total'] );
		foreach ( array_merge( $chart['tiers'], $over['tiers'] ) as $line ) {
			$this->assertTrue( $line['y'] > 0 && $line['y'] < SpendChart::TOTAL_HEIGHT );
		}
	}

	public function test_an_unknown_date_is_a_gap_and_no_zero(): void {
		$chart = $this->draw( array( self::day( '2025-11-02', '100.00' ), self::day( '2025-11-03', null ), self::day( '2025-11-04', '50.00' ) ) );
		$this->assertSame( array( 2, 1, 150.0 ), array( count( $chart['bars'] ), $chart['unknown'], $chart['total'] ) );
	}

	public function test_nothing_is_drawn_of_what_nobody_knows(): void {
		$days = array( self::day( '2025-11-02', '100.00' ) );
		$this->assertNull( $this->draw( $days, null ), 'the whole is not known' );
		$this->assertNull( $this->draw( array( self::day( '2025-11-02', null ) ) ), 'no date is known' );
		$this->assertNull( $this->draw( array() ) );
		foreach ( array( array(), array( 'first_date' => 'x', 'last_date' => 'y' ), array( 'first_date' => '0001-01-01', 'last_date' => '9999-12-31' ), array( 'first_date' => '2025-12-01', 'last_date' => '2025-11-02' ) ) as $window ) {
			$this->assertNull( $this->draw( $days, '100.00', $window ) );
		}
	}

	public function test_dates_without_spend_are_drawn_flat(): void {
		$chart = $this->draw( array( self::day( '2025-11-02', '0.00' ) ), '0.00' );
		$this->assertSame( array( 0.0, 0.0 ), array( $chart['bars'][0]['total'], $chart['bars'][0]['day'] ) );
	}
}
