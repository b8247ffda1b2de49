<?php
/**
 * What became news between two looks at the integration. Decides, and cannot act.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Compares two states of the integration.
 *
 * @since 1.0.0
 */
final class IntegrationDiff {

	/**
	 * Return the events in the order they are reported, each as its name and its further fields.
	 *
	 * @since 1.0.0
	 *
	 * @param array $before As Integration::state() returns it, the account with `exact`.
	 * @param array $now    The same.
	 * @return array<int, array{0: string, 1: array}>
	 */
	public function events( array $before, array $now ): array {
		$events = array();
		if ( $now['installed'] && ! $before['installed'] ) {
			$events[] = array( 'integration_installed', array() );
		}
		if ( $now['set_up'] && ! $before['set_up'] ) {
			$events[] = array( 'integration_set_up', array() );
		}
		if ( ( $before['set_up'] && ! $now['set_up'] ) || ( $before['account'] && ! $now['account'] ) ) {
			$events[] = array( 'link_lost', array() );
		}
		if ( $before['installed'] && ! $now['installed'] ) {
			$events[] = array( 'integration_removed', array() );
		}
		return array_merge( $events, $this->account_events( $before['account'], $now['account'] ) );
	}

	/**
	 * Return what happened to the ad account.
	 *
	 * @since 1.0.0
	 *
	 * @param array|null $before The account; null for none.
	 * @param array|null $now    The same.
	 * @return array<int, array{0: string, 1: array}>
	 */
	private function account_events( ?array $before, ?array $now ): array {
		if ( ! $now || ( $before && $this->ids( $before ) === $this->ids( $now ) ) ) {
			return array();
		}
		if ( ! $before || $before['advertiser_id'] === $now['advertiser_id'] ) {
			return array( array( 'account_linked', $now ) );
		}
		return array( array( 'account_switched', $now + array( 'previous' => $before['advertiser_id'] ) ) );
	}

	/**
	 * Return what identifies an account.
	 *
	 * @since 1.0.0
	 *
	 * @param array $account An account with `exact`.
	 * @return array
	 */
	private function ids( array $account ): array {
		return array_diff_key( $account, array( 'exact' => true ) );
	}
}
