<?php
/**
 * The only class that calls the service; it never does while a page is drawn.
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

	/** Seconds a call may take. */
	const TIMEOUT = 10;

	/** Bytes of an answer that are read. */
	const MAX_RESPONSE_SIZE = 1048576;

	/**
	 * The connection whose service is called.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Where failed calls are noted.
	 *
	 * @since 1.1.0
	 * @var Log
	 */
	private Log $log;

	/**
	 * Take what the calls need.
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
	 * Fetch a page of what changed and when, newest first.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language The language of its sentences, such as es-MX.
	 * @param string $after    `next` of the page before; empty for the first one.
	 * @return Response 404 from a service that keeps no history.
	 */
	public function fetch_history( string $language, string $after ): Response {
		return $this->call( 'GET', '/api/v1/history' . ( '' === $after ? '' : '?after=' . rawurlencode( $after ) ), null, $language );
	}

	/**
	 * Ask what an amount spent each day leads to.
	 *
	 * @since 1.1.0
	 *
	 * @param string $per_day  A decimal text.
	 * @param string $language The language of the answer.
	 * @return Response
	 */
	public function fetch_what_if( string $per_day, string $language ): Response {
		return $this->call( 'GET', '/api/v1/what-if?per_day=' . rawurlencode( $per_day ), null, $language );
	}

	/**
	 * Tell the service where notices go by e-mail.
	 *
	 * @since 1.1.0
	 *
	 * @param string|null $address  An e-mail address; null for no mail any more.
	 * @param string      $language The language of the mail.
	 * @return Response
	 */
	public function choose_mail( ?string $address, string $language ): Response {
		return $this->call( 'POST', '/api/v1/notices', array( 'email' => $address ), $language );
	}

	/**
	 * Fetch the status document with an address and a token that are not stored yet.
	 *
	 * @since 1.1.0
	 *
	 * @param string $service  The service's address.
	 * @param string $token    The status token.
	 * @param string $language The language of its sentences.
	 * @return Response
	 */
	public function try_status( string $service, string $token, string $language ): Response {
		return $this->send( $service, $token, 'GET', '/api/v1/status', null, $language );
	}

	/**
	 * Ask the service to read TikTok's figures and this store anew; 429 means that it just did.
	 *
	 * @since 1.0.0
	 *
	 * @return Response
	 */
	public function request_refresh(): Response {
		return $this->call( 'POST', '/api/v1/refresh' );
	}

	/**
	 * Ask for a review.
	 *
	 * @since 1.0.0
	 *
	 * @param string $message What the merchant wrote.
	 * @return Response
	 */
	public function request_review( string $message ): Response {
		return $this->call( 'POST', '/api/v1/reviews', array( 'message' => $message ) );
	}

	/**
	 * Ask for a one-use address that leads this browser into TikTok's consent.
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
	 * Tell the service that the merchant ended the connection.
	 *
	 * @since 1.1.0
	 *
	 * @param string $reason One of merchant and uninstalled.
	 * @return Response
	 */
	public function disconnect( string $reason ): Response {
		return $this->call( 'POST', '/api/v1/disconnect', array( 'reason' => $reason ) );
	}

	/**
	 * Call the connected service.
	 *
	 * @since 1.0.0
	 *
	 * @param string                    $method   The HTTP method.
	 * @param string                    $path     The path, from its slash on.
	 * @param array<string, mixed>|null $body     Sent as JSON.
	 * @param string                    $language The language wanted; empty for none.
	 * @return Response
	 */
	private function call( string $method, string $path, ?array $body = null, string $language = '' ): Response {
		return $this->send( $this->connection->service(), $this->connection->token(), $method, $path, $body, $language );
	}

	/**
	 * Call a service. Redirects are not followed, since they would carry the token along.
	 *
	 * @since 1.1.0
	 *
	 * @param string                    $service  The service's address.
	 * @param string                    $token    The status token.
	 * @param string                    $method   The HTTP method.
	 * @param string                    $path     The path, from its slash on.
	 * @param array<string, mixed>|null $body     Sent as JSON.
	 * @param string                    $language The language wanted; empty for none.
	 * @return Response
	 */
	private function send( string $service, string $token, string $method, string $path, ?array $body, string $language ): Response {
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
		$response = Response::from_http( wp_safe_remote_request( $service . $path, $request ) );
		if ( ! $response->is_success() ) {
			$this->log->info( "$method $path: " . ( $response->status ? "status {$response->status}" : 'no answer' ) );
		}
		return $response;
	}
}
