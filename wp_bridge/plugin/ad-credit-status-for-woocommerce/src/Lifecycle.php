<?php
/**
 * Begins after installing and updating, reports daily, and rests while the plugin is inactive.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Carries the plugin through being installed, updated and deactivated.
 *
 * @since 1.1.0
 */
final class Lifecycle {

	/** Options that had another name in 1.0, each with its name of today. */
	const RENAMED_OPTIONS = array(
		'wc_ad_credit_seen'    => IntegrationMonitor::OPTION,
		'wc_ad_credit_told'    => AdminNotice::OPTION,
		'wc_ad_credit_answers' => StatusCache::OPTION,
	);

	/**
	 * Plans background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * Watches TikTok's integration.
	 *
	 * @since 1.1.0
	 * @var IntegrationMonitor
	 */
	private IntegrationMonitor $monitor;

	/**
	 * Builds the state signal.
	 *
	 * @since 1.1.0
	 * @var StateSignal
	 */
	private StateSignal $state_signal;

	/**
	 * Connects and disconnects the store.
	 *
	 * @since 1.1.0
	 * @var Connector
	 */
	private Connector $connector;

	/**
	 * Build the lifecycle.
	 *
	 * @since 1.1.0
	 *
	 * @param Schedule           $schedule     Plans background work.
	 * @param IntegrationMonitor $monitor      Watches TikTok's integration.
	 * @param StateSignal        $state_signal Builds the state signal.
	 * @param Connector          $connector    Connects and disconnects the store.
	 */
	public function __construct( Schedule $schedule, IntegrationMonitor $monitor, StateSignal $state_signal, Connector $connector ) {
		$this->schedule     = $schedule;
		$this->monitor      = $monitor;
		$this->state_signal = $state_signal;
		$this->connector    = $connector;
	}

	/**
	 * Begin after installing, updating or activating: the first look, and what recurs.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function begin(): void {
		if ( $this->schedule->is_planned() ) {
			return;
		}
		$this->rename_options();
		$this->monitor->catch_up();
		$this->schedule->plan();
		$this->connector->resume();
	}

	/**
	 * Rest while the plugin is inactive, on each site of the network where it ran.
	 *
	 * @since 1.1.0
	 *
	 * @param bool $network_wide Whether it is deactivated for the whole network.
	 * @return void
	 */
	public function deactivate( $network_wide = false ): void {
		if ( ! $network_wide || ! is_multisite() ) {
			$this->connector->suspend();
			return;
		}
		$query = array(
			'fields' => 'ids',
			'number' => 0,
		);
		foreach ( get_sites( $query ) as $site ) {
			switch_to_blog( (int) $site );
			if ( $this->schedule->is_planned() ) {
				$this->connector->suspend();
			}
			restore_current_blog();
		}
	}

	/**
	 * Send what no hook saw, and then the whole state.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function report_daily(): void {
		$this->monitor->catch_up();
		$this->state_signal->send();
	}

	/**
	 * Move options of 1.0 to their names of today; the state reported last must not be lost.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function rename_options(): void {
		foreach ( self::RENAMED_OPTIONS as $old => $new ) {
			$value = get_option( $old );
			if ( false !== $value ) {
				add_option( $new, $value, '', false );
				delete_option( $old );
			}
		}
	}
}
