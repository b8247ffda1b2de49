<?php
/**
 * The REST routes: two for the service, three for the page. Each is for users who manage the shop.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_Error;
use WP_REST_Request;

defined( 'ABSPATH' ) || exit;

/**
 * Registers and answers the routes.
 *
 * @since 1.0.0
 */
final class Routes {

	/** WooCommerce looks at its keys only for namespaces that begin so. */
	const SPACE = 'wc-ad-credit/v1';

	/**
	 * The plugin's parts.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * What the routes answer.
	 *
	 * @since 1.1.0
	 * @var Schemas
	 */
	private Schemas $schemas;

	/**
	 * Take the plugin's parts.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin  $plugin  The plugin.
	 * @param Schemas $schemas What the routes answer.
	 */
	public function __construct( Plugin $plugin, Schemas $schemas ) {
		$this->plugin  = $plugin;
		$this->schemas = $schemas;
	}

	/**
	 * Register the routes.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function register(): void {
		$text = array(
			'type'     => 'string',
			'required' => true,
		);
		$this->route( '/state', 'GET', 'state', array(), $this->schemas->state() );
		$this->route(
			'/token',
			'POST',
			'token',
			array(
				'token'   => $text + array(
					'minLength' => 8,
					'maxLength' => Connection::MAX_TOKEN_LENGTH,
				),
				'service' => array(
					'type'      => 'string',
					'minLength' => 1,
					'maxLength' => Connection::MAX_ADDRESS_LENGTH,
				),
			),
			$this->schemas->done( 'stored' )
		);
		$poll = array(
			'type'    => 'boolean',
			'default' => true,
		);
		$this->route( '/refresh', 'POST', 'refresh', array( 'poll' => $poll ), $this->schemas->refreshed() );
		$message = $text + array(
			'minLength' => 1,
			'maxLength' => ReviewRequest::MAX_LENGTH,
		);
		$this->route( '/reviews', 'POST', 'review', array( 'message' => $message ), $this->schemas->done( 'asked' ) );
		$this->route( '/dismissals', 'POST', 'dismiss', array( 'key' => $text + array( 'pattern' => AdminNotice::KEY ) ), $this->schemas->done( 'dismissed' ) );
	}

	/**
	 * Let in users who manage the shop.
	 *
	 * @since 1.0.0
	 *
	 * @return true|WP_Error
	 */
	public function check_permission() {
		if ( current_user_can( 'manage_woocommerce' ) ) {
			return true;
		}
		return new WP_Error(
			'wc_ad_credit_rest_forbidden',
			__( 'Only users who manage the shop may do this.', 'ad-credit-status-for-woocommerce' ),
			array( 'status' => rest_authorization_required_code() )
		);
	}

	/**
	 * Answer the state, unless the merchant disconnected after the key of this call was made.
	 *
	 * @since 1.0.0
	 *
	 * @return array|WP_Error
	 */
	public function state() {
		return $this->plugin->connector->admits_key() ? $this->plugin->state_signal->build() : $this->ended();
	}

	/**
	 * Store the status token that the service brings.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The call.
	 * @return array|WP_Error
	 */
	public function token( WP_REST_Request $request ) {
		if ( ! $this->plugin->connector->admits_key() ) {
			return $this->ended();
		}
		$code = $this->plugin->connector->receive_token( $request['service'] ?? '', $request['token'] );
		if ( 'connected' !== $code ) {
			return $this->refusal( 'address' === $code ? 'wc_ad_credit_no_service' : 'wc_ad_credit_bad_token', $code );
		}
		return array( 'stored' => true );
	}

	/**
	 * Fetch the status document and answer the page drawn anew.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The call; `poll` false only fetches what the service knows already.
	 * @return array
	 */
	public function refresh( WP_REST_Request $request ): array {
		$this->plugin->cache->want( $this->plugin->page->language() );
		if ( $request['poll'] ) {
			$code = $this->plugin->refresher->refresh();
		} else {
			$code = $this->plugin->refresher->fetch() ? 'latest' : $this->plugin->refresher->failure();
		}
		$flash = array(
			'codes'  => $request['poll'] ? array( $code ) : array(),
			'fields' => array(),
		);
		return array(
			'fetched' => in_array( $code, Refresher::ANSWERED, true ),
			'message' => $this->plugin->messages->sentence( $code ),
			'html'    => $this->plugin->page->content( $flash ),
		);
	}

	/**
	 * Ask for a review.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The call.
	 * @return array|WP_Error
	 */
	public function review( WP_REST_Request $request ) {
		$code = $this->plugin->review->send( $request['message'] );
		return 'asked' === $code ? array( 'asked' => true ) : $this->refusal( "wc_ad_credit_review_$code", $code );
	}

	/**
	 * Dismiss an update.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The call.
	 * @return array
	 */
	public function dismiss( WP_REST_Request $request ): array {
		$this->plugin->notice->dismiss( $request['key'] );
		return array( 'dismissed' => true );
	}

	/**
	 * Refuse a call after the merchant disconnected.
	 *
	 * @since 1.1.0
	 *
	 * @return WP_Error
	 */
	private function ended(): WP_Error {
		return new WP_Error( 'wc_ad_credit_disconnected', $this->plugin->messages->sentence( 'ended' ), array( 'status' => 403 ) );
	}

	/**
	 * Refuse a value.
	 *
	 * @since 1.0.0
	 *
	 * @param string $error The error's code.
	 * @param string $code  A code of Messages::sentence().
	 * @return WP_Error
	 */
	private function refusal( string $error, string $code ): WP_Error {
		return new WP_Error( $error, $this->plugin->messages->sentence( $code ), array( 'status' => 400 ) );
	}

	/**
	 * Register one route.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path   From its slash on.
	 * @param string $method The HTTP method.
	 * @param string $answer The method of this class that answers.
	 * @param array  $args   The arguments' schemas.
	 * @param array  $schema The answer's schema.
	 * @return void
	 */
	private function route( string $path, string $method, string $answer, array $args, array $schema ): void {
		register_rest_route(
			self::SPACE,
			$path,
			array(
				array(
					'methods'             => $method,
					'callback'            => array( $this, $answer ),
					'permission_callback' => array( $this, 'check_permission' ),
					'args'                => $args,
				),
				'schema' => static function () use ( $schema ): array {
					return $schema;
				},
			)
		);
	}
}
