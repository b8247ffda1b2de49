<?php
/** Loads the plugin's classes and defines the few WordPress functions that the tested ones call. */

define( 'ABSPATH', __DIR__ . '/' );
define( 'WC_AD_CREDIT_VERSION', '1.1.0' );
define( 'WC_AD_CREDIT_FILE', '/site/wp-content/plugins/ad-credit-status-for-woocommerce/ad-credit-status-for-woocommerce.php' );
define( 'MINUTE_IN_SECONDS', 60 );
define( 'HOUR_IN_SECONDS', 3600 );
define( 'DAY_IN_SECONDS', 86400 );

spl_autoload_register(
	static function ( string $name ): void {
		if ( 0 === strpos( $name, 'WcAdCredit\\' ) ) {
			require dirname( __DIR__, 3 ) . '/wp_bridge/plugin/ad-credit-status-for-woocommerce/src/' . substr( $name, 11 ) . '.php';
		}
	}
);

$GLOBALS['environment'] = 'production';
$GLOBALS['options']     = array();
$GLOBALS['wp_locale']   = (object) array( 'number_format' => array( 'thousands_sep' => ',', 'decimal_point' => '.' ) );

function __( string $text, string $domain ): string {
	return $text;
}

function _n( string $singular, string $plural, int $count, string $domain ): string {
	return 1 === $count ? $singular : $plural;
}

function number_format_i18n( float $number ): string {
	return number_format( $number );
}

function wp_get_environment_type(): string {
	return $GLOBALS['environment'];
}

function get_option( string $name, $default = false ) {
	return $GLOBALS['options'][ $name ] ?? ( 'date_format' === $name ? 'Y-m-d' : ( 'time_format' === $name ? 'H:i' : $default ) );
}

function update_option( string $name, $value ): void {
	$GLOBALS['options'][ $name ] = $value;
}

function delete_option( string $name ): void {
	unset( $GLOBALS['options'][ $name ] );
}

function get_locale(): string {
	return 'en_US';
}

function wp_date( string $format, ?int $timestamp = null, ?DateTimeZone $zone = null ): string {
	return ( new DateTimeImmutable( '@' . ( $timestamp ?? $GLOBALS['now'] ) ) )->setTimezone( $zone ?? new DateTimeZone( 'Asia/Bangkok' ) )->format( $format );
}

function wp_timezone(): DateTimeZone {
	return new DateTimeZone( 'Asia/Bangkok' );
}

function is_wp_error( $value ): bool {
	return null === $value;
}

function wp_remote_retrieve_body( array $response ): string {
	return $response['body'];
}

function wp_remote_retrieve_header( array $response, string $name ) {
	return $response['headers'][ $name ] ?? '';
}

function wp_remote_retrieve_response_code( array $response ): int {
	return $response['status'];
}

// A network of sites, as far as the uninstaller uses it.

$GLOBALS['sites'] = array();
$GLOBALS['site']  = 1;

function is_multisite(): bool {
	return count( $GLOBALS['sites'] ) > 1;
}

function get_sites( array $query ): array {
	return array_keys( $GLOBALS['sites'] );
}

function get_current_blog_id(): int {
	return $GLOBALS['site'];
}

function switch_to_blog( int $site ): void {
	$GLOBALS['sites'][ $GLOBALS['site'] ] = $GLOBALS['options'];
	$GLOBALS['site']                      = $site;
	$GLOBALS['options']                   = $GLOBALS['sites'][ $site ];
}

function restore_current_blog(): void {
	switch_to_blog( 1 );
}

function delete_metadata( string $type, int $id, string $key, string $value, bool $all ): void {
	$GLOBALS['deleted_metadata'][] = array( $type, $key, $all );
}

$GLOBALS['capabilities'] = array( 'manage_woocommerce', 'manage_options', 'update_plugins' );

function current_user_can( string $capability ): bool {
	return in_array( $capability, $GLOBALS['capabilities'], true );
}

function admin_url( string $path ): string {
	return "/wp-admin/$path";
}
