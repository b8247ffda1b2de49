<?php
/**
 * What the REST routes answer, as JSON Schema.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Schemas {

	public static function state(): array {
		$text  = array( 'type' => 'string' );
		$maybe = array( 'type' => array( 'string', 'null' ) );
		$truth = array( 'type' => 'boolean' );
		return self::object(
			'state',
			array(
				'v'           => array( 'type' => 'integer' ),
				'install_id'  => array( 'type' => 'string', 'format' => 'uuid' ),
				'home_url'    => array( 'type' => 'string', 'format' => 'uri' ),
				'seq'         => array( 'type' => 'integer' ),
				'at'          => array( 'type' => 'string', 'format' => 'date-time' ),
				'event'       => array( 'type' => 'string', 'enum' => array( 'state' ) ),
				'plugin'      => $text,
				'integration' => array(
					'type'       => 'object',
					'properties' => array( 'installed' => $truth, 'set_up' => $truth, 'copies' => array( 'type' => 'integer' ) ),
				),
				'account'     => array(
					'type'       => array( 'object', 'null' ),
					'properties' => array(
						'advertiser_id'        => $text,
						'business_center'      => $maybe,
						'external_business_id' => $maybe,
						'exact'                => $truth,
					),
				),
				'store_name'  => $text,
			)
		);
	}

	public static function refreshed(): array {
		$text = array( 'type' => 'string' );
		return self::object( 'refreshed', array( 'fetched' => array( 'type' => 'boolean' ), 'message' => $text, 'html' => $text ) );
	}

	/** One that only says that something was done. */
	public static function done( string $what ): array {
		return self::object( $what, array( $what => array( 'type' => 'boolean' ) ) );
	}

	private static function object( string $title, array $properties ): array {
		return array(
			'$schema'    => 'http://json-schema.org/draft-04/schema#',
			'title'      => $title,
			'type'       => 'object',
			'properties' => $properties,
		);
	}
}
