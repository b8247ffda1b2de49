<?php
/**
 * The button at the top: what the merchant can do next.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Chooses the button for a status document.
 *
 * @since 1.1.0
 */
final class NextStep {

	/** Troubles that a new connection mends. */
	const RECONNECT = array( 'store_keys_refused', 'store_keys_too_weak', 'webhook_moved' );

	/** Troubles that a new consent mends. */
	const CONSENT = array( 'consent_withdrawn', 'consent_expired', 'account_unreachable' );

	/** Troubles that the merchant mends on a page of this site, with who may see that page. */
	const PAGES = array(
		'store_no_permalinks' => array( 'options-permalink.php', 'manage_options' ),
		'webhook_paused'      => array( 'admin.php?page=wc-settings&tab=advanced&section=webhooks', 'manage_woocommerce' ),
		'webhook_mute'        => array( 'update-core.php', 'update_plugins' ),
		'store_too_old'       => array( 'update-core.php', 'update_plugins' ),
		'account_missing'     => array( 'admin.php?page=' . Integration::PAGE, 'manage_woocommerce' ),
	);

	/** Stages at which a review is what remains. */
	const DISPUTABLE = array( 'ineligible', 'ended', 'blocked', 'held' );

	/** Stages whose next step, if any, is at TikTok. */
	const ADVERTISING = array( 'awaiting_spend', 'accumulating', 'settling' );

	const ADS_MANAGER = 'https://ads.tiktok.com/';

	/**
	 * Reads the progress from a status document.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	private Progress $progress;

	/**
	 * Take what the choice rests on.
	 *
	 * @since 1.1.0
	 *
	 * @param Progress $progress Reads the progress from a status document.
	 */
	public function __construct( Progress $progress ) {
		$this->progress = $progress;
	}

	/**
	 * Return the button: what mends a trouble first, then the step of the stage.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document    A status document.
	 * @param array    $integration As Integration::state() returns it.
	 * @return array{action?: string, url?: string, label?: string, next_step?: string} With an action or a url, and what it is for where a trouble says so; empty where nothing is to do.
	 */
	public function button( Document $document, array $integration ): array {
		$button = $this->for_troubles( $document );
		if ( $button ) {
			return $button;
		}
		return $this->progress->is_stopped( $document ) ? $this->for_dispute( $document ) : $this->for_stage( $document, $integration );
	}

	/**
	 * Return the button that mends what the merchant has to mend.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{action?: string, url?: string, label?: string, next_step?: string}
	 */
	private function for_troubles( Document $document ): array {
		foreach ( $document->each( 'warnings' ) as $trouble ) {
			$button = $this->for_trouble( $trouble->text( 'id' ) );
			if ( $button ) {
				return $button + array( 'next_step' => $trouble->text( 'next_step' ) );
			}
		}
		return array();
	}

	/**
	 * Return the button that mends one trouble.
	 *
	 * @since 1.1.0
	 *
	 * @param string $id The trouble's id.
	 * @return array{action?: string, url?: string, label?: string} Empty where the page has none.
	 */
	private function for_trouble( string $id ): array {
		if ( in_array( $id, self::RECONNECT, true ) ) {
			return $this->action( 'reconnect', __( 'Connect again', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( in_array( $id, self::CONSENT, true ) ) {
			return $this->consent();
		}
		list( $page, $capability ) = self::PAGES[ $id ] ?? array( '', '' );
		if ( '' === $page || ! current_user_can( $capability ) ) {
			return array();
		}
		return $this->link( admin_url( $page ), __( 'Put it right', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Return the button of a stage of the way.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document    A status document.
	 * @param array    $integration As Integration::state() returns it.
	 * @return array{action?: string, url?: string, label?: string}
	 */
	private function for_stage( Document $document, array $integration ): array {
		$stage = $document->text( 'stage' );
		if ( 'awaiting_setup' === $stage ) {
			return $this->integration( $integration, __( 'Set up the TikTok integration', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( 'awaiting_link' === $stage && ! $integration['account'] ) {
			return $this->integration( $integration, __( 'Link your ad account', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( $this->progress->lacks_consent( $document ) ) {
			return $this->consent();
		}
		if ( in_array( $stage, array( 'issued', 'credited' ), true ) ) {
			return $this->link( self::ADS_MANAGER, __( 'Open TikTok Ads Manager', 'ad-credit-status-for-woocommerce' ) );
		}
		$button = $this->for_next_tier( $document );
		return $button ? $button : $this->for_dispute( $document );
	}

	/**
	 * Return the button towards the next tier: none where reaching it would earn nothing.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{url?: string, label?: string}
	 */
	private function for_next_tier( Document $document ): array {
		if ( ! $document->has( 'next_tier' ) || ! in_array( $document->text( 'stage' ), self::ADVERTISING, true ) ) {
			return array();
		}
		return $this->link(
			self::ADS_MANAGER,
			'payment' === $document->text( 'next_tier.needs' )
				? __( 'Pay your bills in TikTok Ads Manager', 'ad-credit-status-for-woocommerce' )
				: __( 'Open TikTok Ads Manager', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Return the button for who disagrees.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{url?: string, label?: string}
	 */
	private function for_dispute( Document $document ): array {
		$is_late = $this->progress->is_overdue( $document );
		if ( 'open' === $document->text( 'review.state' ) || ( ! $is_late && ! in_array( $document->text( 'stage' ), self::DISPUTABLE, true ) ) ) {
			return array();
		}
		return $this->link( '#wc-ad-credit-review', __( 'Ask for a review', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Return the button into TikTok's integration, or to it in the plugin directory.
	 *
	 * @since 1.1.0
	 *
	 * @param array  $integration As Integration::state() returns it.
	 * @param string $label       What it says where the integration is installed.
	 * @return array{url: string, label: string}
	 */
	private function integration( array $integration, string $label ): array {
		if ( $integration['installed'] ) {
			return $this->link( admin_url( 'admin.php?page=' . Integration::PAGE ), $label );
		}
		return $this->link(
			admin_url( 'plugin-install.php?tab=search&type=term&s=' . Integration::FOLDER ),
			__( 'Install the TikTok integration', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Return the button into TikTok's consent.
	 *
	 * @since 1.1.0
	 *
	 * @return array{action: string, label: string}
	 */
	private function consent(): array {
		return $this->action( 'consent', __( 'Connect TikTok', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Return a button that asks for one of Actions.
	 *
	 * @since 1.1.0
	 *
	 * @param string $action A name of Actions::NAMES.
	 * @param string $label  What it says.
	 * @return array{action: string, label: string}
	 */
	private function action( string $action, string $label ): array {
		return array(
			'action' => $action,
			'label'  => $label,
		);
	}

	/**
	 * Return a button that leads somewhere.
	 *
	 * @since 1.1.0
	 *
	 * @param string $url   Where to.
	 * @param string $label What it says.
	 * @return array{url: string, label: string}
	 */
	private function link( string $url, string $label ): array {
		return array(
			'url'   => $url,
			'label' => $label,
		);
	}
}
