<?php
/**
 * The last good answer of the service, kept with its age, one per language; and the last failure, kept briefly.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Answers {

	const OPTION = 'wc_ad_credit_answers';

	const NONE = array(
		'documents' => array(),
		'languages' => array(),
		'read_at'   => 0,
		'failure'   => null,
	);

	/** Languages that nobody read in for so long are not asked for any more. */
	const REMEMBERED = 30 * DAY_IN_SECONDS;

	const MOST_LANGUAGES = 5;

	/** Seconds without a further call after a failure, unless the service asks for more. */
	const PAUSE         = 60;
	const LONGEST_PAUSE = HOUR_IN_SECONDS;

	/** The document in the reader's language, else in another; null before the first answer. */
	public static function document( string $language ): ?Document {
		$documents = self::kept()['documents'];
		$found     = $documents[ $language ] ?? reset( $documents );
		return $found ? new Document( $found ) : null;
	}

	/** When the last good answer came; 0 before it. */
	public static function read_at(): int {
		return self::kept()['read_at'];
	}

	/** Why the last call failed (a word of Reply::trouble), or '' when it did not. */
	public static function trouble(): string {
		return (string) ( self::kept()['failure']['why'] ?? '' );
	}

	public static function is_paused(): bool {
		return time() < (int) ( self::kept()['failure']['until'] ?? 0 );
	}

	/** Remembers in which language somebody reads, so that the next answer comes in it too. */
	public static function want( string $language ): void {
		$kept = self::kept();
		if ( ( $kept['languages'][ $language ] ?? 0 ) < time() - DAY_IN_SECONDS ) {
			$kept['languages'][ $language ] = time();
			self::keep( $kept );
		}
	}

	/** Most recently read in first; the site's own when nobody read yet. */
	public static function languages(): array {
		$read = array_filter(
			self::kept()['languages'],
			static function ( int $at ): bool {
				return $at > time() - self::REMEMBERED;
			}
		);
		arsort( $read );
		return array_slice( array_keys( $read ), 0, self::MOST_LANGUAGES ) ?: array( self::tag( get_locale() ) );
	}

	/** @param array<string, array> $documents By language. */
	public static function succeed( array $documents ): void {
		self::keep( array( 'documents' => $documents, 'read_at' => time(), 'failure' => null ) + self::kept() );
	}

	public static function fail( Reply $reply ): void {
		$pause = min( max( $reply->wait, self::PAUSE ), self::LONGEST_PAUSE );
		self::keep( array( 'failure' => array( 'why' => $reply->trouble() ?: 'unreadable', 'until' => time() + $pause ) ) + self::kept() );
	}

	public static function forget(): void {
		delete_option( self::OPTION );
	}

	/** As HTTP writes a locale: es_MX is es-MX, de_DE_formal is de-DE. */
	public static function tag( string $locale ): string {
		return implode( '-', array_slice( explode( '_', $locale ), 0, 2 ) );
	}

	private static function kept(): array {
		$kept = get_option( self::OPTION );
		return ( is_array( $kept ) ? $kept : array() ) + self::NONE;
	}

	private static function keep( array $answers ): void {
		update_option( self::OPTION, $answers, false );
	}
}
