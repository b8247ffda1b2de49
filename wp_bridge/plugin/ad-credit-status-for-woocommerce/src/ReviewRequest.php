<?php
/**
 * The merchant's request for a review by the service's staff.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Validates and sends a review request.
 *
 * @since 1.0.0
 */
final class ReviewRequest {

	/** Maximum length of the message in characters. */
	const MAX_LENGTH = 2000;

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Calls the service.
	 *
	 * @since 1.1.0
	 * @var ServiceClient
	 */
	private ServiceClient $client;

	/**
	 * Fetches the status document.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	private Refresher $refresher;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection    $connection The stored connection.
	 * @param ServiceClient $client     Calls the service.
	 * @param Refresher     $refresher  Fetches the status document.
	 */
	public function __construct( Connection $connection, ServiceClient $client, Refresher $refresher ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->refresher  = $refresher;
	}

	/**
	 * Send a review request, and fetch the document that shows it.
	 *
	 * @since 1.0.0
	 *
	 * @param string $message The merchant's message.
	 * @return string A code of Messages::get_message(): asked, or the reason why not.
	 */
	public function send( string $message ): string {
		$message = trim( str_replace( "\r\n", "\n", $message ) );
		if ( ! $this->connection->is_connected() ) {
			return 'unconnected';
		}
		if ( ! $this->is_valid_message( $message ) ) {
			return 'message';
		}
		$response = $this->client->request_review( $message );
		if ( 409 === $response->status ) {
			return 'open';
		}
		if ( ! $response->is_success() ) {
			return 400 === $response->status ? 'message' : $response->get_error_code();
		}
		$this->refresher->fetch_status();
		return 'asked';
	}

	/**
	 * Check whether a message has a valid length and no control characters but line breaks and tabs.
	 *
	 * Counts Unicode characters, as the service does.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text Any text.
	 * @return bool
	 */
	private function is_valid_message( string $text ): bool {
		return 1 === preg_match( '/^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]{1,' . self::MAX_LENGTH . '}$/uD', $text );
	}
}
