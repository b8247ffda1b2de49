<?php
/**
 * The only speaker: every call to the service. None happens while a page renders.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Service {

	const PATIENCE = 10;
	const LARGEST  = 1048576;

	/** Where the store stands, its sentences in this language (es-MX). */
	public static function status( string $language ): Reply {
		return self::call( 'GET', '/api/v1/status', null, $language );
	}

	/** Asks the service to read TikTok's figures anew; it may say that it just did. */
	public static function refresh(): Reply {
		return self::call( 'POST', '/api/v1/refresh' );
	}

	public static function review( string $message ): Reply {
		return self::call( 'POST', '/api/v1/reviews', array( 'message' => $message ) );
	}

	/** A one-use address that leads this browser into TikTok's consent, and back to `$return_url`. */
	public static function ticket( string $return_url ): Reply {
		return self::call( 'POST', '/api/v1/connect-tickets', array( 'return_url' => $return_url ) );
	}

	private static function call( string $method, string $path, ?array $body = null, string $language = '' ): Reply {
		$headers = array(
			'Accept'        => 'application/json',
			'Authorization' => 'Bearer ' . Connection::token(),
		);
		$request = array(
			'method'              => $method,
			'timeout'             => self::PATIENCE,
			'redirection'         => 0,
			'limit_response_size' => self::LARGEST,
			'user-agent'          => 'wc-ad-credit/' . WC_AD_CREDIT_VERSION,
		);
		if ( '' !== $language ) {
			$headers['Accept-Language'] = $language;
		}
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
			$request['body']         = wp_json_encode( $body );
		}
		$reply = Reply::of( wp_safe_remote_request( Connection::service() . $path, $request + array( 'headers' => $headers ) ) );
		if ( ! $reply->is_good() ) {
			Log::info( "$method $path: " . ( $reply->status ? "status {$reply->status}" : 'no answer' ) );
		}
		return $reply;
	}
}
