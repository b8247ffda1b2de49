<?php
/**
 * The chart of the spend: the running total beside the tiers, and each date of the window.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Computes the shapes of the chart. Amounts are floats here, for drawing only.
 *
 * @since 1.1.0
 */
final class SpendChart {

	/** Width of the chart in its own units, which are pixels on a phone. */
	const WIDTH = 340;

	/** Height of the upper part, in which the running total grows towards the tiers. */
	const TOTAL_HEIGHT = 130;

	/** Height of the lower part, with a bar for each date. */
	const DAYS_HEIGHT = 50;

	/** Factor that leaves room for a label above the highest line. */
	const HEADROOM = 1.15;

	/**
	 * Return the shapes of the chart.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{bars: array, tiers: array, total: float, highest: float, through: string, unknown: int, is_final: bool}|null Null without a known amount.
	 */
	public function build_chart( Document $document ): ?array {
		$dates = $this->get_window_dates( $document );
		$days  = $document->get_objects( 'spend.days' );
		if ( ! $dates || ! $days || '' === $document->get_text( 'spend.qualifying' ) ) {
			return null;
		}
		$known_days = array_filter( $days, array( $this, 'is_known' ) );
		$amounts    = array_map( array( $this, 'get_amount' ), $known_days );
		if ( ! $known_days ) {
			return null;
		}
		$total = array_sum( $amounts );
		$top   = $this->get_scale_top( $document, $total ) * self::HEADROOM;
		return array(
			'bars'     => $this->build_bars( $known_days, $dates, $top, max( $amounts ) ),
			'tiers'    => $this->build_tier_lines( $document, $top ),
			'total'    => $total,
			'highest'  => max( $amounts ),
			'through'  => end( $known_days )->get_text( 'date' ),
			'unknown'  => count( $days ) - count( $known_days ),
			'is_final' => ! array_filter( $known_days, array( $this, 'is_provisional' ) ),
		);
	}

	/**
	 * Return the dates of the window, each with its index.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array<string, int> Empty without a window, or for one longer than a year.
	 */
	private function get_window_dates( Document $document ): array {
		$first = $document->get_text( 'window.first_date' );
		$last  = $document->get_text( 'window.last_date' );
		if ( ! preg_match( Formatter::DATE_PATTERN, $first ) || ! preg_match( Formatter::DATE_PATTERN, $last ) ) {
			return array();
		}
		$day   = strtotime( "$first 00:00:00 UTC" );
		$count = (int) ( ( strtotime( "$last 00:00:00 UTC" ) - $day ) / DAY_IN_SECONDS ) + 1;
		$dates = array();
		for ( $index = 0; $index < $count && $count <= 366; $index++ ) {
			$dates[ gmdate( 'Y-m-d', $day + $index * DAY_IN_SECONDS ) ] = $index;
		}
		return $dates;
	}

	/**
	 * Return the amount at the top of the upper part: the next tier, or the total when it is above all tiers.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param float    $total    The total spend.
	 * @return float Above 0.
	 */
	private function get_scale_top( Document $document, float $total ): float {
		foreach ( $document->get_objects( 'tiers' ) as $tier ) {
			$threshold = (float) $tier->get_text( 'threshold' );
			if ( $threshold > $total ) {
				return $threshold;
			}
		}
		return max( 1.0, $total );
	}

	/**
	 * Build the bar of each date, with the column of the running total.
	 *
	 * @since 1.1.0
	 *
	 * @param Document[]         $days    The dates with a known amount, in order.
	 * @param array<string, int> $dates   The dates of the window, as get_window_dates() returns them.
	 * @param float              $top     The amount at the top of the upper part.
	 * @param float              $highest The amount at the top of the lower part.
	 * @return array<int, array{x: float, width: float, total: float, day: float, is_final: bool}> The heights total and day are those of the upper and the lower part.
	 */
	private function build_bars( array $days, array $dates, float $top, float $highest ): array {
		$bars  = array();
		$step  = self::WIDTH / count( $dates );
		$total = 0.0;
		foreach ( $days as $day ) {
			$total += $this->get_amount( $day );
			if ( isset( $dates[ $day->get_text( 'date' ) ] ) ) {
				$bars[] = array(
					'x'        => $dates[ $day->get_text( 'date' ) ] * $step,
					'width'    => $step,
					'total'    => self::TOTAL_HEIGHT * $total / $top,
					'day'      => $highest > 0 ? self::DAYS_HEIGHT * $this->get_amount( $day ) / $highest : 0.0,
					'is_final' => $day->is_true( 'final' ),
				);
			}
		}
		return $bars;
	}

	/**
	 * Build the lines of the tiers that lie within the chart.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param float    $top      The amount at the top.
	 * @return array<int, array{y: float, threshold: string}>
	 */
	private function build_tier_lines( Document $document, float $top ): array {
		$lines = array();
		foreach ( $document->get_objects( 'tiers' ) as $tier ) {
			$threshold = (float) $tier->get_text( 'threshold' );
			if ( $threshold > 0 && $threshold < $top ) {
				$lines[] = array(
					'y'         => self::TOTAL_HEIGHT * ( 1 - $threshold / $top ),
					'threshold' => $tier->get_text( 'threshold' ),
				);
			}
		}
		return $lines;
	}

	/**
	 * Return the qualifying amount of a date.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return float
	 */
	private function get_amount( Document $day ): float {
		return max( 0.0, (float) $day->get_text( 'qualifying' ) );
	}

	/**
	 * Check whether the amount of a date is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return bool
	 */
	private function is_known( Document $day ): bool {
		return is_numeric( $day->get_text( 'qualifying' ) );
	}

	/**
	 * Check whether the amount of a date can still change.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $day A date of the spend.
	 * @return bool
	 */
	private function is_provisional( Document $day ): bool {
		return ! $day->is_true( 'final' );
	}
}
