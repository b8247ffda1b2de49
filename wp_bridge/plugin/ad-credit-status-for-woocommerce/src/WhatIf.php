<?php
/**
 * The estimate of what a daily budget would lead to.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Validates the amount and asks the service for the estimate.
 *
 * @since 1.1.0
 */
final class WhatIf {

	/** The pattern of an amount, with as many digits as the service accepts. */
	const AMOUNT_PATTERN = '/^\d{1,9}(?:[.,]\d{1,2})?$/D';

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
	 * Turns codes into sentences.
	 *
	 * @since 1.1.0
	 * @var Messages
	 */
	private Messages $messages;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection    $connection The stored connection.
	 * @param ServiceClient $client     Calls the service.
	 * @param Messages      $messages   Turns codes into sentences.
	 */
	public function __construct( Connection $connection, ServiceClient $client, Messages $messages ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->messages   = $messages;
	}

	/**
	 * Return the estimate for a daily budget as a sentence.
	 *
	 * @since 1.1.0
	 *
	 * @param string $amount   The daily amount as it was entered, with a decimal point or comma.
	 * @param string $language The reader's language.
	 * @return string The estimate, or the message for why there is none.
	 */
	public function get_estimate( string $amount, string $language ): string {
		$amount = trim( $amount );
		if ( ! preg_match( self::AMOUNT_PATTERN, $amount ) ) {
			return $this->messages->get_message( 'amount' );
		}
		if ( ! $this->connection->is_connected() ) {
			return $this->messages->get_message( 'unconnected' );
		}
		$response = $this->client->fetch_what_if( str_replace( ',', '.', $amount ), $language );
		$text     = $response->body['text'] ?? null;
		if ( $response->is_success() && is_string( $text ) ) {
			return $text;
		}
		return $this->messages->get_message( $response->get_failure_code() );
	}
}
