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

	/** Stages at which an award is recorded, whatever can be read since. */
	const AWARDED = array( 'due', 'issued', 'credited' );

	/** Stages at which the merchant plans the spend. */
	const PLANNING = array( 'awaiting_spend', 'accumulating' );

	/** Troubles that say that more spend earns nothing. */
	const TOO_LATE = array( 'too_late_to_begin', 'nothing_more_in_time' );

	/** Troubles that say that, and why, the figures are not read. */
	const NOT_READ = array( 'figures_stale', 'reading_refused', 'account_missing', 'account_unreachable', 'consent_withdrawn', 'consent_expired' );

	/** Those of them with which nothing is read until the merchant acts. */
	const CUT_OFF = array( 'account_missing', 'account_unreachable', 'consent_withdrawn', 'consent_expired' );

	/** Troubles for which the service does not know what the store reported. */
	const LOST_MESSAGES = array( 'signals_refused', 'signals_unreadable', 'signals_outdated', 'signals_held' );

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
		if ( $this->is_stopped( $document ) || array_intersect( self::LOST_MESSAGES, $this->trouble_ids( $document ) ) ) {
			return false;
		}
		$stage   = $document->text( 'stage' );
		$outcome = $this->outcome( $document, 'account_linked' );
		return 'awaiting_link' === $stage || ( 'not_admitted' === $stage && 'pending' === $outcome ) || ( 'unknown' === $outcome && ! in_array( $stage, self::AWARDED, true ) );
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
		return $document->is( 'award.overdue' );
	}

	/**
	 * Tell whether the spend is behind the store: something else decides by now.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_behind( Document $document ): bool {
		return $document->has( 'award' ) || ( $this->is_stopped( $document ) && 'ended' !== $document->text( 'stage' ) );
	}

	/**
	 * Tell whether a further spend or a plan for it can still earn something.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function can_plan( Document $document ): bool {
		if ( array_intersect( self::TOO_LATE, $this->trouble_ids( $document ) ) || $this->is_cut_off( $document ) ) {
			return false;
		}
		$is_before = in_array( $document->text( 'stage' ), array( 'awaiting_setup', 'awaiting_link' ), true );
		return $is_before || ( 'spend' === $document->text( 'next_tier.needs' ) && in_array( $document->text( 'stage' ), self::PLANNING, true ) );
	}

	/**
	 * Return what is wrong, or had better be done soon, by its ids.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string[]
	 */
	public function trouble_ids( Document $document ): array {
		$ids = array();
		foreach ( array_merge( $document->each( 'troubles' ), $document->each( 'warnings' ) ) as $trouble ) {
			$ids[] = $trouble->text( 'id' );
		}
		return $ids;
	}

	/**
	 * Return what needs attention, for whom it may be, but for what the headline says already.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document[] Each with id, who, text, next_step and since; of an older service only with what it has.
	 */
	public function troubles( Document $document ): array {
		$troubles = $document->each( $document->has( 'troubles' ) ? 'troubles' : 'warnings' );
		$headline = $document->text( 'headline' );
		return array_values(
			array_filter(
				$troubles,
				static function ( Document $trouble ) use ( $headline ): bool {
					return '' !== $trouble->text( 'text' ) && false === strpos( $headline, $trouble->text( 'text' ) );
				}
			)
		);
	}

	/**
	 * Tell whether TikTok does not let the figures be read any more, so that what is spent now does not show.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_cut_off( Document $document ): bool {
		return (bool) array_intersect( self::CUT_OFF, $this->trouble_ids( $document ) );
	}

	/**
	 * Tell whether the figures are older than usual, and no trouble says so already.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_stale( Document $document ): bool {
		return $document->is( 'stale' ) && $document->has( 'spend' ) && ! array_intersect( self::NOT_READ, $this->trouble_ids( $document ) );
	}

	/**
	 * Return the sentence of a rule that says why an amount is not known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string Empty where no rule says it.
	 */
	public function why_unknown( Document $document ): string {
		foreach ( $document->each( 'rules' ) as $rule ) {
			if ( 'spend_reached' === $rule->text( 'id' ) ) {
				return in_array( $rule->text( 'outcome' ), array( 'unknown', 'pending' ), true ) ? $rule->text( 'text' ) : '';
			}
		}
		return '';
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
