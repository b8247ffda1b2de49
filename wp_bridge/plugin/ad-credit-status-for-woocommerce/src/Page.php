<?php
/**
 * The page under Marketing, rendered from stored data without calling the service.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Renders the plugin's page.
 *
 * @since 1.0.0
 */
final class Page {

	const SLUG = 'wc-ad-credit';
	const PATH = 'admin.php?page=' . self::SLUG;

	/** Query parameter that asks the merchant to confirm a disconnect. */
	const CONFIRM_PARAMETER = 'confirm';

	/**
	 * The plugin, which holds the objects.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin, which holds the objects.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Return the page's address.
	 *
	 * @since 1.0.0
	 *
	 * @return string
	 */
	public function get_url(): string {
		return admin_url( self::PATH );
	}

	/**
	 * Print the page.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function print_page(): void {
		$language = $this->get_language();
		$this->plugin->cache->remember_language( $language );
		if ( $this->plugin->connection->is_connected() && ! $this->plugin->cache->get_document( $language ) ) {
			$this->plugin->schedule->schedule_immediate_refresh();
		}
		$this->enqueue_assets();
		$this->plugin->template->print_template(
			'page',
			array(
				'content'     => $this->render_content( $this->plugin->flash->take(), $this->is_disconnect_requested() ),
				'refresh_url' => rest_url( Routes::REST_NAMESPACE . '/refresh' ),
				'is_waiting'  => $this->is_waiting(),
			)
		);
	}

	/**
	 * Return the page's content as HTML.
	 *
	 * @since 1.0.0
	 *
	 * @param array{codes: string[], fields: array<string, string>} $flash              The message, as FlashMessage::take() returns it.
	 * @param bool                                                  $confirm_disconnect Whether to ask the merchant to confirm a disconnect.
	 * @return string
	 */
	public function render_content( array $flash, bool $confirm_disconnect = false ): string {
		$document = $this->get_document();
		$this->plugin->format->use_document_formats( $document );
		return $this->plugin->template->render(
			$this->choose_template( $document, $confirm_disconnect ),
			array(
				'document'    => $document,
				'flash'       => $this->join_messages( $flash['codes'] ),
				'fields'      => $flash['fields'],
				'service'     => $this->plugin->connection->get_service_url(),
				'url'         => $this->get_url(),
				'failure'     => $this->plugin->cache->get_failure_code(),
				'read_at'     => $this->plugin->cache->get_read_time(),
				'problem'     => $this->plugin->deliveries->get_problem(),
				'has_webhook' => '' !== $this->plugin->webhooks->get_service_url() && ! $this->plugin->connection->is_disconnected(),
			) + ( $document ? $this->get_document_values( $document ) : array() )
		);
	}

	/**
	 * Return the values that the templates for a status document need.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document The document to show.
	 * @return array<string, mixed>
	 */
	private function get_document_values( Document $document ): array {
		$problem = $this->plugin->deliveries->get_problem();
		return array(
			'update_key' => $this->get_update_key( $document ),
			'button'     => $this->plugin->next_step->get_button( $document, $this->plugin->integration->get_state() ),
			'figure'     => $this->plugin->key_figure->get_figure( $document ),
			'market'     => $this->plugin->offer->get_market( $document ),
			'currency'   => $this->plugin->offer->get_currency( $document ),
			'chart'      => $this->plugin->chart->build_chart( $document ),
			'history'    => $this->plugin->cache->get_history( $this->get_language() ),
			'support'    => $this->plugin->support->build( $document, $this->plugin->cache->get_failure_code(), $problem ? $problem['code'] : '' ),
			'mail'       => $this->plugin->mail->get_address(),
		);
	}

	/**
	 * Return the language the current user reads.
	 *
	 * @since 1.0.0
	 *
	 * @return string A language tag such as es-MX.
	 */
	public function get_language(): string {
		return $this->plugin->cache->to_language_tag( get_user_locale() );
	}

	/**
	 * Return the document to show: in the user's language, or in any language while the service cannot be reached.
	 *
	 * @since 1.1.0
	 *
	 * @return Document|null Null while not connected, or without a document.
	 */
	private function get_document(): ?Document {
		if ( ! $this->plugin->connection->is_connected() ) {
			return null;
		}
		$document = $this->plugin->cache->get_document( $this->get_language() );
		return $document || '' === $this->plugin->cache->get_failure_code() ? $document : $this->plugin->cache->get_any_document();
	}

	/**
	 * Check whether the page waits for its first document, which a script may fetch at once.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	private function is_waiting(): bool {
		return $this->plugin->connection->is_connected() && ! $this->get_document() && '' === $this->plugin->cache->get_failure_code();
	}

	/**
	 * Return the name of the template for the page's content.
	 *
	 * @since 1.0.0
	 *
	 * @param Document|null $document           The document to show; null for none.
	 * @param bool          $confirm_disconnect Whether to ask the merchant to confirm a disconnect.
	 * @return string
	 */
	private function choose_template( ?Document $document, bool $confirm_disconnect ): string {
		if ( ! $this->plugin->connection->is_connected() ) {
			return 'connect';
		}
		if ( $confirm_disconnect ) {
			return 'disconnect';
		}
		return $document ? 'status' : 'waiting';
	}

	/**
	 * Return the key of the update that the current user has not dismissed.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document The document to show.
	 * @return string Empty when there is none.
	 */
	private function get_update_key( Document $document ): string {
		$key = $this->plugin->notice->get_update_key( $document );
		return $this->plugin->notice->is_dismissed( $key ) ? '' : $key;
	}

	/**
	 * Return the messages for some codes as one text.
	 *
	 * @since 1.1.0
	 *
	 * @param string[] $codes Codes of Messages::get_message().
	 * @return string
	 */
	private function join_messages( array $codes ): string {
		return implode( ' ', array_filter( array_map( array( $this->plugin->messages, 'get_message' ), $codes ) ) );
	}

	/**
	 * Check whether the user pressed Disconnect and has to confirm it.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	private function is_disconnect_requested(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- it only changes which page is shown.
		return isset( $_GET[ self::CONFIRM_PARAMETER ] );
	}

	/**
	 * Enqueue the page's style and script.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function enqueue_assets(): void {
		$folder = plugins_url( 'assets/', WC_AD_CREDIT_FILE );
		wp_enqueue_style( 'wc-ad-credit', $folder . 'page.css', array(), WC_AD_CREDIT_VERSION );
		wp_enqueue_script( 'wc-ad-credit', $folder . 'page.js', array( 'wp-a11y' ), WC_AD_CREDIT_VERSION, true );
	}
}
