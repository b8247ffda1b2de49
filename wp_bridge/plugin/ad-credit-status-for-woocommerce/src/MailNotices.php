<?php
/**
 * The merchant's choice of notices by e-mail.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Stores at the service whether and where notices go by e-mail.
 *
 * @since 1.1.0
 */
final class MailNotices {

	/** Option that holds the address that the service accepted last. */
	const OPTION = 'wc_ad_credit_mail';

	/** States of the choice at the service. */
	const STATES = array( 'off', 'unconfirmed', 'on' );

	/** Maximum length of an e-mail address. */
	const MAX_LENGTH = 254;

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
	 * Fetches the status document.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	private Refresher $refresher;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection    $connection The stored connection.
	 * @param ServiceClient $client     Calls the service.
	 * @param Refresher     $refresher  Fetches the status document.
	 */
	public function __construct( Connection $connection, ServiceClient $client, Refresher $refresher ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->refresher  = $refresher;
	}

	/**
	 * Return the e-mail address for notices.
	 *
	 * @since 1.1.0
	 *
	 * @return string Empty when no notices go by e-mail.
	 */
	public function get_address(): string {
		return (string) get_option( self::OPTION, '' );
	}

	/**
	 * Turn notices by e-mail on or off at the service.
	 *
	 * @since 1.1.0
	 *
	 * @param bool   $is_enabled Whether notices go by e-mail.
	 * @param string $address    The e-mail address, as it was entered; not used when turned off.
	 * @param string $language   The language of the e-mails.
	 * @return string A code of Messages::get_message(): mail_on, mail_unconfirmed, mail_off, or the reason for a failure.
	 */
	public function update_preference( bool $is_enabled, string $address, string $language ): string {
		$address = trim( $address );
		if ( ! $this->connection->is_connected() ) {
			return 'unconnected';
		}
		if ( $is_enabled && ( strlen( $address ) > self::MAX_LENGTH || ! is_email( $address ) ) ) {
			return 'mail_address';
		}
		$response = $this->client->set_mail_address( $is_enabled ? $address : null, $language );
		$state    = $response->body['mail'] ?? '';
		if ( ! $response->is_success() || ! in_array( $state, self::STATES, true ) ) {
			return in_array( $response->status, array( 400, 404, 409 ), true ) ? 'mail_refused' : $response->get_failure_code();
		}
		update_option( self::OPTION, 'off' === $state ? '' : $address, false );
		$this->refresher->fetch_status();
		return "mail_$state";
	}
}
