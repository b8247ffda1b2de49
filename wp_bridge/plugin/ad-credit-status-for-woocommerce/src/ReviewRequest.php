<?php
/**
 * A merchant who disagrees asks the service's staff to look again.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Checks and sends a request for review.
 *
 * @since 1.0.0
 */
final class ReviewRequest {

	/** Characters. */
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
	 * Fetches the document that shows the review.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	private Refresher $refresher;

	/**
	 * Take what a request needs.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection    $connection The stored connection.
	 * @param ServiceClient $client     Calls the service.
	 * @param Refresher     $refresher  Fetches the document that shows the review.
	 */
	public function __construct( Connection $connection, ServiceClient $client, Refresher $refresher ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->refresher  = $refresher;
	}

	/**
	 * Ask for a review.
	 *
	 * @since 1.0.0
	 *
	 * @param string $message What the merchant wrote.
	 * @return string A code of Messages::sentence(): asked, or why not.
	 */
	public function send( string $message ): string {
		$message = trim( str_replace( "\r\n", "\n", $message ) );
		if ( ! $this->connection->is_established() ) {
			return 'unconnected';
		}
		if ( ! $this->is_message( $message ) ) {
			return 'message';
		}
		$response = $this->client->request_review( $message );
		if ( 409 === $response->status ) {
			return 'open';
		}
		if ( ! $response->is_success() ) {
			return 400 === $response->status ? 'message' : $response->error_code();
		}
		$this->refresher->fetch();
		return 'asked';
	}

	/**
	 * Tell whether a text is several lines without control characters; characters are counted as the service does.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text Any text.
	 * @return bool
	 */
	private function is_message( string $text ): bool {
		return 1 === preg_match( '/^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]{1,' . self::MAX_LENGTH . '}$/uD', $text );
	}
}
