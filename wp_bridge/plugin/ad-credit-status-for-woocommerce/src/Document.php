<?php
/**
 * A status document as the service sent it; nothing about its shape is trusted.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads values of a JSON object by their paths.
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
	 * Take the object.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $values A JSON object.
	 */
	public function __construct( array $values ) {
		$this->values = $values;
	}

	/**
	 * Tell whether an answer is a status document at all.
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
	public function all(): array {
		return $this->values;
	}

	/**
	 * Return a text or whole number.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as award.due_by.
	 * @return string Empty where there is none.
	 */
	public function text( string $path ): string {
		$value = $this->value( $path );
		return is_string( $value ) || is_int( $value ) ? (string) $value : '';
	}

	/**
	 * Tell whether a value is true.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as spend.final.
	 * @return bool
	 */
	public function is( string $path ): bool {
		return true === $this->value( $path );
	}

	/**
	 * Tell whether an object or list is there.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as award.
	 * @return bool
	 */
	public function has( string $path ): bool {
		return is_array( $this->value( $path ) );
	}

	/**
	 * Return the objects of a list.
	 *
	 * @since 1.0.0
	 *
	 * @param string $path Such as spend.days.
	 * @return Document[]
	 */
	public function each( string $path ): array {
		$value = $this->value( $path );
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
	 * @param string $path Names with points between them.
	 * @return mixed Null where there is none.
	 */
	public function value( string $path ) {
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
