<?php
/**
 * The watch over TikTok's integration, which reports each change once, at the end of the request that made it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Watches TikTok's integration and reports its changes.
 *
 * @since 1.0.0
 */
final class IntegrationMonitor {

	/** Option that holds the last reported state. */
	const OPTION = 'wc_ad_credit_integration';

	/**
	 * Reads the integration's state.
	 *
	 * @since 1.1.0
	 * @var Integration
	 */
	private Integration $integration;

	/**
	 * Decides whether the ad account's id is confirmed.
	 *
	 * @since 1.1.0
	 * @var LinkConfirmation
	 */
	private LinkConfirmation $confirmation;

	/**
	 * Compares two states of the integration.
	 *
	 * @since 1.1.0
	 * @var IntegrationDiff
	 */
	private IntegrationDiff $diff;

	/**
	 * Sends signals.
	 *
	 * @since 1.1.0
	 * @var Signals
	 */
	private Signals $signals;

	/**
	 * Schedules background work.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Integration      $integration  Reads the integration's state.
	 * @param LinkConfirmation $confirmation Decides whether the ad account's id is confirmed.
	 * @param IntegrationDiff  $diff         Compares two states of the integration.
	 * @param Schedule         $schedule     Schedules background work.
	 * @param Signals          $signals      Sends signals.
	 */
	public function __construct( Integration $integration, LinkConfirmation $confirmation, IntegrationDiff $diff, Schedule $schedule, Signals $signals ) {
		$this->integration  = $integration;
		$this->confirmation = $confirmation;
		$this->diff         = $diff;
		$this->schedule     = $schedule;
		$this->signals      = $signals;
	}

	/**
	 * Register the hooks. Only the filter of the advertiser id receives an option's value, so that no token does.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function register_hooks(): void {
		foreach ( array( 'add_option_', 'update_option_' ) as $hook ) {
			add_action( $hook . Integration::TOKEN_OPTION, array( $this, 'record_token_write' ), 9, 0 );
		}
		add_filter( 'pre_update_option_' . Integration::ADVERTISER_OPTION, array( $this, 'record_account_write' ) );
		foreach ( Integration::WATCHED_OPTIONS as $option ) {
			foreach ( array( 'add_option_', 'update_option_', 'delete_option_' ) as $hook ) {
				add_action( $hook . $option, array( $this, 'schedule_report' ), 10, 0 );
			}
		}
		foreach ( array( 'activated_plugin', 'deactivated_plugin', 'deleted_plugin', 'upgrader_process_complete' ) as $hook ) {
			add_action( $hook, array( $this, 'schedule_report' ), 10, 0 );
		}
		add_action( 'current_screen', array( $this, 'watch_integration_page' ) );
	}

	/**
	 * Record that the integration stored a new token, and schedule a check of the ad account.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function record_token_write(): void {
		$this->confirmation->record_token_write( time() );
		$this->schedule->schedule_link_check( LinkConfirmation::SETTLE_SECONDS );
	}

	/**
	 * Record that the integration stored an advertiser id. Only this filter runs for an unchanged id, too.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value The new value of the option.
	 * @return mixed The same value.
	 */
	public function record_account_write( $value ) {
		if ( $this->integration->is_valid_id( $value ) ) {
			$this->confirmation->record_account_write();
			$this->schedule_report();
		}
		return $value;
	}

	/**
	 * Record the view of the integration's own page, at the end of its request.
	 *
	 * @since 1.1.0
	 *
	 * @param \WP_Screen $screen The screen of this request.
	 * @return void
	 */
	public function watch_integration_page( $screen ): void {
		if ( 1 === preg_match( '/_page_' . Integration::PAGE_SLUG . '$/D', (string) $screen->id ) ) {
			add_action( 'shutdown', array( $this->confirmation, 'record_page_view' ), 4, 0 );
		}
	}

	/**
	 * Schedule a report at the end of this request, before WooCommerce sends the webhooks queued in it.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function schedule_report(): void {
		if ( ! has_action( 'shutdown', array( $this, 'report_observed_changes' ) ) ) {
			add_action( 'shutdown', array( $this, 'report_observed_changes' ), 5, 0 );
		}
	}

	/**
	 * Report changes that a hook observed in this request.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function report_observed_changes(): void {
		$this->report_changes( true );
	}

	/**
	 * Report changes that no hook observed, so that their time is not known.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function report_missed_changes(): void {
		$this->report_changes( false );
	}

	/**
	 * Report missed changes, and return the state as it was reported.
	 *
	 * @since 1.0.0
	 *
	 * @return array{installed: bool, set_up: bool, copies: int, account: ?array}
	 */
	public function get_state(): array {
		$this->report_missed_changes();
		return (array) $this->get_reported_state();
	}

	/**
	 * Store the present state and send a signal for each difference from the last reported one.
	 *
	 * @since 1.0.0
	 *
	 * @param bool $is_exact Whether the changes happened in this request.
	 * @return void
	 */
	private function report_changes( bool $is_exact ): void {
		$before = $this->get_reported_state();
		$now    = $this->get_confirmed_state( $before, $is_exact );
		if ( $now === $before ) {
			return;
		}
		update_option( self::OPTION, $now, false );
		if ( null === $before ) {
			return; // The first state is older than the plugin; the `state` signal reports it.
		}
		foreach ( $this->diff->get_events( $before, $now ) as list( $event, $fields ) ) {
			$this->signals->send( $event, $fields );
		}
	}

	/**
	 * Return the present state, with the last reported account while the present one is not confirmed.
	 *
	 * @since 1.1.0
	 *
	 * @param array|null $before   The last reported state; null for none.
	 * @param bool       $is_exact Whether a change happened in this request.
	 * @return array
	 */
	private function get_confirmed_state( ?array $before, bool $is_exact ): array {
		$now      = $this->integration->get_state();
		$reported = $before['account'] ?? null;
		$status   = $this->confirmation->get_status( time() );
		if ( ! $now['account'] ) {
			return $now;
		}
		if ( LinkConfirmation::PENDING === $status ) {
			$now['account'] = $reported;
			return $now;
		}
		$is_same                 = $reported && $reported['advertiser_id'] === $now['account']['advertiser_id'];
		$is_dated                = $is_exact && null !== $before && LinkConfirmation::CONFIRMED === $status;
		$now['account']['exact'] = $is_same ? $reported['exact'] : $is_dated;
		return $now;
	}

	/**
	 * Return the last reported state.
	 *
	 * @since 1.0.0
	 *
	 * @return array|null Null before the first report.
	 */
	private function get_reported_state(): ?array {
		$state = get_option( self::OPTION );
		return is_array( $state ) ? $state : null;
	}
}
