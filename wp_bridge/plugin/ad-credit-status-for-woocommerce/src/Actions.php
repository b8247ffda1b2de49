<?php
/**
 * What the page's buttons do: checked, done, and back to the page with a sentence.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Handles the page's form.
 *
 * @since 1.0.0
 */
final class Actions {

	/** The action of admin-post.php, and of the nonce. */
	const HOOK = 'wc_ad_credit';

	/** The nonce's field. */
	const NONCE = 'wc_ad_credit_nonce';

	/** The field that names the button. */
	const FIELD = 'wc_ad_credit_action';

	/** What a button may ask for: the method of that name does it and returns codes of Messages::sentence(). */
	const NAMES = array( 'begin', 'reconnect', 'connect', 'disconnect', 'refresh', 'review', 'dismiss', 'consent', 'what_if', 'mail' );

	/** Where on the page a button's answer is read. */
	const ANCHORS = array(
		'what_if' => '#wc-ad-credit-what-if',
		'mail'    => '#wc-ad-credit-mail',
	);


	/**
	 * The plugin's parts.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * What is told beside the field it answers.
	 *
	 * @since 1.1.0
	 * @var array<string, string>
	 */
	private array $answers = array();

	/**
	 * Take the plugin's parts.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Do what a button asks for. Ends the request.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function handle(): void {
		if ( ! current_user_can( 'manage_woocommerce' ) ) {
			wp_die( esc_html__( 'Only users who manage the shop may do this.', 'ad-credit-status-for-woocommerce' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::HOOK, self::NONCE );
		$name = $this->field( self::FIELD );
		$url  = $this->plugin->page->url();
		if ( in_array( $name, self::NAMES, true ) ) {
			$codes  = $this->$name();
			$is_bad = array_intersect( $codes, array( 'address', 'token', 'unknown_token', 'try_unreachable', 'try_busy', 'try_unreadable' ) );
			$this->plugin->flash->set( $codes, ( $is_bad ? $this->typed() : array() ) + $this->answers );
			$url .= self::ANCHORS[ $name ] ?? '';
		}
		wp_safe_redirect( $url );
		exit;
	}

	/**
	 * Go to the service's own page, where the merchant lets it connect.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function begin(): array {
		$service = $this->plugin->connection->normalize( $this->field( 'wc_ad_credit_service' ) );
		if ( '' === $service ) {
			return array( 'address' );
		}
		$this->redirect_to_connect( $service );
	}

	/**
	 * Go there again with the address that is known.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function reconnect(): array {
		$service = $this->plugin->connection->service();
		if ( '' === $service ) {
			return array( 'unconnected' );
		}
		$this->redirect_to_connect( $service );
	}

	/**
	 * Connect with a token that was typed.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function connect(): array {
		return array(
			$this->plugin->connector->try_connect(
				$this->field( 'wc_ad_credit_service' ),
				$this->field( 'wc_ad_credit_token' ),
				$this->plugin->page->language()
			),
		);
	}

	/**
	 * End the connection.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function disconnect(): array {
		return $this->plugin->connector->disconnect();
	}

	/**
	 * Ask for new figures.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function refresh(): array {
		return array( $this->plugin->refresher->refresh() );
	}

	/**
	 * Ask for a review.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function review(): array {
		return array( $this->plugin->review->send( $this->field( 'wc_ad_credit_message' ) ) );
	}

	/**
	 * Dismiss an update.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function dismiss(): array {
		$key = $this->field( 'wc_ad_credit_update' );
		if ( preg_match( '/' . AdminNotice::KEY . '/D', $key ) ) {
			$this->plugin->notice->dismiss( $key );
		}
		return array( 'dismissed' );
	}

	/**
	 * Go into TikTok's consent by a one-use address of the service.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function consent(): array {
		$response = $this->plugin->client->create_ticket( $this->plugin->page->url() );
		$url      = (string) ( $response->body['url'] ?? '' );
		if ( $response->is_success() && 0 === strpos( $url, $this->plugin->connection->service() . '/' ) ) {
			$this->redirect( $url );
		}
		$code = $response->error_code();
		return array( '' === $code ? 'unreadable' : $code );
	}

	/**
	 * Ask what an amount spent each day leads to.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function what_if(): array {
		$this->answers = array(
			'per_day' => substr( $this->field( 'wc_ad_credit_per_day' ), 0, 20 ),
			'what_if' => $this->plugin->what_if->answer( $this->field( 'wc_ad_credit_per_day' ), $this->plugin->page->language() ),
		);
		return array();
	}

	/**
	 * Ask for notices by e-mail, or for none any more.
	 *
	 * @since 1.1.0
	 *
	 * @return string[]
	 */
	private function mail(): array {
		$code          = $this->plugin->mail->choose( '1' === $this->field( 'wc_ad_credit_mail_wanted' ), $this->field( 'wc_ad_credit_mail' ), $this->plugin->page->language() );
		$this->answers = array(
			'mail'         => $this->plugin->messages->sentence( $code ),
			'mail_address' => substr( $this->field( 'wc_ad_credit_mail' ), 0, MailNotices::MAX_LENGTH ),
		);
		return array();
	}

	/**
	 * Redirect to the service's page for this shop, which returns to ours. Ends the request.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service The service's address.
	 * @return void
	 */
	private function redirect_to_connect( string $service ): void {
		$query = array(
			'shop'       => rawurlencode( $this->plugin->installation->home_url() ),
			'return_url' => rawurlencode( $this->plugin->page->url() ),
		);
		$this->redirect( add_query_arg( $query, "$service/connect" ) );
	}

	/**
	 * Redirect to the service the merchant chose. Ends the request.
	 *
	 * @since 1.0.0
	 *
	 * @param string $url An address of the service.
	 * @return void
	 */
	private function redirect( string $url ): void {
		wp_redirect( esc_url_raw( $url ) ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect -- it leads to the service.
		exit;
	}

	/**
	 * Return what was typed into the form for connecting.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, string>
	 */
	private function typed(): array {
		return array(
			'service' => substr( $this->field( 'wc_ad_credit_service' ), 0, Connection::MAX_ADDRESS_LENGTH ),
			'token'   => substr( $this->field( 'wc_ad_credit_token' ), 0, Connection::MAX_TOKEN_LENGTH ),
		);
	}

	/**
	 * Return a field of the form as it was typed.
	 *
	 * Each use checks the value by its shape; a token or a message is no text to be cleaned.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name The field's name.
	 * @return string
	 */
	private function field( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- handle() checks the nonce, each use the shape.
		$value = isset( $_POST[ $name ] ) ? wp_unslash( $_POST[ $name ] ) : '';
		return is_string( $value ) ? wp_check_invalid_utf8( $value ) : '';
	}
}
