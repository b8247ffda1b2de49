<?php
/**
 * The JSON schemas of the REST responses.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Describes the responses of the REST routes.
 *
 * @since 1.0.0
 */
final class Schemas {

	const STRING          = array( 'type' => 'string' );
	const NULLABLE_STRING = array( 'type' => array( 'string', 'null' ) );
	const BOOLEAN         = array( 'type' => 'boolean' );
	const INTEGER         = array( 'type' => 'integer' );

	/**
	 * Return the schema of the `state` signal.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public function get_state_schema(): array {
		return $this->build_schema(
			'state',
			array(
				'v'           => self::INTEGER,
				'install_id'  => self::STRING + array( 'format' => 'uuid' ),
				'home_url'    => self::STRING + array( 'format' => 'uri' ),
				'seq'         => self::INTEGER,
				'at'          => self::STRING + array( 'format' => 'date-time' ),
				'event'       => self::STRING + array( 'enum' => array( 'state' ) ),
				'plugin'      => self::STRING,
				'has_token'   => self::BOOLEAN,
				'integration' => array(
					'type'       => 'object',
					'properties' => array(
						'installed' => self::BOOLEAN,
						'set_up'    => self::BOOLEAN,
						'copies'    => self::INTEGER,
					),
				),
				'account'     => array(
					'type'       => array( 'object', 'null' ),
					'properties' => array(
						'advertiser_id'        => self::STRING,
						'business_center'      => self::NULLABLE_STRING,
						'external_business_id' => self::NULLABLE_STRING,
						'exact'                => self::BOOLEAN,
					),
				),
				'store_name'  => self::STRING,
			)
		);
	}

	/**
	 * Return the schema of a refresh's response.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public function get_refresh_schema(): array {
		return $this->build_schema(
			'refreshed',
			array(
				'fetched' => self::BOOLEAN,
				'message' => self::STRING,
				'html'    => self::STRING,
			)
		);
	}

	/**
	 * Return the schema of a response that only confirms something.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name The name of its only field.
	 * @return array
	 */
	public function get_confirmation_schema( string $name ): array {
		return $this->build_schema( $name, array( $name => self::BOOLEAN ) );
	}

	/**
	 * Build the schema of an object.
	 *
	 * @since 1.0.0
	 *
	 * @param string $title      The schema's title.
	 * @param array  $properties The schemas of its fields.
	 * @return array
	 */
	private function build_schema( string $title, array $properties ): array {
		return array(
			'$schema'    => 'http://json-schema.org/draft-04/schema#',
			'title'      => $title,
			'type'       => 'object',
			'properties' => $properties,
		);
	}
}
