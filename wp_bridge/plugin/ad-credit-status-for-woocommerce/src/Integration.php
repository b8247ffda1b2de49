<?php
/**
 * TikTok's official integration on this site. Its tokens and secrets are never read.
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

	const TOKEN_OPTION           = 'tt4b_access_token';
	const ADVERTISER_OPTION      = 'tt4b_advertiser_id';
	const BUSINESS_CENTER_OPTION = 'tt4b_bc_id';
	const BUSINESS_OPTION        = 'tt4b_external_business_id';

	/** Options of the integration whose changes are watched. */
	const WATCHED_OPTIONS = array( self::TOKEN_OPTION, self::ADVERTISER_OPTION, self::BUSINESS_CENTER_OPTION, self::BUSINESS_OPTION );

	/** Files that identify the integration, whatever its folder and main file are called. */
	const MARKER_FILES = array( 'admin/Tt4b_Menu_Class.php', 'mapi/Tt4b_Mapi_Class.php' );

	/** The integration's usual folder, which is also its slug in the plugin directory. */
	const PLUGIN_FOLDER = 'tiktok-for-business';

	/** The slug of the integration's page in the admin. */
	const PAGE_SLUG = 'tiktok';

	/**
	 * Return the integration's state.
	 *
	 * @since 1.0.0
	 *
	 * @return array{installed: bool, set_up: bool, copies: int, account: ?array} The account is null without an access token.
	 */
	public function get_state(): array {
		$copies = count( array_filter( $this->get_active_plugins(), array( $this, 'is_integration' ) ) );
		$set_up = $copies > 0 && $this->has_token();
		return array(
			'installed' => $copies > 0,
			'set_up'    => $set_up,
			'copies'    => $copies,
			'account'   => $set_up ? $this->get_account() : null,
		);
	}

	/**
	 * Check whether a value is a TikTok id: 5 to 30 digits, not all of them zero.
	 *
	 * @since 1.1.0
	 *
	 * @param mixed $value An option's value.
	 * @return bool
	 */
	public function is_valid_id( $value ): bool {
		return is_scalar( $value ) && 1 === preg_match( '/^(?=0*[1-9])[0-9]{5,30}$/D', trim( (string) $value ) );
	}

	/**
	 * Return the active plugins of this site and of its network.
	 *
	 * @since 1.0.0
	 *
	 * @return string[] Each as folder/file.php.
	 */
	private function get_active_plugins(): array {
		$network = is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) : array();
		return array_unique( array_merge( (array) get_option( 'active_plugins', array() ), $network ) );
	}

	/**
	 * Check whether a plugin is the integration.
	 *
	 * @since 1.0.0
	 *
	 * @param string $plugin The plugin as folder/file.php.
	 * @return bool
	 */
	private function is_integration( string $plugin ): bool {
		$folder = dirname( $plugin );
		if ( '.' === $folder || ! file_exists( WP_PLUGIN_DIR . '/' . $plugin ) ) {
			return false;
		}
		foreach ( self::MARKER_FILES as $file ) {
			if ( file_exists( WP_PLUGIN_DIR . "/$folder/$file" ) ) {
				return true;
			}
		}
		return self::PLUGIN_FOLDER === $folder;
	}

	/**
	 * Check whether the integration has an access token, by a query that never loads the token itself.
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
				self::TOKEN_OPTION
			)
		);
	}

	/**
	 * Return the ids of the linked account.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, string|null>|null Null without a valid advertiser id.
	 */
	private function get_account(): ?array {
		$advertiser_id = $this->get_id( self::ADVERTISER_OPTION );
		if ( null === $advertiser_id ) {
			return null;
		}
		$business_id = get_option( self::BUSINESS_OPTION );
		return array(
			'advertiser_id'        => $advertiser_id,
			'business_center'      => $this->get_id( self::BUSINESS_CENTER_OPTION ),
			'external_business_id' => is_string( $business_id ) && preg_match( '/^[\w.:-]{1,200}$/D', $business_id ) ? $business_id : null,
		);
	}

	/**
	 * Return a TikTok id from an option.
	 *
	 * @since 1.0.0
	 *
	 * @param string $option The option's name.
	 * @return string|null Null when the option holds no valid id.
	 */
	private function get_id( string $option ): ?string {
		$value = get_option( $option );
		return $this->is_valid_id( $value ) ? trim( (string) $value ) : null;
	}
}
