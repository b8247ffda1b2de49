<?php
/**
 * The handler of the page's forms.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Checks a submitted form, does what its button asks for, and returns to the page with a message.
 *
 * @since 1.0.0
 */
final class Actions {

	/** The action of admin-post.php and of the nonce. */
	const ACTION = 'wc_ad_credit';

	/** The form field that holds the nonce. */
	const NONCE_FIELD = 'wc_ad_credit_nonce';

	/** The form field whose value is the pressed button. */
	const BUTTON_FIELD = 'wc_ad_credit_action';

	/** The method for each button; it returns codes of Messages::get_message(). */
	const METHODS = array(
		'begin'      => 'start_connection',
		'reconnect'  => 'reconnect',
		'connect'    => 'connect_with_token',
		'disconnect' => 'disconnect',
		'refresh'    => 'refresh',
		'review'     => 'request_review',
		'dismiss'    => 'dismiss_update',
		'consent'    => 'redirect_to_consent',
		'what_if'    => 'estimate_budget',
		'mail'       => 'update_mail_notices',
	);

	/** The part of the page that shows the result of a button, where it is not the top. */
	const ANCHORS = array(
		'what_if' => '#wc-ad-credit-what-if',
		'mail'    => '#wc-ad-credit-mail',
	);

	/** Codes after which the form for connecting is filled with the submitted values again. */
	const CONNECT_ERRORS = array( 'address', 'token', 'unknown_token', 'try_unreachable', 'try_busy', 'try_unreadable' );

	/**
	 * The plugin, which holds the objects.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Values that the next page view shows in the fields of a form.
	 *
	 * @since 1.1.0
	 * @var array<string, string>
	 */
	private array $fields = array();

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
	 * Handle a submitted form: check the user and the nonce, run the button's method, redirect. Ends the request.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function handle(): void {
		if ( ! current_user_can( 'manage_woocommerce' ) ) {
			wp_die( esc_html__( 'Only users who manage the shop may do this.', 'ad-credit-status-for-woocommerce' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::ACTION, self::NONCE_FIELD );
		$button = $this->get_field( self::BUTTON_FIELD );
		$url    = $this->plugin->page->get_url();
		$method = self::METHODS[ $button ] ?? '';
		if ( '' !== $method ) {
			$codes  = $this->$method();
			$fields = array_intersect( $codes, self::CONNECT_ERRORS ) ? $this->get_connection_fields() : array();
			$this->plugin->flash->store( $codes, $fields + $this->fields );
			$url .= self::ANCHORS[ $button ] ?? '';
		}
		wp_safe_redirect( $url );
		exit;
	}

	/**
	 * Redirect to the service's page at the submitted address, where the merchant lets it connect.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function start_connection(): array {
		$service_url = $this->plugin->connection->normalize_url( $this->get_field( 'wc_ad_credit_service' ) );
		if ( '' === $service_url ) {
			return array( 'address' );
		}
		$this->redirect_to_connect( $service_url );
	}

	/**
	 * Redirect to the page of the stored service, where the merchant lets it connect again.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function reconnect(): array {
		$service_url = $this->plugin->connection->get_service_url();
		if ( '' === $service_url ) {
			return array( 'unconnected' );
		}
		$this->redirect_to_connect( $service_url );
	}

	/**
	 * Connect with the submitted address and status token.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function connect_with_token(): array {
		return array(
			$this->plugin->connector->connect_with_token(
				$this->get_field( 'wc_ad_credit_service' ),
				$this->get_field( 'wc_ad_credit_token' ),
				$this->plugin->page->get_language()
			),
		);
	}

	/**
	 * Disconnect the store.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function disconnect(): array {
		return $this->plugin->connector->disconnect();
	}

	/**
	 * Request new figures.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function refresh(): array {
		return array( $this->plugin->refresher->refresh() );
	}

	/**
	 * Request a review with the submitted message.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function request_review(): array {
		return array( $this->plugin->review->send( $this->get_field( 'wc_ad_credit_message' ) ) );
	}

	/**
	 * Dismiss the submitted update for the current user.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function dismiss_update(): array {
		$key = $this->get_field( 'wc_ad_credit_update' );
		if ( preg_match( '/' . AdminNotice::KEY_PATTERN . '/D', $key ) ) {
			$this->plugin->notice->dismiss( $key );
		}
		return array( 'dismissed' );
	}

	/**
	 * Redirect to TikTok's consent through a one-use address of the service.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function redirect_to_consent(): array {
		$response = $this->plugin->client->create_ticket( $this->plugin->page->get_url() );
		$url      = (string) ( $response->body['url'] ?? '' );
		if ( $response->is_success() && 0 === strpos( $url, $this->plugin->connection->get_service_url() . '/' ) ) {
			$this->redirect( $url );
		}
		return array( $response->get_failure_code() );
	}

	/**
	 * Estimate what the submitted daily budget leads to.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function estimate_budget(): array {
		$this->fields = array(
			'per_day' => substr( $this->get_field( 'wc_ad_credit_per_day' ), 0, 20 ),
			'what_if' => $this->plugin->what_if->get_estimate( $this->get_field( 'wc_ad_credit_per_day' ), $this->plugin->page->get_language() ),
		);
		return array();
	}

	/**
	 * Turn notices by e-mail on or off, as submitted.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function update_mail_notices(): array {
		$code         = $this->plugin->mail->update_preference( '1' === $this->get_field( 'wc_ad_credit_mail_wanted' ), $this->get_field( 'wc_ad_credit_mail' ), $this->plugin->page->get_language() );
		$this->fields = array(
			'mail'         => $this->plugin->messages->get_message( $code ),
			'mail_address' => substr( $this->get_field( 'wc_ad_credit_mail' ), 0, MailNotices::MAX_LENGTH ),
		);
		return array();
	}

	/**
	 * Redirect to the service's page for connecting this shop, which leads back here. Ends the request.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service_url The service's address.
	 * @return void
	 */
	private function redirect_to_connect( string $service_url ): void {
		$query = array(
			'shop'       => rawurlencode( $this->plugin->installation->get_home_url() ),
			'return_url' => rawurlencode( $this->plugin->page->get_url() ),
		);
		$this->redirect( add_query_arg( $query, "$service_url/connect" ) );
	}

	/**
	 * Redirect to the service that the merchant chose. Ends the request.
	 *
	 * @since 1.0.0
	 *
	 * @param string $url An address of the service.
	 * @return void
	 */
	private function redirect( string $url ): void {
		wp_redirect( esc_url_raw( $url ) ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect -- the service is on another host.
		exit;
	}

	/**
	 * Return the submitted values of the form for connecting, cut to their maximum lengths.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, string>
	 */
	private function get_connection_fields(): array {
		return array(
			'service' => substr( $this->get_field( 'wc_ad_credit_service' ), 0, Connection::MAX_ADDRESS_LENGTH ),
			'token'   => substr( $this->get_field( 'wc_ad_credit_token' ), 0, Connection::MAX_TOKEN_LENGTH ),
		);
	}

	/**
	 * Return a submitted field as it was entered.
	 *
	 * Not sanitized, since a token or a message must stay as it is: each caller validates the value.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name The field's name.
	 * @return string
	 */
	private function get_field( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- handle() checks the nonce, each caller validates the value.
		$value = isset( $_POST[ $name ] ) ? wp_unslash( $_POST[ $name ] ) : '';
		return is_string( $value ) ? wp_check_invalid_utf8( $value ) : '';
	}
}
