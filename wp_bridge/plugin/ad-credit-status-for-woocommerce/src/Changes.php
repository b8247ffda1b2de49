<?php
/**
 * What became news between two looks at the integration. Decides, and cannot act.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Changes {

	/**
	 * The events in the order they are told, each as its name and its further fields.
	 *
	 * @param array $before As Integration::state() gives it, the account with `exact`.
	 * @param array $now    The same.
	 * @return array<int, array{0: string, 1: array}>
	 */
	public static function between( array $before, array $now ): array {
		$news = array();
		if ( $now['installed'] && ! $before['installed'] ) {
			$news[] = array( 'integration_installed', array() );
		}
		if ( $now['set_up'] && ! $before['set_up'] ) {
			$news[] = array( 'integration_set_up', array() );
		}
		if ( self::is_lost( $before, $now ) ) {
			$news[] = array( 'link_lost', array() );
		}
		if ( $before['installed'] && ! $now['installed'] ) {
			$news[] = array( 'integration_removed', array() );
		}
		return array_merge( $news, self::about_account( $before['account'], $now['account'] ) );
	}

	private static function is_lost( array $before, array $now ): bool {
		return $before['set_up'] && ! $now['set_up'] || $before['account'] && ! $now['account'];
	}

	private static function about_account( ?array $before, ?array $now ): array {
		if ( ! $now || $before && self::ids( $before ) === self::ids( $now ) ) {
			return array();
		}
		if ( ! $before || $before['advertiser_id'] === $now['advertiser_id'] ) {
			return array( array( 'account_linked', $now ) );
		}
		return array( array( 'account_switched', $now + array( 'previous' => $before['advertiser_id'] ) ) );
	}

	private static function ids( array $account ): array {
		return array_diff_key( $account, array( 'exact' => true ) );
	}
}
