<?php
/**
 * Notices what happens to TikTok's integration and reports it once, at the end of the request it happened in.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Watches the integration.
 *
 * @since 1.0.0
 */
final class IntegrationMonitor {

	/** Holds the state that was reported last. */
	const OPTION = 'wc_ad_credit_integration';

	/**
	 * Reads the integration's state.
	 *
	 * @since 1.1.0
	 * @var Integration
	 */
	private Integration $integration;

	/**
	 * Judges the ad account's id.
	 *
	 * @since 1.1.0
	 * @var LinkConfirmation
	 */
	private LinkConfirmation $confirmation;

	/**
	 * Compares two states.
	 *
	 * @since 1.1.0
	 * @var IntegrationDiff
	 */
	private IntegrationDiff $diff;

	/**
	 * Sends each event.
	 *
	 * @since 1.1.0
	 * @var Signals
	 */
	private Signals $signals;

	/**
	 * Plans the look at an id that nobody confirmed.
	 *
	 * @since 1.1.0
	 * @var Schedule
	 */
	private Schedule $schedule;

	/**
	 * Take what watching needs.
	 *
	 * @since 1.1.0
	 *
	 * @param Integration      $integration  Reads the integration's state.
	 * @param LinkConfirmation $confirmation Judges the ad account's id.
	 * @param IntegrationDiff  $diff         Compares two states.
	 * @param Schedule         $schedule     Plans the look at an id that nobody confirmed.
	 * @param Signals          $signals      Sends each event.
	 */
	public function __construct( Integration $integration, LinkConfirmation $confirmation, IntegrationDiff $diff, Schedule $schedule, Signals $signals ) {
		$this->integration  = $integration;
		$this->confirmation = $confirmation;
		$this->diff         = $diff;
		$this->schedule     = $schedule;
		$this->signals      = $signals;
	}

	/**
	 * Register the hooks. None but the filter of the advertiser id is handed an option's value.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function watch(): void {
		foreach ( array( 'add_option_', 'update_option_' ) as $hook ) {
			add_action( $hook . Integration::TOKEN, array( $this, 'token_written' ), 9, 0 );
		}
		add_filter( 'pre_update_option_' . Integration::ADVERTISER, array( $this, 'account_written' ) );
		foreach ( Integration::WATCHED as $option ) {
			foreach ( array( 'add_option_', 'update_option_', 'delete_option_' ) as $hook ) {
				add_action( $hook . $option, array( $this, 'look_later' ), 10, 0 );
			}
		}
		foreach ( array( 'activated_plugin', 'deactivated_plugin', 'deleted_plugin', 'upgrader_process_complete' ) as $hook ) {
			add_action( $hook, array( $this, 'look_later' ), 10, 0 );
		}
		add_action( 'current_screen', array( $this, 'screen_shown' ) );
	}

	/**
	 * Note that the integration has a new token.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function token_written(): void {
		$this->confirmation->token_written( time() );
		$this->schedule->schedule_link_check( LinkConfirmation::SETTLE_SECONDS );
	}

	/**
	 * Note that an advertiser id was written; WordPress tells of an unchanged one only by this filter.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value The id, which is passed on as it is.
	 * @return mixed
	 */
	public function account_written( $value ) {
		if ( $this->integration->is_id( $value ) ) {
			$this->confirmation->account_written();
			$this->look_later();
		}
		return $value;
	}

	/**
	 * Wait for the end of a request that draws the integration's own page.
	 *
	 * @since 1.1.0
	 *
	 * @param \WP_Screen $screen The screen of this request.
	 * @return void
	 */
	public function screen_shown( $screen ): void {
		if ( 1 === preg_match( '/_page_' . Integration::PAGE . '$/D', (string) $screen->id ) ) {
			add_action( 'shutdown', array( $this->confirmation, 'page_drawn' ), 4, 0 );
		}
	}

	/**
	 * Look at the end of this request, before WooCommerce sends what was queued in it.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function look_later(): void {
		if ( ! has_action( 'shutdown', array( $this, 'look' ) ) ) {
			add_action( 'shutdown', array( $this, 'look' ), 5, 0 );
		}
	}

	/**
	 * Report what a hook saw: it happened just now.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function look(): void {
		$this->report_changes( true );
	}

	/**
	 * Report what no hook saw: its moment is not known.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function catch_up(): void {
		$this->report_changes( false );
	}

	/**
	 * Return the state as it was reported; it is looked at now if it never was.
	 *
	 * @since 1.0.0
	 *
	 * @return array{installed: bool, set_up: bool, copies: int, account: ?array}
	 */
	public function state(): array {
		$this->catch_up();
		return (array) $this->stored();
	}

	/**
	 * Compare the state with the one reported last, store it, and report the difference.
	 *
	 * @since 1.0.0
	 *
	 * @param bool $is_exact Whether it happened in this very request.
	 * @return void
	 */
	private function report_changes( bool $is_exact ): void {
		$before = $this->stored();
		$now    = $this->current( $before, $is_exact );
		if ( $now === $before ) {
			return;
		}
		update_option( self::OPTION, $now, false );
		if ( null === $before ) {
			return; // The first look: all of it stood already, and `state` reports it.
		}
		foreach ( $this->diff->events( $before, $now ) as list( $event, $fields ) ) {
			$this->signals->send( $event, $fields );
		}
	}

	/**
	 * Return the state with the account as far as it is confirmed.
	 *
	 * @since 1.1.0
	 *
	 * @param array|null $before   The state reported last.
	 * @param bool       $is_exact Whether it happened in this very request.
	 * @return array
	 */
	private function current( ?array $before, bool $is_exact ): array {
		$now    = $this->integration->state();
		$known  = $before['account'] ?? null;
		$status = $this->confirmation->status( time() );
		if ( ! $now['account'] ) {
			return $now;
		}
		if ( LinkConfirmation::PENDING === $status ) {
			$now['account'] = $known;
			return $now;
		}
		$is_same                 = $known && $known['advertiser_id'] === $now['account']['advertiser_id'];
		$is_dated                = $is_exact && null !== $before && LinkConfirmation::CONFIRMED === $status;
		$now['account']['exact'] = $is_same ? $known['exact'] : $is_dated;
		return $now;
	}

	/**
	 * Read the state that was reported last.
	 *
	 * @since 1.0.0
	 *
	 * @return array|null Null before the first look.
	 */
	private function stored(): ?array {
		$stored = get_option( self::OPTION );
		return is_array( $stored ) ? $stored : null;
	}
}
