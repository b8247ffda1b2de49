<?php
/**
 * The service's status document, read carefully: what is missing or of another shape is simply not there.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Document {

	private $values;

	public function __construct( array $values ) {
		$this->values = $values;
	}

	/** Whether an answer is a status document at all. */
	public static function is_one( array $body ): bool {
		return is_string( $body['stage'] ?? null ) && is_string( $body['headline'] ?? null )
			&& is_string( $body['as_of'] ?? null ) && is_array( $body['rules'] ?? null );
	}

	public function all(): array {
		return $this->values;
	}

	/** A text by its path, `award.due_by`; '' where there is none. */
	public function text( string $path ): string {
		$found = $this->at( $path );
		return is_string( $found ) || is_int( $found ) ? (string) $found : '';
	}

	public function is( string $path ): bool {
		return true === $this->at( $path );
	}

	public function has( string $path ): bool {
		return is_array( $this->at( $path ) );
	}

	/** @return Document[] The objects of a list. */
	public function each( string $path ): array {
		$found = $this->at( $path );
		$rows  = is_array( $found ) ? array_values( array_filter( $found, 'is_array' ) ) : array();
		return array_map(
			static function ( array $row ): Document {
				return new Document( $row );
			},
			$rows
		);
	}

	/** @return mixed */
	public function at( string $path ) {
		$found = $this->values;
		foreach ( explode( '.', $path ) as $name ) {
			if ( ! is_array( $found ) || ! array_key_exists( $name, $found ) ) {
				return null;
			}
			$found = $found[ $name ];
		}
		return $found;
	}
}
