<?php
/**
 * A merchant who disagrees asks the service's staff to look again.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Review {

	const LONGEST = 2000;

	/** One word of Words::of_answer(): `asked`, or why not. */
	public static function ask( string $message ): string {
		$message = trim( str_replace( "\r\n", "\n", $message ) );
		if ( ! Connection::stands() ) {
			return 'unconnected';
		}
		if ( ! self::is_message( $message ) ) {
			return 'message';
		}
		$reply = Service::review( $message );
		if ( 409 === $reply->status ) {
			return 'open';
		}
		if ( ! $reply->is_good() ) {
			return 400 === $reply->status ? 'message' : $reply->trouble();
		}
		Refresher::fetch();
		return 'asked';
	}

	/** Text of several lines, no control characters; counted in characters, as the service does. */
	private static function is_message( string $text ): bool {
		return 1 === preg_match( '/^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]{1,' . self::LONGEST . '}$/uD', $text );
	}
}
