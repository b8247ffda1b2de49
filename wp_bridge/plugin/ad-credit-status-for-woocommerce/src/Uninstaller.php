<?php
/**
 * Leaves nothing behind. Runs with or without WooCommerce, so it asks the tables themselves.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Removes everything the plugin and its service stored on a site.
 *
 * @since 1.0.0
 */
final class Uninstaller {

	/** Every option, transient and user setting of ours begins with this. */
	const PREFIX = 'wc_ad_credit_';

	/**
	 * Clean every site of the network, or the only one.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function run(): void {
		if ( ! is_multisite() ) {
			$this->clean_site();
		} else {
			$query = array(
				'fields' => 'ids',
				'number' => 0,
			);
			foreach ( get_sites( $query ) as $site ) {
				switch_to_blog( (int) $site );
				$this->clean_site();
				restore_current_blog();
			}
		}
		delete_metadata( 'user', 0, AdminNotice::DISMISSED, '', true );
	}

	/**
	 * Clean the current site.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function clean_site(): void {
		$connection = new Connection();
		if ( $connection->is_established() ) {
			( new ServiceClient( $connection, new Log() ) )->disconnect( 'uninstalled' );
		}
		$this->remove_webhooks( $connection->service() );
		( new ApiKeys() )->remove_all();
		$this->remove_scheduled();
		$this->remove_notes();
		$this->remove_options();
	}

	/**
	 * Remove the service's webhooks; without us they would go on reporting saved settings.
	 *
	 * @since 1.0.0
	 *
	 * @param string $service The service's address; empty for none known.
	 * @return void
	 */
	private function remove_webhooks( string $service ): void {
		global $wpdb;
		if ( ! $this->has_table( 'wc_webhooks' ) ) {
			return;
		}
		$ours = '' === $service ? '' : $wpdb->esc_like( $service . Webhooks::PATH ) . '%';
		$wpdb->query(
			$wpdb->prepare(
				"DELETE FROM {$wpdb->prefix}wc_webhooks WHERE topic = %s OR delivery_url LIKE %s",
				Signals::TOPIC,
				$ours
			)
		);
		foreach ( array( '', '_status_active', '_status_paused', '_status_disabled' ) as $status ) {
			delete_transient( "woocommerce_webhook_ids$status" ); // WooCommerce's own memory of them.
		}
		if ( class_exists( 'WC_Cache_Helper' ) ) {
			\WC_Cache_Helper::invalidate_cache_group( 'webhooks' );
		}
	}

	/**
	 * Remove background work, done or cancelled too: the scheduler would keep it for a month, and its group for ever.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function remove_scheduled(): void {
		global $wpdb;
		if ( ! $this->has_table( 'actionscheduler_groups' ) ) {
			return;
		}
		$group = (int) $wpdb->get_var( $wpdb->prepare( "SELECT group_id FROM {$wpdb->prefix}actionscheduler_groups WHERE slug = %s", Schedule::GROUP ) );
		if ( ! $group ) {
			return;
		}
		$wpdb->query(
			$wpdb->prepare(
				"DELETE FROM {$wpdb->prefix}actionscheduler_logs WHERE action_id IN (SELECT action_id FROM {$wpdb->prefix}actionscheduler_actions WHERE group_id = %d)",
				$group
			)
		);
		$wpdb->delete( "{$wpdb->prefix}actionscheduler_actions", array( 'group_id' => $group ) );
		$wpdb->delete( "{$wpdb->prefix}actionscheduler_groups", array( 'group_id' => $group ) );
	}

	/**
	 * Remove the notes of the inbox.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function remove_notes(): void {
		global $wpdb;
		if ( ! $this->has_table( 'wc_admin_notes' ) ) {
			return;
		}
		$notices = $wpdb->esc_like( ServiceNotices::PREFIX ) . '%';
		if ( $this->has_table( 'wc_admin_note_actions' ) ) {
			$wpdb->query(
				$wpdb->prepare(
					"DELETE FROM {$wpdb->prefix}wc_admin_note_actions WHERE note_id IN (SELECT note_id FROM {$wpdb->prefix}wc_admin_notes WHERE name = %s OR name LIKE %s)",
					AdminNotice::NAME,
					$notices
				)
			);
		}
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}wc_admin_notes WHERE name = %s OR name LIKE %s", AdminNotice::NAME, $notices ) );
	}

	/**
	 * Remove options and transients.
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
				$wpdb->esc_like( self::PREFIX ) . '%',
				$wpdb->esc_like( '_transient_' . self::PREFIX ) . '%',
				$wpdb->esc_like( '_transient_timeout_' . self::PREFIX ) . '%'
			)
		);
		array_map( 'delete_option', $names );
	}

	/**
	 * Tell whether a table is there.
	 *
	 * @since 1.1.0
	 *
	 * @param string $name Without the site's prefix.
	 * @return bool
	 */
	private function has_table( string $name ): bool {
		global $wpdb;
		$table = $wpdb->prefix . $name;
		return $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table;
	}
}
