<?php
/**
 * The clean-up after the plugin is deleted. Works without WooCommerce, directly on its tables.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Removes everything that the plugin and the service stored.
 *
 * @since 1.0.0
 */
final class Uninstaller {

	/** Prefix of every option, transient and user setting of this plugin. */
	const OPTION_PREFIX = 'wc_ad_credit_';

	/**
	 * The tables of this site's database.
	 *
	 * @since 1.1.0
	 * @var Tables
	 */
	private Tables $tables;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Tables $tables The tables of this site's database.
	 */
	public function __construct( Tables $tables ) {
		$this->tables = $tables;
	}

	/**
	 * Clean up every site of the network, or the only site.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function run(): void {
		if ( is_multisite() ) {
			( new Sites() )->for_each(
				function (): void {
					$this->clean_site();
				}
			);
		} else {
			$this->clean_site();
		}
		delete_metadata( 'user', 0, AdminNotice::DISMISSED_META, '', true );
	}

	/**
	 * Clean up the current site.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function clean_site(): void {
		$connection = new Connection();
		if ( $connection->is_connected() ) {
			( new ServiceClient( $connection, new Log() ) )->report_disconnect( 'uninstalled' );
		}
		$this->remove_webhooks( $connection->get_service_url() );
		( new ApiKeys( $this->tables ) )->delete_all();
		$this->remove_scheduled_actions();
		$this->remove_notes();
		$this->remove_options();
	}

	/**
	 * Delete the service's webhooks, which would otherwise keep reporting saved settings.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service_url The service's address; empty when none is known.
	 * @return void
	 */
	private function remove_webhooks( string $service_url ): void {
		global $wpdb;
		if ( ! $this->tables->has( 'wc_webhooks' ) ) {
			return;
		}
		$delivery_url = '' === $service_url ? '' : $wpdb->esc_like( $service_url . Webhooks::DELIVERY_PATH ) . '%';
		$wpdb->query(
			$wpdb->prepare(
				"DELETE FROM {$wpdb->prefix}wc_webhooks WHERE topic = %s OR delivery_url LIKE %s",
				Signals::TOPIC,
				$delivery_url
			)
		);
		foreach ( array( '', '_status_active', '_status_paused', '_status_disabled' ) as $status ) {
			delete_transient( "woocommerce_webhook_ids$status" ); // WooCommerce's own cache of webhook ids.
		}
		if ( class_exists( 'WC_Cache_Helper' ) ) {
			\WC_Cache_Helper::invalidate_cache_group( 'webhooks' );
		}
	}

	/**
	 * Delete the scheduled actions, also completed and cancelled ones.
	 *
	 * Action Scheduler would keep them for a month, and their group for ever.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function remove_scheduled_actions(): void {
		global $wpdb;
		if ( ! $this->tables->has( 'actionscheduler_groups' ) ) {
			return;
		}
		$group_id = (int) $wpdb->get_var( $wpdb->prepare( "SELECT group_id FROM {$wpdb->prefix}actionscheduler_groups WHERE slug = %s", Schedule::GROUP ) );
		if ( ! $group_id ) {
			return;
		}
		$wpdb->query(
			$wpdb->prepare(
				"DELETE FROM {$wpdb->prefix}actionscheduler_logs WHERE action_id IN (SELECT action_id FROM {$wpdb->prefix}actionscheduler_actions WHERE group_id = %d)",
				$group_id
			)
		);
		$wpdb->delete( "{$wpdb->prefix}actionscheduler_actions", array( 'group_id' => $group_id ) );
		$wpdb->delete( "{$wpdb->prefix}actionscheduler_groups", array( 'group_id' => $group_id ) );
	}

	/**
	 * Delete the plugin's notes from WooCommerce's inbox.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function remove_notes(): void {
		global $wpdb;
		if ( ! $this->tables->has( 'wc_admin_notes' ) ) {
			return;
		}
		$notice_names = $wpdb->esc_like( ServiceNotices::NOTE_PREFIX ) . '%';
		if ( $this->tables->has( 'wc_admin_note_actions' ) ) {
			$wpdb->query(
				$wpdb->prepare(
					"DELETE FROM {$wpdb->prefix}wc_admin_note_actions WHERE note_id IN (SELECT note_id FROM {$wpdb->prefix}wc_admin_notes WHERE name = %s OR name LIKE %s)",
					AdminNotice::NOTE_NAME,
					$notice_names
				)
			);
		}
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}wc_admin_notes WHERE name = %s OR name LIKE %s", AdminNotice::NOTE_NAME, $notice_names ) );
	}

	/**
	 * Delete the plugin's options and transients.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function remove_options(): void {
		global $wpdb;
		$names = $wpdb->get_col(
			$wpdb->prepare(
				"SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE %s OR option_name LIKE %s OR option_name LIKE %s",
				$wpdb->esc_like( self::OPTION_PREFIX ) . '%',
				$wpdb->esc_like( '_transient_' . self::OPTION_PREFIX ) . '%',
				$wpdb->esc_like( '_transient_timeout_' . self::OPTION_PREFIX ) . '%'
			)
		);
		array_map( 'delete_option', $names );
	}
}
