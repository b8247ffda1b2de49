<?php
/**
 * The difference between two states of the integration.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Compares two states of the integration, without side effects.
 *
 * @since 1.0.0
 */
final class IntegrationDiff {

	/**
	 * Return the events that lead from one state to another, in the order in which they are reported.
	 *
	 * @since 1.0.0
	 *
	 * @param array $before The earlier state, as Integration::get_state() returns it, its account with `exact`.
	 * @param array $now    The present state, likewise.
	 * @return array<int, array{0: string, 1: array}> For each event its name and its further fields.
	 */
	public function get_events( array $before, array $now ): array {
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
		return array_merge( $events, $this->get_account_events( $before['account'], $now['account'] ) );
	}

	/**
	 * Return the event of the ad account, if any.
	 *
	 * @since 1.0.0
	 *
	 * @param array|null $before The earlier account; null for none.
	 * @param array|null $now    The present account; null for none.
	 * @return array<int, array{0: string, 1: array}> As get_events() returns them.
	 */
	private function get_account_events( ?array $before, ?array $now ): array {
		if ( ! $now || ( $before && $this->get_account_ids( $before ) === $this->get_account_ids( $now ) ) ) {
			return array();
		}
		if ( ! $before || $before['advertiser_id'] === $now['advertiser_id'] ) {
			return array( array( 'account_linked', $now ) );
		}
		return array( array( 'account_switched', $now + array( 'previous' => $before['advertiser_id'] ) ) );
	}

	/**
	 * Return the ids that identify an account.
	 *
	 * @since 1.0.0
	 *
	 * @param array $account An account with `exact`.
	 * @return array
	 */
	private function get_account_ids( array $account ): array {
		return array_diff_key( $account, array( 'exact' => true ) );
	}
}
