<?php
/**
 * The page's main button, for what the merchant can do next.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Chooses the main button for a status document.
 *
 * @since 1.1.0
 */
final class NextStep {

	/** Troubles that connecting again solves. */
	const RECONNECT_TROUBLES = array( 'store_keys_refused', 'store_keys_too_weak', 'webhook_moved' );

	/** Troubles that a new consent solves. */
	const CONSENT_TROUBLES = array( 'consent_withdrawn', 'consent_expired', 'account_unreachable' );

	/** Troubles that the merchant solves on a page of this site, with that page and its capability. */
	const TROUBLE_PAGES = array(
		'store_no_permalinks' => array( 'options-permalink.php', 'manage_options' ),
		'webhook_paused'      => array( 'admin.php?page=wc-settings&tab=advanced&section=webhooks', 'manage_woocommerce' ),
		'webhook_mute'        => array( 'update-core.php', 'update_plugins' ),
		'store_too_old'       => array( 'update-core.php', 'update_plugins' ),
		'account_missing'     => array( 'admin.php?page=' . Integration::PAGE_SLUG, 'manage_woocommerce' ),
	);

	/** Stages at which the merchant can only ask for a review. */
	const REVIEW_STAGES = array( 'ineligible', 'ended', 'blocked', 'held' );

	/** Stages whose next step, if any, is spending at TikTok. */
	const SPEND_STAGES = array( 'awaiting_spend', 'accumulating', 'settling' );

	const ADS_MANAGER_URL = 'https://ads.tiktok.com/';

	/**
	 * Reads the progress from a status document.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	private Progress $progress;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Progress $progress Reads the progress from a status document.
	 */
	public function __construct( Progress $progress ) {
		$this->progress = $progress;
	}

	/**
	 * Return the main button: one that solves a trouble comes before that of the stage.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document    A status document.
	 * @param array    $integration As Integration::get_state() returns it.
	 * @return array{action?: string, url?: string, label?: string, next_step?: string} With an action or a url; next_step only for a trouble. Empty when there is nothing to do.
	 */
	public function get_button( Document $document, array $integration ): array {
		$button = $this->get_trouble_button( $document );
		if ( $button ) {
			return $button;
		}
		return $this->progress->is_stopped( $document ) ? $this->get_review_button( $document ) : $this->get_stage_button( $document, $integration );
	}

	/**
	 * Return the button for the first trouble that the merchant can solve.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{action?: string, url?: string, label?: string, next_step?: string} Empty without such a trouble.
	 */
	private function get_trouble_button( Document $document ): array {
		foreach ( $document->get_objects( 'warnings' ) as $trouble ) {
			$button = $this->build_trouble_button( $trouble->get_text( 'id' ) );
			if ( $button ) {
				return $button + array( 'next_step' => $trouble->get_text( 'next_step' ) );
			}
		}
		return array();
	}

	/**
	 * Return the button that solves one trouble.
	 *
	 * @since 1.1.0
	 *
	 * @param string $id The trouble's id.
	 * @return array{action?: string, url?: string, label?: string} Empty for a trouble without a button, or one on a page that the user may not see.
	 */
	private function build_trouble_button( string $id ): array {
		if ( in_array( $id, self::RECONNECT_TROUBLES, true ) ) {
			return $this->build_action( 'reconnect', __( 'Connect again', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( in_array( $id, self::CONSENT_TROUBLES, true ) ) {
			return $this->get_consent_button();
		}
		list( $page, $capability ) = self::TROUBLE_PAGES[ $id ] ?? array( '', '' );
		if ( '' === $page || ! current_user_can( $capability ) ) {
			return array();
		}
		return $this->build_link( admin_url( $page ), __( 'Fix this', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Return the button for the store's stage.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document    A status document.
	 * @param array    $integration As Integration::get_state() returns it.
	 * @return array{action?: string, url?: string, label?: string}
	 */
	private function get_stage_button( Document $document, array $integration ): array {
		$stage = $document->get_text( 'stage' );
		if ( 'awaiting_setup' === $stage ) {
			return $this->get_integration_button( $integration, __( 'Set up the TikTok integration', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( 'awaiting_link' === $stage && ! $integration['account'] ) {
			return $this->get_integration_button( $integration, __( 'Link your ad account', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( $this->progress->lacks_consent( $document ) ) {
			return $this->get_consent_button();
		}
		if ( in_array( $stage, array( 'issued', 'credited' ), true ) ) {
			return $this->build_link( self::ADS_MANAGER_URL, __( 'Open TikTok Ads Manager', 'ad-credit-status-for-woocommerce' ) );
		}
		$button = $this->get_next_tier_button( $document );
		return $button ? $button : $this->get_review_button( $document );
	}

	/**
	 * Return the button towards the next tier.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{url?: string, label?: string} Empty when reaching it would earn nothing.
	 */
	private function get_next_tier_button( Document $document ): array {
		if ( ! $document->has( 'next_tier' ) || ! in_array( $document->get_text( 'stage' ), self::SPEND_STAGES, true ) ) {
			return array();
		}
		return $this->build_link(
			self::ADS_MANAGER_URL,
			'payment' === $document->get_text( 'next_tier.needs' )
				? __( 'Pay your bills in TikTok Ads Manager', 'ad-credit-status-for-woocommerce' )
				: __( 'Open TikTok Ads Manager', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Return the button that leads to the form for a review.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{url?: string, label?: string} Empty when a review is open or the stage gives no reason for one.
	 */
	private function get_review_button( Document $document ): array {
		$is_overdue = $this->progress->is_overdue( $document );
		if ( 'open' === $document->get_text( 'review.state' ) || ( ! $is_overdue && ! in_array( $document->get_text( 'stage' ), self::REVIEW_STAGES, true ) ) ) {
			return array();
		}
		return $this->build_link( '#wc-ad-credit-review', __( 'Ask for a review', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Return the button that opens TikTok's integration, or its entry in the plugin directory.
	 *
	 * @since 1.1.0
	 *
	 * @param array  $integration As Integration::get_state() returns it.
	 * @param string $label       The button's label if the integration is installed.
	 * @return array{url: string, label: string}
	 */
	private function get_integration_button( array $integration, string $label ): array {
		if ( $integration['installed'] ) {
			return $this->build_link( admin_url( 'admin.php?page=' . Integration::PAGE_SLUG ), $label );
		}
		return $this->build_link(
			admin_url( 'plugin-install.php?tab=search&type=term&s=' . Integration::PLUGIN_FOLDER ),
			__( 'Install the TikTok integration', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Return the button that leads to TikTok's consent.
	 *
	 * @since 1.1.0
	 *
	 * @return array{action: string, label: string}
	 */
	private function get_consent_button(): array {
		return $this->build_action( 'consent', __( 'Connect TikTok', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Build a button that submits one of the page's actions.
	 *
	 * @since 1.1.0
	 *
	 * @param string $action A key of Actions::METHODS.
	 * @param string $label  The button's label.
	 * @return array{action: string, label: string}
	 */
	private function build_action( string $action, string $label ): array {
		return array(
			'action' => $action,
			'label'  => $label,
		);
	}

	/**
	 * Build a button that links to an address.
	 *
	 * @since 1.1.0
	 *
	 * @param string $url   The address.
	 * @param string $label The button's label.
	 * @return array{url: string, label: string}
	 */
	private function build_link( string $url, string $label ): array {
		return array(
			'url'   => $url,
			'label' => $label,
		);
	}
}
