<?php
/**
 * The plugin's lifecycle: installed, updated, reporting daily, deactivated.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Starts and stops the plugin's background work.
 *
 * @since 1.1.0
 */
final class Lifecycle {

	/** Names of options in 1.0, each with its present name. */
	const RENAMED_OPTIONS = array(
		'wc_ad_credit_seen'    => IntegrationMonitor::OPTION,
		'wc_ad_credit_told'    => AdminNotice::OPTION,
		'wc_ad_credit_answers' => StatusCache::OPTION,
	);

	/**
	 * Schedules background work.
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
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Schedule           $schedule     Schedules background work.
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
	 * Schedule the recurring work after the plugin was installed, updated or activated; otherwise do nothing.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function initialize(): void {
		if ( $this->schedule->is_scheduled() ) {
			return;
		}
		$this->rename_options();
		$this->monitor->report_missed_changes();
		$this->schedule->schedule_recurring();
		$this->connector->resume();
	}

	/**
	 * Suspend the plugin on this site, or on each site of the network where it ran.
	 *
	 * @since 1.1.0
	 *
	 * @param bool $network_wide Whether the plugin is deactivated for the whole network.
	 * @return void
	 */
	public function deactivate( $network_wide = false ): void {
		if ( ! $network_wide || ! is_multisite() ) {
			$this->connector->suspend();
			return;
		}
		( new Sites() )->for_each(
			function (): void {
				if ( $this->schedule->is_scheduled() ) {
					$this->connector->suspend();
				}
			}
		);
	}

	/**
	 * Report changes that no hook caught, then the whole state.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function report_daily(): void {
		$this->monitor->report_missed_changes();
		$this->state_signal->send();
	}

	/**
	 * Move the options of 1.0 to their present names, so that the last reported state is not lost.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	private function rename_options(): void {
		foreach ( self::RENAMED_OPTIONS as $old_name => $new_name ) {
			$value = get_option( $old_name );
			if ( false !== $value ) {
				add_option( $new_name, $value, '', false );
				delete_option( $old_name );
			}
		}
	}
}
