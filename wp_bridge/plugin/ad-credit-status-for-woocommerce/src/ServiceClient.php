<?php
/**
 * The client of the service's API. No other class calls the service, and none does while a page is rendered.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Calls the service's API with the status token.
 *
 * @since 1.0.0
 */
final class ServiceClient {

	/** Timeout of a request in seconds. */
	const TIMEOUT = 10;

	/** Maximum size of a response in bytes. */
	const MAX_RESPONSE_SIZE = 1048576;

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * WooCommerce's log.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	private Log $log;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection $connection The stored connection.
	 * @param Log        $log        WooCommerce's log.
	 */
	public function __construct( Connection $connection, Log $log ) {
		$this->connection = $connection;
		$this->log        = $log;
	}

	/**
	 * Fetch the status document.
	 *
	 * @since 1.0.0
	 *
	 * @param string $language The language of its sentences, such as es-MX.
	 * @return Response
	 */
	public function fetch_status( string $language ): Response {
		return $this->call( 'GET', '/api/v1/status', null, $language );
	}

	/**
	 * Fetch a page of the history, newest changes first.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language The language of its sentences, such as es-MX.
	 * @param string $after    The `next` value of the page before; empty for the first page.
	 * @return Response With status 404 from a service without a history.
	 */
	public function fetch_history( string $language, string $after ): Response {
		return $this->call( 'GET', '/api/v1/history' . ( '' === $after ? '' : '?after=' . rawurlencode( $after ) ), null, $language );
	}

	/**
	 * Fetch the estimate of what a daily budget leads to.
	 *
	 * @since 1.1.0
	 *
	 * @param string $per_day  The daily amount as a decimal string.
	 * @param string $language The language of the estimate.
	 * @return Response
	 */
	public function fetch_what_if( string $per_day, string $language ): Response {
		return $this->call( 'GET', '/api/v1/what-if?per_day=' . rawurlencode( $per_day ), null, $language );
	}

	/**
	 * Set the e-mail address for notices at the service.
	 *
	 * @since 1.1.0
	 *
	 * @param string|null $address  The e-mail address; null to turn notices by e-mail off.
	 * @param string      $language The language of the e-mails.
	 * @return Response
	 */
	public function set_mail_address( ?string $address, string $language ): Response {
		return $this->call( 'POST', '/api/v1/notices', array( 'email' => $address ), $language );
	}

	/**
	 * Fetch the status document with an address and a token that are not stored.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service_url The service's address.
	 * @param string $token       The status token.
	 * @param string $language    The language of its sentences.
	 * @return Response
	 */
	public function fetch_status_from( string $service_url, string $token, string $language ): Response {
		return $this->send( $service_url, $token, 'GET', '/api/v1/status', null, $language );
	}

	/**
	 * Ask the service to read TikTok's figures and this store again.
	 *
	 * @since 1.0.0
	 *
	 * @return Response With status 429 within a minute of the last request.
	 */
	public function request_refresh(): Response {
		return $this->call( 'POST', '/api/v1/refresh' );
	}

	/**
	 * Request a review.
	 *
	 * @since 1.0.0
	 *
	 * @param string $message The merchant's message.
	 * @return Response
	 */
	public function request_review( string $message ): Response {
		return $this->call( 'POST', '/api/v1/reviews', array( 'message' => $message ) );
	}

	/**
	 * Create a one-use address that leads this browser to TikTok's consent.
	 *
	 * @since 1.0.0
	 *
	 * @param string $return_url The page to come back to.
	 * @return Response
	 */
	public function create_ticket( string $return_url ): Response {
		return $this->call( 'POST', '/api/v1/connect-tickets', array( 'return_url' => $return_url ) );
	}

	/**
	 * Report to the service that the merchant disconnected.
	 *
	 * @since 1.1.0
	 *
	 * @param string $reason One of merchant, uninstalled.
	 * @return Response
	 */
	public function report_disconnect( string $reason ): Response {
		return $this->call( 'POST', '/api/v1/disconnect', array( 'reason' => $reason ) );
	}

	/**
	 * Call the connected service.
	 *
	 * @since 1.0.0
	 *
	 * @param string                    $method   The HTTP method.
	 * @param string                    $path     The path, with a leading slash.
	 * @param array<string, mixed>|null $body     The body, sent as JSON; null for none.
	 * @param string                    $language The requested language; empty for none.
	 * @return Response
	 */
	private function call( string $method, string $path, ?array $body = null, string $language = '' ): Response {
		return $this->send( $this->connection->get_service_url(), $this->connection->get_token(), $method, $path, $body, $language );
	}

	/**
	 * Send a request to a service. Does not follow redirects, which would carry the token along.
	 *
	 * @since 1.1.0
	 *
	 * @param string                    $service_url The service's address.
	 * @param string                    $token       The status token.
	 * @param string                    $method      The HTTP method.
	 * @param string                    $path        The path, with a leading slash.
	 * @param array<string, mixed>|null $body        The body, sent as JSON; null for none.
	 * @param string                    $language    The requested language; empty for none.
	 * @return Response
	 */
	private function send( string $service_url, string $token, string $method, string $path, ?array $body, string $language ): Response {
		$request = array(
			'method'              => $method,
			'timeout'             => self::TIMEOUT,
			'redirection'         => 0,
			'limit_response_size' => self::MAX_RESPONSE_SIZE,
			'user-agent'          => 'wc-ad-credit/' . WC_AD_CREDIT_VERSION,
			'headers'             => array(
				'Accept'        => 'application/json',
				'Authorization' => "Bearer $token",
			),
		);
		if ( '' !== $language ) {
			$request['headers']['Accept-Language'] = $language;
		}
		if ( null !== $body ) {
			$request['headers']['Content-Type'] = 'application/json';
			$request['body']                    = wp_json_encode( $body );
		}
		$response = Response::from_http( wp_safe_remote_request( $service_url . $path, $request ) );
		if ( ! $response->is_success() ) {
			$this->log->info( "$method $path: " . ( $response->status ? "status {$response->status}" : 'no answer' ) );
		}
		return $response;
	}
}
