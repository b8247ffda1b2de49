<?php
/**
 * Notices what happens to the TikTok integration and tells it once, at the end of the request it happened in.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Watcher {

	/** What was told last. */
	const SEEN = 'wc_ad_credit_seen';

	/** No hook hands over a value: the callbacks take no arguments. */
	public static function watch(): void {
		$later = array( self::class, 'look_later' );
		foreach ( Integration::WATCHED as $option ) {
			foreach ( array( 'add_option_', 'update_option_', 'delete_option_' ) as $hook ) {
				add_action( $hook . $option, $later, 10, 0 );
			}
		}
		foreach ( array( 'activated_plugin', 'deactivated_plugin', 'deleted_plugin', 'upgrader_process_complete' ) as $hook ) {
			add_action( $hook, $later, 10, 0 );
		}
	}

	/** Before WooCommerce sends what was queued in this request. */
	public static function look_later(): void {
		if ( ! has_action( 'shutdown', array( self::class, 'look' ) ) ) {
			add_action( 'shutdown', array( self::class, 'look' ), 5, 0 );
		}
	}

	/** What a hook saw happened just now. */
	public static function look(): void {
		self::tell( true );
	}

	/** Each day: what no hook saw, and then all of it. */
	public static function daily(): void {
		self::tell( false );
		Signals::send_state();
	}

	/** How the integration stands, as it was told; looked at now if it never was. */
	public static function seen(): array {
		self::tell( false );
		return self::kept();
	}

	private static function tell( bool $is_exact ): void {
		$before = self::kept();
		$now    = self::dated( Integration::state(), $before, $is_exact );
		if ( $now === $before ) {
			return;
		}
		update_option( self::SEEN, $now, false );
		if ( null === $before ) {
			return; // The first look: all of it stood already, and `state` tells it.
		}
		$news = Changes::between( $before, $now );
		foreach ( $news as list( $event, $fields ) ) {
			Signals::send( $event, $fields );
		}
		if ( $news && Connection::stands() ) {
			Schedule::refresh_soon();
		}
	}

	/** An account keeps what was said of it; of a new one only a hook knows the moment. */
	private static function dated( array $now, ?array $before, bool $is_exact ): array {
		if ( $now['account'] ) {
			$known                   = $before['account'] ?? null;
			$same                    = $known && $known['advertiser_id'] === $now['account']['advertiser_id'];
			$now['account']['exact'] = $same ? $known['exact'] : $is_exact && null !== $before;
		}
		return $now;
	}

	private static function kept(): ?array {
		$kept = get_option( self::SEEN );
		return is_array( $kept ) ? $kept : null;
	}
}
