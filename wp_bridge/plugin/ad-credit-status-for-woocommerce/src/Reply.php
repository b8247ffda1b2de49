<?php
/**
 * What came back from the service; nothing of WordPress's HTTP travels further than this.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Reply {

	/** @var int 0 when nothing came back. */
	public $status;

	/** @var ?array The JSON object; null when it was none. */
	public $body;

	/** @var int Seconds the service asked us to wait; 0 when it did not. */
	public $wait;

	public function __construct( int $status, ?array $body, int $wait = 0 ) {
		$this->status = $status;
		$this->body   = $body;
		$this->wait   = $wait;
	}

	public static function of( $response ): self {
		if ( is_wp_error( $response ) ) {
			return new self( 0, null );
		}
		$body = json_decode( wp_remote_retrieve_body( $response ), true );
		$wait = wp_remote_retrieve_header( $response, 'retry-after' );
		return new self(
			(int) wp_remote_retrieve_response_code( $response ),
			is_array( $body ) ? $body : null,
			is_string( $wait ) && ctype_digit( $wait ) ? (int) $wait : 0
		);
	}

	public function is_good(): bool {
		return $this->status >= 200 && $this->status < 300 && null !== $this->body;
	}

	/** One word for what went wrong, each with a sentence in Words. */
	public function trouble(): string {
		if ( $this->is_good() ) {
			return '';
		}
		if ( 401 === $this->status || 403 === $this->status ) {
			return 'refused';
		}
		if ( 0 === $this->status || 429 === $this->status || $this->status >= 500 ) {
			return 0 === $this->status ? 'unreachable' : 'busy';
		}
		return 'unreadable';
	}
}
