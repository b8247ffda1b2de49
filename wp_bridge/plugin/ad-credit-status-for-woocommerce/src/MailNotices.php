<?php
/**
 * The notices by e-mail too, where the service has mail and the merchant asks for it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Tells the service to which address notices go.
 *
 * @since 1.1.0
 */
final class MailNotices {

	/** Holds the address that the service accepted last. */
	const OPTION = 'wc_ad_credit_mail';

	/** What the service says of it. */
	const STATES = array( 'off', 'unconfirmed', 'on' );

	/** Characters of an address, as mail allows them. */
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
	 * Fetches the document that shows what was chosen.
	 *
	 * @since 1.1.0
	 * @var Refresher
	 */
	private Refresher $refresher;

	/**
	 * Take what a request needs.
	 *
	 * @since 1.1.0
	 *
	 * @param Connection    $connection The stored connection.
	 * @param ServiceClient $client     Calls the service.
	 * @param Refresher     $refresher  Fetches the document that shows what was chosen.
	 */
	public function __construct( Connection $connection, ServiceClient $client, Refresher $refresher ) {
		$this->connection = $connection;
		$this->client     = $client;
		$this->refresher  = $refresher;
	}

	/**
	 * Return the address that was chosen last.
	 *
	 * @since 1.1.0
	 *
	 * @return string Empty where no mail was asked for here.
	 */
	public function address(): string {
		return (string) get_option( self::OPTION, '' );
	}

	/**
	 * Ask for mail, or for none any more.
	 *
	 * @since 1.1.0
	 *
	 * @param bool   $is_wanted Whether notices shall come by e-mail.
	 * @param string $address   Where to, if so.
	 * @param string $language  The language to write in.
	 * @return string A code of Messages::sentence(): mail_on, mail_unconfirmed, mail_off, or why not.
	 */
	public function choose( bool $is_wanted, string $address, string $language ): string {
		$address = trim( $address );
		if ( ! $this->connection->is_established() ) {
			return 'unconnected';
		}
		if ( $is_wanted && ( strlen( $address ) > self::MAX_LENGTH || ! is_email( $address ) ) ) {
			return 'mail_address';
		}
		$response = $this->client->choose_mail( $is_wanted ? $address : null, $language );
		$state    = $response->body['mail'] ?? '';
		if ( ! $response->is_success() || ! in_array( $state, self::STATES, true ) ) {
			$code = $response->error_code();
			return in_array( $response->status, array( 400, 404, 409 ), true ) ? 'mail_refused' : ( '' === $code ? 'unreadable' : $code );
		}
		update_option( self::OPTION, 'off' === $state ? '' : $address, false );
		$this->refresher->fetch();
		return "mail_$state";
	}
}
