<?php
/**
 * What runs in the background, by WooCommerce's Action Scheduler; nothing is left scheduled after deactivation.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Schedule {

	const REFRESH = 'wc_ad_credit_refresh';
	const DAILY   = 'wc_ad_credit_daily';
	const STATE   = 'wc_ad_credit_state';

	/** All of the above, for clearing. */
	const HOOKS = array( self::REFRESH, self::DAILY, self::STATE );

	const GROUP = Cleanup::GROUP;

	/** Seconds after which we look again when a merchant has just done something. */
	const SOON = array( 60, 180, 600 );

	/** Remembers that the recurring ones stand, so that no request has to ask the queue. */
	const MARK = 'wc_ad_credit_scheduled';

	public static function stands(): bool {
		return WC_AD_CREDIT_VERSION === get_option( self::MARK );
	}

	public static function ensure(): void {
		self::every( HOUR_IN_SECONDS, self::REFRESH );
		self::every( DAY_IN_SECONDS, self::DAILY );
		update_option( self::MARK, WC_AD_CREDIT_VERSION );
	}

	/** A few looks at the service, because something is about to change there. */
	public static function refresh_soon(): void {
		foreach ( self::SOON as $seconds ) {
			self::once_in( $seconds, self::REFRESH, array( $seconds ) );
		}
	}

	/** One `state` signal later. */
	public static function state_in( int $seconds ): void {
		self::once_in( $seconds, self::STATE );
	}

	public static function clear(): void {
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			foreach ( self::HOOKS as $hook ) {
				as_unschedule_all_actions( $hook );
			}
		}
		delete_option( self::MARK );
	}

	/** Unless one already waits. */
	private static function once_in( int $seconds, string $hook, array $args = array() ): void {
		if ( ! as_next_scheduled_action( $hook, $args, self::GROUP ) ) {
			as_schedule_single_action( time() + $seconds, $hook, $args, self::GROUP );
		}
	}

	private static function every( int $seconds, string $hook ): void {
		if ( ! as_next_scheduled_action( $hook, array(), self::GROUP ) ) {
			as_schedule_recurring_action( time() + MINUTE_IN_SECONDS, $seconds, $hook, array(), self::GROUP );
		}
	}
}
