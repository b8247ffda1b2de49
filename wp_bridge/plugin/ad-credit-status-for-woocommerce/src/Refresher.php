<?php
/**
 * Fetches the status document in the background or when somebody asks for it, never while a page renders.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Refresher {

	/** By the clock. */
	public static function run(): void {
		self::fetch();
	}

	/** Because a merchant pressed Refresh: the service reads TikTok's figures anew, if it may. */
	public static function ask_anew(): bool {
		if ( ! Answers::is_paused() && Connection::stands() ) {
			Service::refresh();
			Schedule::refresh_soon();
		}
		return self::fetch();
	}

	/** Whether the page now shows what the service says now. */
	public static function fetch(): bool {
		if ( ! Connection::stands() || Answers::is_paused() ) {
			return false;
		}
		$documents = array();
		foreach ( Answers::languages() as $language ) {
			$reply = Service::status( $language );
			if ( ! $reply->is_good() || ! Document::is_one( $reply->body ) ) {
				Answers::fail( $reply );
				return false;
			}
			$documents[ $language ] = $reply->body;
		}
		Answers::succeed( $documents );
		News::tell();
		return true;
	}

	/** Why nothing was fetched: a word of Words::of_answer(). */
	public static function why_not(): string {
		return Connection::stands() ? Answers::trouble() ?: 'waiting' : 'unconnected';
	}
}
