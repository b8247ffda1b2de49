<?php
/**
 * The plugin's REST routes: two for the service, three for the page.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_Error;
use WP_REST_Request;

defined( 'ABSPATH' ) || exit;

/**
 * Registers and answers the REST routes. Each requires a user who manages the shop.
 *
 * @since 1.0.0
 */
final class Routes {

	/** The namespace. WooCommerce accepts its keys only for namespaces that begin with wc/ or wc-. */
	const REST_NAMESPACE = 'wc-ad-credit/v1';

	/**
	 * The plugin, which holds the objects.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Describes the responses of the routes.
	 *
	 * @since 1.1.0
	 * @var Schemas
	 */
	private Schemas $schemas;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin  $plugin  The plugin, which holds the objects.
	 * @param Schemas $schemas Describes the responses of the routes.
	 */
	public function __construct( Plugin $plugin, Schemas $schemas ) {
		$this->plugin  = $plugin;
		$this->schemas = $schemas;
	}

	/**
	 * Register all routes.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function register_routes(): void {
		$text = array(
			'type'     => 'string',
			'required' => true,
		);
		$this->register_route( '/state', 'GET', 'get_state', array(), $this->schemas->get_state_schema() );
		$this->register_route(
			'/token',
			'POST',
			'store_token',
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
			$this->schemas->get_confirmation_schema( 'stored' )
		);
		$poll = array(
			'type'    => 'boolean',
			'default' => true,
		);
		$this->register_route( '/refresh', 'POST', 'refresh_status', array( 'poll' => $poll ), $this->schemas->get_refresh_schema() );
		$message = $text + array(
			'minLength' => 1,
			'maxLength' => ReviewRequest::MAX_LENGTH,
		);
		$this->register_route( '/reviews', 'POST', 'request_review', array( 'message' => $message ), $this->schemas->get_confirmation_schema( 'asked' ) );
		$this->register_route( '/dismissals', 'POST', 'dismiss_update', array( 'key' => $text + array( 'pattern' => AdminNotice::KEY_PATTERN ) ), $this->schemas->get_confirmation_schema( 'dismissed' ) );
	}

	/**
	 * Check whether the user manages the shop.
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
	 * Return the `state` signal, unless the merchant disconnected after the key of this request was created.
	 *
	 * @since 1.0.0
	 *
	 * @return array|WP_Error
	 */
	public function get_state() {
		return $this->plugin->connector->is_key_allowed() ? $this->plugin->state_signal->build() : $this->build_disconnected_error();
	}

	/**
	 * Store the status token that the service sends.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The request.
	 * @return array|WP_Error
	 */
	public function store_token( WP_REST_Request $request ) {
		if ( ! $this->plugin->connector->is_key_allowed() ) {
			return $this->build_disconnected_error();
		}
		$code = $this->plugin->connector->receive_token( $request['service'] ?? '', $request['token'] );
		if ( 'connected' !== $code ) {
			return $this->build_error( 'address' === $code ? 'wc_ad_credit_no_service' : 'wc_ad_credit_bad_token', $code );
		}
		return array( 'stored' => true );
	}

	/**
	 * Fetch the status document and return the newly rendered page.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The request; with `poll` false, the service is not asked to read TikTok first.
	 * @return array
	 */
	public function refresh_status( WP_REST_Request $request ): array {
		$this->plugin->cache->remember_language( $this->plugin->page->get_language() );
		if ( $request['poll'] ) {
			$code = $this->plugin->refresher->refresh();
		} else {
			$code = $this->plugin->refresher->fetch_status() ? 'latest' : $this->plugin->refresher->get_failure_code();
		}
		$flash = array(
			'codes'  => $request['poll'] ? array( $code ) : array(),
			'fields' => array(),
		);
		return array(
			'fetched' => in_array( $code, Refresher::SUCCESS_CODES, true ),
			'message' => $this->plugin->messages->get_message( $code ),
			'html'    => $this->plugin->page->render_content( $flash ),
		);
	}

	/**
	 * Send a review request.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The request.
	 * @return array|WP_Error
	 */
	public function request_review( WP_REST_Request $request ) {
		$code = $this->plugin->review->send( $request['message'] );
		return 'asked' === $code ? array( 'asked' => true ) : $this->build_error( "wc_ad_credit_review_$code", $code );
	}

	/**
	 * Dismiss an update for the current user.
	 *
	 * @since 1.0.0
	 *
	 * @param WP_REST_Request $request The request.
	 * @return array
	 */
	public function dismiss_update( WP_REST_Request $request ): array {
		$this->plugin->notice->dismiss( $request['key'] );
		return array( 'dismissed' => true );
	}

	/**
	 * Build the error for a request after the merchant disconnected.
	 *
	 * @since 1.1.0
	 *
	 * @return WP_Error
	 */
	private function build_disconnected_error(): WP_Error {
		return new WP_Error( 'wc_ad_credit_disconnected', $this->plugin->messages->get_message( 'ended' ), array( 'status' => 403 ) );
	}

	/**
	 * Build the error for an invalid value.
	 *
	 * @since 1.0.0
	 *
	 * @param string $error The error's code.
	 * @param string $code  A code of Messages::get_message().
	 * @return WP_Error
	 */
	private function build_error( string $error, string $code ): WP_Error {
		return new WP_Error( $error, $this->plugin->messages->get_message( $code ), array( 'status' => 400 ) );
	}

	/**
	 * Register one route.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path        The path, with a leading slash.
	 * @param string $http_method The HTTP method.
	 * @param string $callback    The method of this class that answers.
	 * @param array  $args        The schemas of the arguments.
	 * @param array  $schema      The schema of the response.
	 * @return void
	 */
	private function register_route( string $path, string $http_method, string $callback, array $args, array $schema ): void {
		register_rest_route(
			self::REST_NAMESPACE,
			$path,
			array(
				array(
					'methods'             => $http_method,
					'callback'            => array( $this, $callback ),
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
