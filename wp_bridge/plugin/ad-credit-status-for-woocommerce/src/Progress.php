<?php
/**
 * How far a store has come, read from the document.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the progress from a status document.
 *
 * @since 1.0.0
 */
final class Progress {

	const STEP_COUNT = 7;

	/** Stages whose step needs no further look; `credited` has all steps behind it. */
	const STEPS = array(
		'awaiting_setup' => 0,
		'awaiting_link'  => 1,
		'awaiting_spend' => 2,
		'accumulating'   => 2,
		'settling'       => 3,
		'due'            => 4,
		'held'           => 4,
		'issued'         => 5,
		'credited'       => 7,
	);

	/** Stages at which the way ends before the credit. */
	const STOPPED = array( 'blocked', 'programme_over', 'ended', 'ineligible', 'expired' );

	/** Stages whose notice has a colour of its own. */
	const TONES = array(
		'due'            => 'success',
		'issued'         => 'success',
		'credited'       => 'success',
		'held'           => 'warning',
		'not_admitted'   => 'warning',
		'blocked'        => 'error',
		'ineligible'     => 'error',
		'ended'          => 'warning',
		'expired'        => 'warning',
		'programme_over' => 'info',
	);

	/**
	 * Return the state of each step.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string[] Each one of done, current, stopped, ahead.
	 */
	public function steps( Document $document ): array {
		$at     = $this->step( $document );
		$states = array();
		for ( $step = 0; $step < self::STEP_COUNT; $step++ ) {
			$states[] = $step < $at ? 'done' : 'ahead';
		}
		if ( $at < self::STEP_COUNT ) {
			$states[ $at ] = $this->is_stopped( $document ) ? 'stopped' : 'current';
		}
		return $states;
	}

	/**
	 * Tell whether the way ends before the credit.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_stopped( Document $document ): bool {
		return in_array( $document->text( 'stage' ), self::STOPPED, true );
	}

	/**
	 * Return how WordPress colours the notice.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string One of success, info, warning, error.
	 */
	public function tone( Document $document ): string {
		if ( $this->is_overdue( $document ) ) {
			return 'warning';
		}
		$otherwise = 'unknown' === $document->text( 'verdict' ) ? 'warning' : 'info';
		return self::TONES[ $document->text( 'stage' ) ] ?? $otherwise;
	}

	/**
	 * Tell whether the ad account cannot be read for want of the advertiser's consent.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function lacks_consent( Document $document ): bool {
		if ( $this->is_stopped( $document ) || 'credited' === $document->text( 'stage' ) ) {
			return false;
		}
		return 'unknown' === $this->outcome( $document, 'account_linked' ) || 'awaiting_link' === $document->text( 'stage' );
	}

	/**
	 * Tell whether a credit is due and its date is over in the account's zone.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_overdue( Document $document ): bool {
		$due_by = $document->text( 'award.due_by' );
		return 'due' === $document->text( 'award.state' ) && '' !== $due_by && $due_by < $this->today( $document );
	}

	/**
	 * Return a share for drawing only: what is reached is the service's to say.
	 *
	 * @since 1.0.0
	 *
	 * @param string $qualifying A decimal text.
	 * @param string $threshold  A decimal text.
	 * @return float From 0 to 100.
	 */
	public function percent( string $qualifying, string $threshold ): float {
		$whole = (float) $threshold;
		return $whole > 0 ? min( 100.0, max( 0.0, 100.0 * (float) $qualifying / $whole ) ) : 0.0;
	}

	/**
	 * Return the date of today in the account's zone.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string
	 */
	private function today( Document $document ): string {
		$names = timezone_identifiers_list( \DateTimeZone::ALL_WITH_BC );
		$zone  = $document->text( 'account.timezone' );
		return (string) wp_date( 'Y-m-d', null, new \DateTimeZone( in_array( $zone, $names, true ) ? $zone : 'UTC' ) );
	}

	/**
	 * Return the step a store is at.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return int From 0 to STEP_COUNT.
	 */
	private function step( Document $document ): int {
		$stage = $document->text( 'stage' );
		if ( isset( self::STEPS[ $stage ] ) ) {
			return self::STEPS[ $stage ];
		}
		if ( '' !== $document->text( 'award.credited_at' ) ) {
			return self::STEPS['credited'];
		}
		if ( $document->has( 'award' ) ) {
			return in_array( $document->text( 'award.state' ), array( 'issued', 'credited', 'expired' ), true ) ? 5 : 4;
		}
		if ( $document->has( 'window' ) ) {
			return 'closed' === $document->text( 'window.state' ) ? 3 : 2;
		}
		foreach ( array( 'integration_set_up', 'account_linked' ) as $step => $rule ) {
			if ( 'pass' !== $this->outcome( $document, $rule ) ) {
				return $step;
			}
		}
		return 2;
	}

	/**
	 * Return the outcome of a rule.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @param string   $id       The rule's id.
	 * @return string Empty for a rule that is not there.
	 */
	private function outcome( Document $document, string $id ): string {
		foreach ( $document->each( 'rules' ) as $rule ) {
			if ( $id === $rule->text( 'id' ) ) {
				return $rule->text( 'outcome' );
			}
		}
		return '';
	}
}
