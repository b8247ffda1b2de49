<?php
/**
 * TikTok's official integration as it stands on this site; its tokens and secrets are never read.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the integration's state.
 *
 * @since 1.0.0
 */
final class Integration {

	const TOKEN           = 'tt4b_access_token';
	const ADVERTISER      = 'tt4b_advertiser_id';
	const BUSINESS_CENTER = 'tt4b_bc_id';
	const BUSINESS        = 'tt4b_external_business_id';

	/** Options of the integration whose change may be news. */
	const WATCHED = array( self::TOKEN, self::ADVERTISER, self::BUSINESS_CENTER, self::BUSINESS );

	/** Files only the integration has, whatever its folder and main file are called. */
	const FILES = array( 'admin/Tt4b_Menu_Class.php', 'mapi/Tt4b_Mapi_Class.php' );

	const FOLDER = 'tiktok-for-business';

	/** The integration's own page in the admin. */
	const PAGE = 'tiktok';

	/**
	 * Return the integration's state.
	 *
	 * @since 1.0.0
	 *
	 * @return array{installed: bool, set_up: bool, copies: int, account: ?array} The account only while a token is there.
	 */
	public function state(): array {
		$copies = count( array_filter( $this->active_plugins(), array( $this, 'is_integration' ) ) );
		$set_up = $copies > 0 && $this->has_token();
		return array(
			'installed' => $copies > 0,
			'set_up'    => $set_up,
			'copies'    => $copies,
			'account'   => $set_up ? $this->account() : null,
		);
	}

	/**
	 * Tell whether a value is an id of TikTok's: 5 to 30 digits, not all of them zero.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value An option's value.
	 * @return bool
	 */
	public function is_id( $value ): bool {
		return is_scalar( $value ) && 1 === preg_match( '/^(?=0*[1-9])[0-9]{5,30}$/D', trim( (string) $value ) );
	}

	/**
	 * Return the active plugins of this site and of its network.
	 *
	 * @since 1.0.0
	 *
	 * @return string[] As folder/file.php.
	 */
	private function active_plugins(): array {
		$network = is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) : array();
		return array_unique( array_merge( (array) get_option( 'active_plugins', array() ), $network ) );
	}

	/**
	 * Tell whether a plugin is the integration.
	 *
	 * @since 1.0.0
	 *
	 * @param string $plugin As folder/file.php.
	 * @return bool
	 */
	private function is_integration( string $plugin ): bool {
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

	/**
	 * Tell whether the integration has a token; the database is asked, so that the token itself is never loaded.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	private function has_token(): bool {
		global $wpdb;
		return (bool) $wpdb->get_var(
			$wpdb->prepare(
				"SELECT COUNT(*) FROM {$wpdb->options} WHERE option_name = %s AND TRIM(option_value) NOT IN ('', '0')",
				self::TOKEN
			)
		);
	}

	/**
	 * Return the ids of the linked account.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, string|null>|null Null without an advertiser id.
	 */
	private function account(): ?array {
		$advertiser = $this->id( self::ADVERTISER );
		if ( null === $advertiser ) {
			return null;
		}
		$business = get_option( self::BUSINESS );
		return array(
			'advertiser_id'        => $advertiser,
			'business_center'      => $this->id( self::BUSINESS_CENTER ),
			'external_business_id' => is_string( $business ) && preg_match( '/^[\w.:-]{1,200}$/D', $business ) ? $business : null,
		);
	}

	/**
	 * Read an id of TikTok's.
	 *
	 * @since 1.0.0
	 *
	 * @param string $option The option's name.
	 * @return string|null Null for what is no id.
	 */
	private function id( string $option ): ?string {
		$value = get_option( $option );
		return $this->is_id( $value ) ? trim( (string) $value ) : null;
	}
}
