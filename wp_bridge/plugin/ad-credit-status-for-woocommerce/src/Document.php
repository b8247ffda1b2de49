<?php
/**
 * A status document, or an object within one, as the service sent it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads values of a JSON object by their paths, without trusting its structure.
 *
 * @since 1.0.0
 */
final class Document {

	/**
	 * The JSON object.
	 *
	 * @since 1.0.0
	 * @var array<string, mixed>
	 */
	private array $values;

	/**
	 * Set the object.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $values A JSON object.
	 */
	public function __construct( array $values ) {
		$this->values = $values;
	}

	/**
	 * Check whether a JSON object is a status document.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $body A JSON object.
	 * @return bool
	 */
	public static function is_status( array $body ): bool {
		return is_string( $body['stage'] ?? null ) && is_string( $body['headline'] ?? null )
			&& is_string( $body['as_of'] ?? null ) && is_array( $body['rules'] ?? null );
	}

	/**
	 * Return the whole object.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, mixed>
	 */
	public function to_array(): array {
		return $this->values;
	}

	/**
	 * Return a string or an integer, as a string.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as award.due_by.
	 * @return string Empty when the value is missing or of another type.
	 */
	public function get_text( string $path ): string {
		$value = $this->get_value( $path );
		return is_string( $value ) || is_int( $value ) ? (string) $value : '';
	}

	/**
	 * Check whether a value is true.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as spend.final.
	 * @return bool
	 */
	public function is_true( string $path ): bool {
		return true === $this->get_value( $path );
	}

	/**
	 * Check whether a value is an object or a list.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as award.
	 * @return bool
	 */
	public function has( string $path ): bool {
		return is_array( $this->get_value( $path ) );
	}

	/**
	 * Return the objects in a list.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as spend.days.
	 * @return Document[] Without items that are not objects; empty when the value is missing.
	 */
	public function get_objects( string $path ): array {
		$value = $this->get_value( $path );
		$rows  = is_array( $value ) ? array_values( array_filter( $value, 'is_array' ) ) : array();
		return array_map(
			static function ( array $row ): Document {
				return new Document( $row );
			},
			$rows
		);
	}

	/**
	 * Return a value of any type.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Names separated by dots.
	 * @return mixed Null when the value is missing.
	 */
	public function get_value( string $path ) {
		$value = $this->values;
		foreach ( explode( '.', $path ) as $name ) {
			if ( ! is_array( $value ) || ! array_key_exists( $name, $value ) ) {
				return null;
			}
			$value = $value[ $name ];
		}
		return $value;
	}
}
