<?php
/**
 * What an amount spent each day would lead to, as the service works it out.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the amount and asks the service.
 *
 * @since 1.1.0
 */
final class WhatIf {

	/** Digits before and after the point, as the service takes them. */
	const AMOUNT = '/^\d{1,9}(?:[.,]\d{1,2})?$/D';

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
	 * Take what a question needs.
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
	 * Return what the amount leads to, in a sentence.
	 *
	 * @since 1.1.0
	 *
	 * @param string $typed    An amount, with a point or a comma before its cents.
	 * @param string $language The reader's language.
	 * @return string The answer, or why there is none.
	 */
	public function answer( string $typed, string $language ): string {
		$typed = trim( $typed );
		if ( ! preg_match( self::AMOUNT, $typed ) ) {
			return $this->messages->sentence( 'amount' );
		}
		if ( ! $this->connection->is_established() ) {
			return $this->messages->sentence( 'unconnected' );
		}
		$response = $this->client->fetch_what_if( str_replace( ',', '.', $typed ), $language );
		$text     = $response->body['text'] ?? null;
		if ( $response->is_success() && is_string( $text ) ) {
			return $text;
		}
		$code = $response->error_code();
		return $this->messages->sentence( '' === $code ? 'unreadable' : $code );
	}
}
