<?php
/**
 * The REST routes: two for the service, three for the page. Every one is for who manages the shop.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_Error;
use WP_REST_Request;

defined( 'ABSPATH' ) || exit;

final class Routes {

	/** WooCommerce looks at its keys only for namespaces that begin so. */
	const SPACE = 'wc-ad-credit/v1';

	public static function register(): void {
		$text = array( 'type' => 'string', 'required' => true );
		self::route( '/state', 'GET', 'state', array(), Schemas::state() );
		self::route(
			'/token',
			'POST',
			'token',
			array(
				'token'   => $text + array( 'minLength' => 8, 'maxLength' => Connection::LONGEST_TOKEN ),
				'service' => array( 'type' => 'string', 'maxLength' => 500 ),
			),
			Schemas::done( 'stored' )
		);
		self::route( '/refresh', 'POST', 'refresh', array(), Schemas::refreshed() );
		self::route( '/reviews', 'POST', 'review', array( 'message' => $text + array( 'minLength' => 1, 'maxLength' => Review::LONGEST ) ), Schemas::done( 'asked' ) );
		self::route( '/dismissals', 'POST', 'dismiss', array( 'key' => $text + array( 'pattern' => News::KEY ) ), Schemas::done( 'dismissed' ) );
	}

	/** @return true|WP_Error */
	public static function may() {
		if ( current_user_can( 'manage_woocommerce' ) ) {
			return true;
		}
		return new WP_Error(
			'wc_ad_credit_rest_forbidden',
			__( 'Sorry, only who manages the shop may do this.', 'ad-credit-status-for-woocommerce' ),
			array( 'status' => rest_authorization_required_code() )
		);
	}

	public static function state(): array {
		return Signals::state();
	}

	/** @return array|WP_Error */
	public static function token( WP_REST_Request $request ) {
		$service = isset( $request['service'] ) ? Connection::address_of( $request['service'] ) : Webhooks::service();
		if ( '' === $service ) {
			return self::refusal( 'wc_ad_credit_no_service', Words::of_answer( 'address' ) );
		}
		if ( ! Connection::is_token( $request['token'] ) ) {
			return self::refusal( 'wc_ad_credit_bad_token', Words::of_answer( 'token' ) );
		}
		Connection::make( $service, $request['token'] );
		return array( 'stored' => true );
	}

	public static function refresh(): array {
		$fetched = Refresher::ask_anew();
		return array(
			'fetched' => $fetched,
			'message' => Words::of_answer( $fetched ? 'refreshed' : Refresher::why_not() ),
			'html'    => Page::content(),
		);
	}

	/** @return array|WP_Error */
	public static function review( WP_REST_Request $request ) {
		$outcome = Review::ask( $request['message'] );
		return 'asked' === $outcome ? array( 'asked' => true ) : self::refusal( "wc_ad_credit_review_$outcome", Words::of_answer( $outcome ) );
	}

	public static function dismiss( WP_REST_Request $request ): array {
		News::dismiss( $request['key'] );
		return array( 'dismissed' => true );
	}

	private static function refusal( string $code, string $sentence ): WP_Error {
		return new WP_Error( $code, $sentence, array( 'status' => 400 ) );
	}

	private static function route( string $path, string $method, string $answers, array $args, array $schema ): void {
		register_rest_route(
			self::SPACE,
			$path,
			array(
				array(
					'methods'             => $method,
					'callback'            => array( self::class, $answers ),
					'permission_callback' => array( self::class, 'may' ),
					'args'                => $args,
				),
				'schema' => static function () use ( $schema ): array {
					return $schema;
				},
			)
		);
	}
}
