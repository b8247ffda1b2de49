<?php
/**
 * The store's progress towards the credit.
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

	/** The step of each stage that determines it; at `credited` all steps are done. */
	const STEPS_BY_STAGE = array(
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

	/** Stages at which the store ends without further credit. */
	const STOPPED_STAGES = array( 'blocked', 'programme_over', 'ended', 'ineligible', 'expired' );

	/** Stages with an award, whatever can be read since. */
	const AWARD_STAGES = array( 'due', 'issued', 'credited' );

	/** Stages at which the merchant can plan the spend. */
	const PLANNING_STAGES = array( 'awaiting_spend', 'accumulating' );

	/** The tone of a stage's notice, where it is not the default. */
	const TONES_BY_STAGE = array(
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
	 * Reads the troubles from a status document.
	 *
	 * @since 1.1.0
	 * @var Troubles
	 */
	private Troubles $troubles;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Troubles $troubles Reads the troubles from a status document.
	 */
	public function __construct( Troubles $troubles ) {
		$this->troubles = $troubles;
	}

	/**
	 * Return the state of each step.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string[] Each one of done, current, stopped, ahead.
	 */
	public function get_step_states( Document $document ): array {
		$current = $this->get_step( $document );
		$states  = array();
		for ( $step = 0; $step < self::STEP_COUNT; $step++ ) {
			$states[] = $step < $current ? 'done' : 'ahead';
		}
		if ( $current < self::STEP_COUNT ) {
			$states[ $current ] = $this->is_stopped( $document ) ? 'stopped' : 'current';
		}
		return $states;
	}

	/**
	 * Check whether the store ended without further credit.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_stopped( Document $document ): bool {
		return in_array( $document->get_text( 'stage' ), self::STOPPED_STAGES, true );
	}

	/**
	 * Return the type of the WordPress notice that shows the headline.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string One of success, info, warning, error.
	 */
	public function get_tone( Document $document ): string {
		if ( $this->is_overdue( $document ) ) {
			return 'warning';
		}
		$default = 'unknown' === $document->get_text( 'verdict' ) ? 'warning' : 'info';
		return self::TONES_BY_STAGE[ $document->get_text( 'stage' ) ] ?? $default;
	}

	/**
	 * Check whether the ad account cannot be read because the advertiser's consent is missing.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function lacks_consent( Document $document ): bool {
		if ( $this->is_stopped( $document ) || $this->troubles->has_lost_signals( $document ) ) {
			return false;
		}
		$stage   = $document->get_text( 'stage' );
		$outcome = $this->get_outcome( $document, 'account_linked' );
		return 'awaiting_link' === $stage || ( 'not_admitted' === $stage && 'pending' === $outcome ) || ( 'unknown' === $outcome && ! in_array( $stage, self::AWARD_STAGES, true ) );
	}

	/**
	 * Check whether a credit is overdue: its date has passed in the ad account's time zone.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_overdue( Document $document ): bool {
		return $document->is_true( 'award.overdue' );
	}

	/**
	 * Check whether spending is over for the store, so that only the award or the refusal matters.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function is_past_spending( Document $document ): bool {
		return $document->has( 'award' ) || ( $this->is_stopped( $document ) && 'ended' !== $document->get_text( 'stage' ) );
	}

	/**
	 * Check whether more spend can still earn something, so that a budget estimate makes sense.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	public function can_earn_more( Document $document ): bool {
		if ( $this->troubles->is_too_late( $document ) || $this->troubles->is_cut_off( $document ) ) {
			return false;
		}
		$is_before_link = in_array( $document->get_text( 'stage' ), array( 'awaiting_setup', 'awaiting_link' ), true );
		return $is_before_link || ( 'spend' === $document->get_text( 'next_tier.needs' ) && in_array( $document->get_text( 'stage' ), self::PLANNING_STAGES, true ) );
	}

	/**
	 * Return why the qualifying spend is not known, in the sentence of its rule.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string Empty when the rule says nothing of that.
	 */
	public function get_unknown_reason( Document $document ): string {
		$rule = $this->find_rule( $document, 'spend_reached' );
		return $rule && in_array( $rule->get_text( 'outcome' ), array( 'unknown', 'pending' ), true ) ? $rule->get_text( 'text' ) : '';
	}

	/**
	 * Return a share of a threshold, for drawing only; whether the threshold is reached is for the service to say.
	 *
	 * @since 1.0.0
	 *
	 * @param string $qualifying A decimal text.
	 * @param string $threshold  A decimal text.
	 * @return float From 0 to 100.
	 */
	public function get_percent( string $qualifying, string $threshold ): float {
		$whole = (float) $threshold;
		return $whole > 0 ? min( 100.0, max( 0.0, 100.0 * (float) $qualifying / $whole ) ) : 0.0;
	}

	/**
	 * Return the number of the store's present step.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return int From 0 to STEP_COUNT.
	 */
	private function get_step( Document $document ): int {
		$stage = $document->get_text( 'stage' );
		if ( isset( self::STEPS_BY_STAGE[ $stage ] ) ) {
			return self::STEPS_BY_STAGE[ $stage ];
		}
		if ( '' !== $document->get_text( 'award.credited_at' ) ) {
			return self::STEPS_BY_STAGE['credited'];
		}
		if ( $document->has( 'award' ) ) {
			return in_array( $document->get_text( 'award.state' ), array( 'issued', 'credited', 'expired' ), true ) ? 5 : 4;
		}
		if ( $document->has( 'window' ) ) {
			return 'closed' === $document->get_text( 'window.state' ) ? 3 : 2;
		}
		foreach ( array( 'integration_set_up', 'account_linked' ) as $step => $rule ) {
			if ( 'pass' !== $this->get_outcome( $document, $rule ) ) {
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
	 * @return string Empty when the document has no such rule.
	 */
	private function get_outcome( Document $document, string $id ): string {
		$rule = $this->find_rule( $document, $id );
		return $rule ? $rule->get_text( 'outcome' ) : '';
	}

	/**
	 * Return a rule of a document.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param string   $id       The rule's id.
	 * @return Document|null Null when the document has no such rule.
	 */
	private function find_rule( Document $document, string $id ): ?Document {
		foreach ( $document->get_objects( 'rules' ) as $rule ) {
			if ( $id === $rule->get_text( 'id' ) ) {
				return $rule;
			}
		}
		return null;
	}
}
