<?php
/**
 * What the REST routes answer, as JSON Schema.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Describes the routes' answers.
 *
 * @since 1.0.0
 */
final class Schemas {

	const TEXT    = array( 'type' => 'string' );
	const MAYBE   = array( 'type' => array( 'string', 'null' ) );
	const BOOLEAN = array( 'type' => 'boolean' );
	const INTEGER = array( 'type' => 'integer' );

	/**
	 * Describe the `state` signal.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public function state(): array {
		return $this->describe(
			'state',
			array(
				'v'           => self::INTEGER,
				'install_id'  => self::TEXT + array( 'format' => 'uuid' ),
				'home_url'    => self::TEXT + array( 'format' => 'uri' ),
				'seq'         => self::INTEGER,
				'at'          => self::TEXT + array( 'format' => 'date-time' ),
				'event'       => self::TEXT + array( 'enum' => array( 'state' ) ),
				'plugin'      => self::TEXT,
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
						'advertiser_id'        => self::TEXT,
						'business_center'      => self::MAYBE,
						'external_business_id' => self::MAYBE,
						'exact'                => self::BOOLEAN,
					),
				),
				'store_name'  => self::TEXT,
			)
		);
	}

	/**
	 * Describe what a refresh answers.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public function refreshed(): array {
		return $this->describe(
			'refreshed',
			array(
				'fetched' => self::BOOLEAN,
				'message' => self::TEXT,
				'html'    => self::TEXT,
			)
		);
	}

	/**
	 * Describe an answer that only confirms something.
	 *
	 * @since 1.0.0
	 *
	 * @param string $what The name of its one field.
	 * @return array
	 */
	public function done( string $what ): array {
		return $this->describe( $what, array( $what => self::BOOLEAN ) );
	}

	/**
	 * Describe an object.
	 *
	 * @since 1.0.0
	 *
	 * @param string $title      Its name.
	 * @param array  $properties Its fields' schemas.
	 * @return array
	 */
	private function describe( string $title, array $properties ): array {
		return array(
			'$schema'    => 'http://json-schema.org/draft-04/schema#',
			'title'      => $title,
			'type'       => 'object',
			'properties' => $properties,
		);
	}
}
