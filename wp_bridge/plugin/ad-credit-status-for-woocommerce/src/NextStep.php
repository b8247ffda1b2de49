<?php
/**
 * The buttons in the box at the top: what the merchant can do next.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Chooses the buttons for a status document.
 *
 * @since 1.1.0
 */
final class NextStep {

	/** Warnings that a new connection mends. */
	const RECONNECT = array( 'store_keys_refused', 'store_keys_too_weak', 'store_no_permalinks', 'webhook_mute', 'webhook_moved' );

	/** Stages at which a review is what remains. */
	const DISPUTABLE = array( 'ineligible', 'ended', 'blocked', 'held' );

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
	 * Return the buttons, the most important one first.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document    A status document.
	 * @param array    $integration As Integration::state() returns it.
	 * @return array<int, array{action?: string, url?: string, label: string}> Each with an action or a url.
	 */
	public function buttons( Document $document, array $integration ): array {
		$buttons = array();
		if ( $this->needs_reconnecting( $document ) ) {
			$buttons[] = array(
				'action' => 'reconnect',
				'label'  => __( 'Connect again', 'ad-credit-status-for-woocommerce' ),
			);
		}
		if ( ! $this->progress->is_stopped( $document ) ) {
			$buttons = array_merge( $buttons, $this->for_stage( $document->text( 'stage' ), $integration ) );
			if ( $this->progress->lacks_consent( $document ) ) {
				$buttons[] = array(
					'action' => 'consent',
					'label'  => __( 'Connect TikTok', 'ad-credit-status-for-woocommerce' ),
				);
			}
		}
		if ( in_array( $document->text( 'stage' ), self::DISPUTABLE, true ) && 'open' !== $document->text( 'review.state' ) ) {
			$buttons[] = array(
				'url'   => '#wc-ad-credit-review',
				'label' => __( 'Ask for a review', 'ad-credit-status-for-woocommerce' ),
			);
		}
		return $buttons;
	}

	/**
	 * Return the button for a stage.
	 *
	 * @since 1.1.0
	 *
	 * @param string $stage       The stage.
	 * @param array  $integration As Integration::state() returns it.
	 * @return array<int, array{url: string, label: string}> None or one.
	 */
	private function for_stage( string $stage, array $integration ): array {
		$page = admin_url( 'admin.php?page=' . Integration::PAGE );
		if ( 'awaiting_setup' === $stage ) {
			return array( $integration['installed'] ? $this->link( $page, __( 'Set up the TikTok integration', 'ad-credit-status-for-woocommerce' ) ) : $this->install() );
		}
		if ( 'awaiting_link' === $stage && ! $integration['account'] ) {
			return array( $integration['installed'] ? $this->link( $page, __( 'Link your ad account', 'ad-credit-status-for-woocommerce' ) ) : $this->install() );
		}
		if ( 'awaiting_spend' === $stage || 'accumulating' === $stage ) {
			return array( $this->link( self::ADS_MANAGER, __( 'Open TikTok Ads Manager', 'ad-credit-status-for-woocommerce' ) ) );
		}
		return array();
	}

	/**
	 * Return the button that leads to the official integration in the plugin directory.
	 *
	 * @since 1.1.0
	 *
	 * @return array{url: string, label: string}
	 */
	private function install(): array {
		return $this->link(
			admin_url( 'plugin-install.php?tab=search&type=term&s=' . Integration::FOLDER ),
			__( 'Install the TikTok integration', 'ad-credit-status-for-woocommerce' )
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

	/**
	 * Tell whether a warning says that the service cannot reach the store any more.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return bool
	 */
	private function needs_reconnecting( Document $document ): bool {
		foreach ( $document->each( 'warnings' ) as $warning ) {
			if ( in_array( $warning->text( 'id' ), self::RECONNECT, true ) ) {
				return true;
			}
		}
		return false;
	}
}
