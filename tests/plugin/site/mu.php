<?php
/** Isolates the test site: no e-mail, and no calls except to the service on this machine. */

function wp_mail() {
	return true;
}

// The shop and the service both run on 127.0.0.1, on different ports.
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter(
	'http_allowed_safe_ports',
	static function ( array $ports, string $host, string $url ): array {
		$ports[] = (int) parse_url( $url, PHP_URL_PORT );
		return $ports;
	},
	10,
	3
);
add_filter(
	'pre_http_request',
	static function ( $answer, array $request, string $url ) {
		file_put_contents( WP_CONTENT_DIR . '/calls.log', $request['method'] . " $url\n", FILE_APPEND );
		return '127.0.0.1' === parse_url( $url, PHP_URL_HOST ) ? $answer : new WP_Error( 'outside', 'no outside world here' );
	},
	10,
	3
);
// A busy machine must not lose a signal; the tests assert the plugin's own timeout instead of waiting for it.
add_filter(
	'http_request_args',
	static function ( array $request ): array {
		return array( 'timeout' => 60 ) + $request;
	}
);
add_filter( 'pre_site_transient_update_core', '__return_true' );
add_filter( 'option_show_avatars', '__return_false' );
// WordPress probes emoji and compression in the browser on each page of a new site, which no test needs.
remove_action( 'admin_print_scripts', 'print_emoji_detection_script' );
remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
add_filter( 'pre_site_option_can_compress_scripts', '__return_zero' );
