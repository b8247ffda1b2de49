<?php
/**
 * A response of the service. The rest of the plugin sees this, and nothing of WordPress's HTTP functions.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Holds the status, the JSON body and the requested pause of one response.
 *
 * @since 1.0.0
 */
final class Response {

	/**
	 * The HTTP status; 0 without a response.
	 *
	 * @since 1.0.0
	 * @var int
	 */
	public int $status;

	/**
	 * The JSON object; null when the body was not one.
	 *
	 * @since 1.0.0
	 * @var array<string, mixed>|null
	 */
	public ?array $body;

	/**
	 * Seconds to wait, as the service asked; 0 when it did not.
	 *
	 * @since 1.0.0
	 * @var int
	 */
	public int $retry_after;

	/**
	 * Set the parts of a response.
	 *
	 * @since 1.0.0
	 *
	 * @param int                       $status      The HTTP status; 0 without a response.
	 * @param array<string, mixed>|null $body        The JSON object; null for none.
	 * @param int                       $retry_after Seconds to wait; 0 for none.
	 */
	public function __construct( int $status, ?array $body, int $retry_after = 0 ) {
		$this->status      = $status;
		$this->body        = $body;
		$this->retry_after = $retry_after;
	}

	/**
	 * Build a response from what WordPress's HTTP functions return.
	 *
	 * @since 1.0.0
	 *
	 * @param array|\WP_Error $response The response, or the error.
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
	 * Check whether the request succeeded: a status of 2xx with a JSON body.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_success(): bool {
		return $this->status >= 200 && $this->status < 300 && null !== $this->body;
	}

	/**
	 * Return the code of what went wrong, for which Messages has a sentence.
	 *
	 * @since 1.0.0
	 *
	 * @return string One of unreachable, busy, refused, unreadable; empty for a success.
	 */
	public function get_error_code(): string {
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

	/**
	 * Return the error code of a response that cannot be used, even where its status says success.
	 *
	 * @since 1.1.0
	 *
	 * @return string A code of get_error_code(); unreadable for a success with an unexpected body.
	 */
	public function get_failure_code(): string {
		$code = $this->get_error_code();
		return '' === $code ? 'unreadable' : $code;
	}
}
