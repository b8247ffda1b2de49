<?php
/** The router of PHP's web server: files as they are, /run for the tests, everything else to WordPress. */

/** Sends a file that browsers may cache: without this header they request all files again for each page. */
function send_file( string $file ): void {
	$types = array( 'css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml', 'png' => 'image/png' );
	header( 'Content-Type: ' . ( $types[ pathinfo( $file, PATHINFO_EXTENSION ) ] ?? 'application/octet-stream' ) );
	header( 'Cache-Control: max-age=3600' );
	readfile( $file );
}

$path    = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$content = getenv( 'WORDPRESS_TEST_CONTENT' );
if ( 0 === strpos( $path, '/wp-content/' ) && false === strpos( $path, '..' ) && is_file( $content . substr( $path, 11 ) ) ) {
	send_file( $content . substr( $path, 11 ) );
	return true;
}
if ( '/run' === $path ) {
	require __DIR__ . '/run.php';
	return true;
}
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ( is_dir( $file ) && is_file( rtrim( $file, '/' ) . '/index.php' ) && '/' !== $path ) {
	$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = rtrim( $path, '/' ) . '/index.php';
	chdir( $file );
	require rtrim( $file, '/' ) . '/index.php';
	return true;
}
if ( is_file( $file ) && 'php' !== pathinfo( $file, PATHINFO_EXTENSION ) ) {
	send_file( $file );
	return true;
}
if ( is_file( $file ) ) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
