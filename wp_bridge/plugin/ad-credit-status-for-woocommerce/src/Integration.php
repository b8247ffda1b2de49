<?php
/**
 * What can be seen of the TikTok integration on this store. Its tokens and secrets are never read: of its token
 * only whether there is one is asked, by the database, so that the value comes nowhere near this code.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Integration {

	/** Written by the integration; a change of any of them may be news. */
	const WATCHED = array( 'tt4b_access_token', self::ADVERTISER, self::BUSINESS_CENTER, self::BUSINESS );

	const ADVERTISER      = 'tt4b_advertiser_id';
	const BUSINESS_CENTER = 'tt4b_bc_id';
	const BUSINESS        = 'tt4b_external_business_id';

	/** Files only the integration has, whatever its folder and main file are called. */
	const FILES = array( 'admin/Tt4b_Menu_Class.php', 'mapi/Tt4b_Mapi_Class.php' );

	const FOLDER = 'tiktok-for-business';

	/**
	 * How it stands now.
	 *
	 * @return array{installed: bool, set_up: bool, copies: int, account: ?array} The account only while it is linked.
	 */
	public static function state(): array {
		$copies    = count( array_filter( self::active_plugins(), array( self::class, 'is_it' ) ) );
		$set_up    = $copies > 0 && self::has_token();
		return array(
			'installed' => $copies > 0,
			'set_up'    => $set_up,
			'copies'    => $copies,
			'account'   => $set_up ? self::account() : null,
		);
	}

	/** Of this site and of its network. */
	private static function active_plugins(): array {
		$network = is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) : array();
		return array_unique( array_merge( (array) get_option( 'active_plugins', array() ), $network ) );
	}

	private static function is_it( string $plugin ): bool {
		$folder = dirname( $plugin );
		if ( '.' === $folder || ! file_exists( WP_PLUGIN_DIR . '/' . $plugin ) ) {
			return false;
		}
		foreach ( self::FILES as $file ) {
			if ( file_exists( WP_PLUGIN_DIR . "/$folder/$file" ) ) {
				return true;
			}
		}
		return self::FOLDER === $folder;
	}

	private static function has_token(): bool {
		global $wpdb;
		return (bool) $wpdb->get_var(
			"SELECT COUNT(*) FROM {$wpdb->options} WHERE option_name = 'tt4b_access_token' AND option_value NOT IN ('', '0')"
		);
	}

	/** Null where there is no id, or none of the shape TikTok's have. */
	private static function account(): ?array {
		$advertiser = self::digits( self::ADVERTISER );
		if ( null === $advertiser ) {
			return null;
		}
		$business = get_option( self::BUSINESS );
		return array(
			'advertiser_id'        => $advertiser,
			'business_center'      => self::digits( self::BUSINESS_CENTER ),
			'external_business_id' => is_string( $business ) && preg_match( '/^[\w.:-]{1,200}$/', $business ) ? $business : null,
		);
	}

	private static function digits( string $option ): ?string {
		$value = get_option( $option );
		return is_scalar( $value ) && preg_match( '/^[0-9]{1,64}$/D', (string) $value ) ? (string) $value : null;
	}
}
