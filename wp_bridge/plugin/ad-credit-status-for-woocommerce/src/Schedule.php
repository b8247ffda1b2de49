<?php
/**
 * What runs in the background, by WooCommerce's Action Scheduler.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Plans the plugin's background work and clears it again.
 *
 * @since 1.0.0
 */
final class Schedule {

	const REFRESH = 'wc_ad_credit_refresh';
	const DAILY   = 'wc_ad_credit_daily';
	const STATE   = 'wc_ad_credit_state';
	const SETTLE  = 'wc_ad_credit_settle';

	/** All of the above, for clearing. */
	const HOOKS = array( self::REFRESH, self::DAILY, self::STATE, self::SETTLE );

	const GROUP = 'wc-ad-credit';

	/** Seconds after which to look again when a merchant has just done something. */
	const SOON = array( 60, 180, 600 );

	/** Holds the version that planned the recurring work, so that no request has to ask the queue. */
	const OPTION = 'wc_ad_credit_scheduled';

	/**
	 * Tell whether this version has planned its recurring work.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_planned(): bool {
		return WC_AD_CREDIT_VERSION === get_option( self::OPTION );
	}

	/**
	 * Plan the recurring work.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function plan(): void {
		$this->repeat( HOUR_IN_SECONDS, self::REFRESH );
		$this->repeat( DAY_IN_SECONDS, self::DAILY );
		update_option( self::OPTION, WC_AD_CREDIT_VERSION );
	}

	/**
	 * Plan a few fetches, because something is about to change at the service.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function refresh_soon(): void {
		foreach ( self::SOON as $seconds ) {
			$this->once( $seconds, self::REFRESH, array( $seconds ) );
		}
	}

	/**
	 * Plan a fetch as soon as the queue runs.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function refresh_now(): void {
		$this->once( 0, self::REFRESH, array( 0 ) );
	}

	/**
	 * Plan one `state` signal.
	 *
	 * @since 1.0.0
	 *
	 * @param int $seconds From now.
	 * @return void
	 */
	public function send_state_in( int $seconds ): void {
		$this->once( $seconds, self::STATE );
	}

	/**
	 * Schedule a check of an ad account that nobody confirmed.
	 *
	 * @since 1.1.0
	 *
	 * @param int $seconds From now.
	 * @return void
	 */
	public function schedule_link_check( int $seconds ): void {
		$this->once( $seconds, self::SETTLE );
	}

	/**
	 * Return when the next recurring fetch is due.
	 *
	 * @since 1.1.0
	 *
	 * @return int|bool Unix time; true while it runs, false when none is planned.
	 */
	public function next_refresh() {
		return as_next_scheduled_action( self::REFRESH, array(), self::GROUP );
	}

	/**
	 * Clear everything that is planned.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function clear(): void {
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			foreach ( self::HOOKS as $hook ) {
				as_unschedule_all_actions( $hook );
			}
		}
		delete_option( self::OPTION );
	}

	/**
	 * Plan an action unless the same one already waits.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $seconds From now.
	 * @param string $hook    The action.
	 * @param array  $args    Its arguments.
	 * @return void
	 */
	private function once( int $seconds, string $hook, array $args = array() ): void {
		if ( function_exists( 'as_next_scheduled_action' ) && ! as_next_scheduled_action( $hook, $args, self::GROUP ) ) {
			as_schedule_single_action( time() + $seconds, $hook, $args, self::GROUP );
		}
	}

	/**
	 * Plan a recurring action unless it already waits.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $seconds Between two runs.
	 * @param string $hook    The action.
	 * @return void
	 */
	private function repeat( int $seconds, string $hook ): void {
		if ( ! as_next_scheduled_action( $hook, array(), self::GROUP ) ) {
			as_schedule_recurring_action( time() + MINUTE_IN_SECONDS, $seconds, $hook, array(), self::GROUP );
		}
	}
}
