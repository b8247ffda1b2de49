<?php
/**
 * An answer of the service; nothing of WordPress's HTTP travels further than this.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Holds the status, the JSON body and the requested pause of one answer.
 *
 * @since 1.0.0
 */
final class Response {

	/**
	 * The HTTP status; 0 when nothing came back.
	 *
	 * @since 1.0.0
	 * @var int
	 */
	public int $status;

	/**
	 * The JSON object; null when it was none.
	 *
	 * @since 1.0.0
	 * @var array<string, mixed>|null
	 */
	public ?array $body;

	/**
	 * Seconds the service asked us to wait; 0 when it did not.
	 *
	 * @since 1.0.0
	 * @var int
	 */
	public int $retry_after;

	/**
	 * Keep the parts of an answer.
	 *
	 * @since 1.0.0
	 *
	 * @param int                       $status      The HTTP status; 0 for none.
	 * @param array<string, mixed>|null $body        The JSON object.
	 * @param int                       $retry_after Seconds.
	 */
	public function __construct( int $status, ?array $body, int $retry_after = 0 ) {
		$this->status      = $status;
		$this->body        = $body;
		$this->retry_after = $retry_after;
	}

	/**
	 * Read what WordPress's HTTP functions return.
	 *
	 * @since 1.0.0
	 *
	 * @param array|\WP_Error $response The answer, or why there is none.
	 * @return self
	 */
	public static function from_http( $response ): self {
		if ( is_wp_error( $response ) ) {
			return new self( 0, null );
		}
		$body        = json_decode( wp_remote_retrieve_body( $response ), true );
		$retry_after = wp_remote_retrieve_header( $response, 'retry-after' );
		return new self(
			(int) wp_remote_retrieve_response_code( $response ),
			is_array( $body ) ? $body : null,
			is_string( $retry_after ) && ctype_digit( $retry_after ) ? (int) $retry_after : 0
		);
	}

	/**
	 * Tell whether the service did what was asked.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_success(): bool {
		return $this->status >= 200 && $this->status < 300 && null !== $this->body;
	}

	/**
	 * Name what went wrong; each code has a sentence in Messages.
	 *
	 * @since 1.0.0
	 *
	 * @return string One of unreachable, busy, refused, unreadable; empty for a success.
	 */
	public function error_code(): string {
		if ( $this->is_success() ) {
			return '';
		}
		if ( 401 === $this->status || 403 === $this->status ) {
			return 'refused';
		}
		if ( 0 === $this->status ) {
			return 'unreachable';
		}
		return 429 === $this->status || $this->status >= 500 ? 'busy' : 'unreadable';
	}
}
