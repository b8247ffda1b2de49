<?php
/**
 * The drawing of the spend: each date of the window, and in all, beside the tiers.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Computes where the drawing has its lines; amounts are floats, for drawing only.
 *
 * @since 1.1.0
 */
final class SpendChart {

	/** The drawing's size, in units of its own; at the width of a phone they are pixels. */
	const WIDTH = 340;

	/** Height of the area in which the spend in all grows towards the tiers. */
	const TOTAL_HEIGHT = 130;

	/** Height of the bars of the dates. */
	const DAYS_HEIGHT = 50;

	/** Room above the highest line, so that its label is inside. */
	const HEADROOM = 1.15;

	/**
	 * Return the drawing.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{bars: array, tiers: array, total: float, highest: float, through: string, unknown: int, is_final: bool}|null Null before a date is known.
	 */
	public function draw( Document $document ): ?array {
		$dates = $this->dates( $document );
		$days  = $document->each( 'spend.days' );
		if ( ! $dates || ! $days || '' === $document->text( 'spend.qualifying' ) ) {
			return null;
		}
		$known   = array_filter( $days, array( $this, 'is_known' ) );
		$amounts = array_map( array( $this, 'amount' ), $known );
		if ( ! $known ) {
			return null;
		}
		$total = array_sum( $amounts );
		$top   = $this->top( $document, $total ) * self::HEADROOM;
		return array(
			'bars'     => $this->bars( $known, $dates, $top, max( $amounts ) ),
			'tiers'    => $this->tiers( $document, $top ),
			'total'    => $total,
			'highest'  => max( $amounts ),
			'through'  => end( $known )->text( 'date' ),
			'unknown'  => count( $days ) - count( $known ),
			'is_final' => ! array_filter( $known, array( $this, 'is_open' ) ),
		);
	}

	/**
	 * Return the window's dates, each with its place from 0 on.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array<string, int> Empty without a window, or for one of no sensible length.
	 */
	private function dates( Document $document ): array {
		$first = $document->text( 'window.first_date' );
		$last  = $document->text( 'window.last_date' );
		if ( ! preg_match( Format::DATE, $first ) || ! preg_match( Format::DATE, $last ) ) {
			return array();
		}
		$day   = strtotime( "$first 00:00:00 UTC" );
		$count = (int) ( ( strtotime( "$last 00:00:00 UTC" ) - $day ) / DAY_IN_SECONDS ) + 1;
		$dates = array();
		for ( $place = 0; $place < $count && $count <= 366; $place++ ) {
			$dates[ gmdate( 'Y-m-d', $day + $place * DAY_IN_SECONDS ) ] = $place;
		}
		return $dates;
	}

	/**
	 * Return the amount that stands at the top: the next tier, or the spend where no tier is above it.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param float    $total    The spend in all.
	 * @return float Above 0.
	 */
	private function top( Document $document, float $total ): float {
		foreach ( $document->each( 'tiers' ) as $tier ) {
			$threshold = (float) $tier->text( 'threshold' );
			if ( $threshold > $total ) {
				return $threshold;
			}
		}
		return max( 1.0, $total );
	}

	/**
	 * Return for each known date its bar, and the column of what was spent up to it.
	 *
	 * @since 1.1.0
	 *
	 * @param Document[]         $days    Known dates, in order.
	 * @param array<string, int> $dates   The window's.
	 * @param float              $top     The amount at the top of the upper part.
	 * @param float              $highest The amount at the top of the bars.
	 * @return array<int, array{x: float, width: float, total: float, day: float, is_final: bool}> Heights from 0 to the part's own.
	 */
	private function bars( array $days, array $dates, float $top, float $highest ): array {
		$bars  = array();
		$step  = self::WIDTH / count( $dates );
		$total = 0.0;
		foreach ( $days as $day ) {
			$total += $this->amount( $day );
			if ( isset( $dates[ $day->text( 'date' ) ] ) ) {
				$bars[] = array(
					'x'        => $dates[ $day->text( 'date' ) ] * $step,
					'width'    => $step,
					'total'    => self::TOTAL_HEIGHT * $total / $top,
					'day'      => $highest > 0 ? self::DAYS_HEIGHT * $this->amount( $day ) / $highest : 0.0,
					'is_final' => $day->is( 'final' ),
				);
			}
		}
		return $bars;
	}

	/**
	 * Return the tiers' lines as far as they are inside.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param float    $top      The amount at the top.
	 * @return array<int, array{y: float, threshold: string}>
	 */
	private function tiers( Document $document, float $top ): array {
		$lines = array();
		foreach ( $document->each( 'tiers' ) as $tier ) {
			$threshold = (float) $tier->text( 'threshold' );
			if ( $threshold > 0 && $threshold < $top ) {
				$lines[] = array(
					'y'         => self::TOTAL_HEIGHT * ( 1 - $threshold / $top ),
					'threshold' => $tier->text( 'threshold' ),
				);
			}
		}
		return $lines;
	}

	/**
	 * Return a date's amount.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return float
	 */
	private function amount( Document $day ): float {
		return max( 0.0, (float) $day->text( 'qualifying' ) );
	}

	/**
	 * Tell whether a date's amount is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return bool
	 */
	private function is_known( Document $day ): bool {
		return is_numeric( $day->text( 'qualifying' ) );
	}

	/**
	 * Tell whether a date's amount can still move.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return bool
	 */
	private function is_open( Document $day ): bool {
		return ! $day->is( 'final' );
	}
}
