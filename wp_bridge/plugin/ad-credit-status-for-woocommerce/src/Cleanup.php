<?php
/**
 * Leaves nothing behind. Reads no other file of the plugin, because uninstalling loads none.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Cleanup {

	/** Every option, transient and user setting of ours begins with this. */
	const OURS = 'wc_ad_credit_';

	const NOTE = 'wc-ad-credit-news';

	/** Of what runs in the background. */
	const GROUP = 'wc-ad-credit';

	public static function everything(): void {
		$sites = is_multisite() ? get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) : array( get_current_blog_id() );
		foreach ( $sites as $site ) {
			self::in_site( (int) $site );
		}
		self::of_users();
	}

	private static function in_site( int $site ): void {
		if ( is_multisite() ) {
			switch_to_blog( $site );
		}
		if ( get_option( self::OURS . 'seen' ) ) { // A site of a network that never ran it may have no WooCommerce to ask.
			self::scheduled();
			self::webhooks();
			self::notes();
		}
		self::options();
		if ( is_multisite() ) {
			restore_current_blog();
		}
	}

	/** What was done or cancelled too: the scheduler would keep it for another month, and the group for ever. */
	private static function scheduled(): void {
		global $wpdb;
		if ( ! class_exists( 'ActionScheduler_Store' ) ) {
			return;
		}
		$store = \ActionScheduler_Store::instance();
		foreach ( $store->query_actions( array( 'group' => self::GROUP, 'per_page' => 0 ) ) as $id ) {
			$store->delete_action( $id );
		}
		if ( ! empty( $wpdb->actionscheduler_groups ) ) {
			$wpdb->delete( $wpdb->actionscheduler_groups, array( 'slug' => self::GROUP ) );
		}
	}

	/** The service made them for us; without us they would go on telling it of saved settings. */
	private static function webhooks(): void {
		$connection = get_option( self::OURS . 'connection' );
		if ( ! class_exists( 'WC_Data_Store' ) || empty( $connection['service'] ) ) {
			return;
		}
		foreach ( \WC_Data_Store::load( 'webhook' )->get_webhooks_ids() as $id ) {
			$webhook = wc_get_webhook( $id );
			if ( $webhook && 0 === strpos( $webhook->get_delivery_url(), $connection['service'] . '/webhooks/' ) ) {
				$webhook->delete( true );
			}
		}
	}

	private static function notes(): void {
		if ( class_exists( '\Automattic\WooCommerce\Admin\Notes\Notes' ) ) {
			\Automattic\WooCommerce\Admin\Notes\Notes::delete_notes_with_name( self::NOTE );
		}
	}

	private static function options(): void {
		global $wpdb;
		$names = $wpdb->get_col(
			$wpdb->prepare(
				"SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE %s OR option_name LIKE %s OR option_name LIKE %s",
				$wpdb->esc_like( self::OURS ) . '%',
				$wpdb->esc_like( '_transient_' . self::OURS ) . '%',
				$wpdb->esc_like( '_transient_timeout_' . self::OURS ) . '%'
			)
		);
		array_map( 'delete_option', $names );
	}

	private static function of_users(): void {
		delete_metadata( 'user', 0, self::OURS . 'dismissed', '', true );
	}
}
