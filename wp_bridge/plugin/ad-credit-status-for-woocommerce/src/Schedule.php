<?php
/**
 * The plugin's background work in WooCommerce's Action Scheduler.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Schedules and unschedules the plugin's background work.
 *
 * @since 1.0.0
 */
final class Schedule {

	const REFRESH_HOOK    = 'wc_ad_credit_refresh';
	const DAILY_HOOK      = 'wc_ad_credit_daily';
	const STATE_HOOK      = 'wc_ad_credit_state';
	const LINK_CHECK_HOOK = 'wc_ad_credit_settle';

	/** All hooks, for unscheduling. */
	const HOOKS = array( self::REFRESH_HOOK, self::DAILY_HOOK, self::STATE_HOOK, self::LINK_CHECK_HOOK );

	const GROUP = 'wc-ad-credit';

	/** Delays in seconds of the fetches after something changed. */
	const REFRESH_DELAYS = array( 60, 180, 600 );

	/** Option that holds the version that scheduled the recurring work, so that requests need not query the queue. */
	const OPTION = 'wc_ad_credit_scheduled';

	/**
	 * Check whether this version of the plugin has scheduled its recurring work.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_scheduled(): bool {
		return WC_AD_CREDIT_VERSION === get_option( self::OPTION );
	}

	/**
	 * Schedule the hourly fetch and the daily report.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function schedule_recurring(): void {
		$this->schedule_repeating( HOUR_IN_SECONDS, self::REFRESH_HOOK );
		$this->schedule_repeating( DAY_IN_SECONDS, self::DAILY_HOOK );
		update_option( self::OPTION, WC_AD_CREDIT_VERSION );
	}

	/**
	 * Schedule several fetches, because something is about to change at the service.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function schedule_refreshes(): void {
		foreach ( self::REFRESH_DELAYS as $seconds ) {
			$this->schedule_once( $seconds, self::REFRESH_HOOK, array( $seconds ) );
		}
	}

	/**
	 * Schedule a fetch for the next run of the queue.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function schedule_immediate_refresh(): void {
		$this->schedule_once( 0, self::REFRESH_HOOK, array( 0 ) );
	}

	/**
	 * Schedule one `state` signal.
	 *
	 * @since 1.0.0
	 *
	 * @param int $seconds The delay in seconds.
	 * @return void
	 */
	public function schedule_state( int $seconds ): void {
		$this->schedule_once( $seconds, self::STATE_HOOK );
	}

	/**
	 * Schedule a check of an ad account whose id is not confirmed.
	 *
	 * @since 1.1.0
	 *
	 * @param int $seconds The delay in seconds.
	 * @return void
	 */
	public function schedule_link_check( int $seconds ): void {
		$this->schedule_once( $seconds, self::LINK_CHECK_HOOK );
	}

	/**
	 * Return the time of the next recurring fetch.
	 *
	 * @since 1.1.0
	 *
	 * @return int|bool Unix time; true while it runs, false when none is scheduled.
	 */
	public function get_next_refresh() {
		return as_next_scheduled_action( self::REFRESH_HOOK, array(), self::GROUP );
	}

	/**
	 * Unschedule all background work.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function unschedule_all(): void {
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			foreach ( self::HOOKS as $hook ) {
				as_unschedule_all_actions( $hook );
			}
		}
		delete_option( self::OPTION );
	}

	/**
	 * Schedule an action unless the same one is pending.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $seconds The delay in seconds.
	 * @param string $hook    The action's hook.
	 * @param array  $args    Its arguments.
	 * @return void
	 */
	private function schedule_once( int $seconds, string $hook, array $args = array() ): void {
		if ( function_exists( 'as_next_scheduled_action' ) && ! as_next_scheduled_action( $hook, $args, self::GROUP ) ) {
			as_schedule_single_action( time() + $seconds, $hook, $args, self::GROUP );
		}
	}

	/**
	 * Schedule a recurring action unless it is pending.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $seconds The interval in seconds.
	 * @param string $hook    The action's hook.
	 * @return void
	 */
	private function schedule_repeating( int $seconds, string $hook ): void {
		if ( ! as_next_scheduled_action( $hook, array(), self::GROUP ) ) {
			as_schedule_recurring_action( time() + MINUTE_IN_SECONDS, $seconds, $hook, array(), self::GROUP );
		}
	}
}
