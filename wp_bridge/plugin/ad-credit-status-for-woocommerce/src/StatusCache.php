<?php
/**
 * The last status document in each language that is read, and the last failure, each with its age.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Stores what the service answered last.
 *
 * @since 1.0.0
 */
final class StatusCache {

	const OPTION = 'wc_ad_credit_status';

	const DEFAULTS = array(
		'documents' => array(),
		'histories' => array(),
		'languages' => array(),
		'read_at'   => 0,
		'failure'   => null,
	);

	/** A language that nobody read in for so many seconds is not asked for any more. */
	const LANGUAGE_LIFETIME = 30 * DAY_IN_SECONDS;

	const MAX_LANGUAGES = 5;

	/** Seconds without a call after a failure, unless the service asks for more. */
	const PAUSE     = 60;
	const MAX_PAUSE = HOUR_IN_SECONDS;

	/**
	 * Return the document in a language, or in another variety of it (es-MX for es-ES).
	 *
	 * @since 1.0.0
	 *
	 * @param string $language A tag as language_tag() returns it.
	 * @return Document|null Null when there is none.
	 */
	public function document( string $language ): ?Document {
		$documents = $this->read()['documents'];
		if ( isset( $documents[ $language ] ) ) {
			return new Document( $documents[ $language ] );
		}
		foreach ( $documents as $tag => $values ) {
			if ( strtok( (string) $tag, '-' ) === strtok( $language, '-' ) ) {
				return new Document( $values );
			}
		}
		return null;
	}

	/**
	 * Return the document in any language, for when the right one cannot be had.
	 *
	 * @since 1.1.0
	 *
	 * @return Document|null Null before the first answer.
	 */
	public function any_document(): ?Document {
		$documents = $this->read()['documents'];
		return $documents ? new Document( reset( $documents ) ) : null;
	}

	/**
	 * Return what changed and when, as the service told it in a language.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language A tag as language_tag() returns it.
	 * @return Document[] Newest first, each with at, kind and text.
	 */
	public function history( string $language ): array {
		$history = new Document( array( 'changes' => $this->read()['histories'][ $language ] ?? array() ) );
		return $history->each( 'changes' );
	}

	/**
	 * Return when the last good answer came.
	 *
	 * @since 1.0.0
	 *
	 * @return int Unix time; 0 before the first answer.
	 */
	public function read_at(): int {
		return $this->read()['read_at'];
	}

	/**
	 * Return why the last call failed, as one of the codes of Response::error_code().
	 *
	 * @since 1.0.0
	 *
	 * @return string Empty when it did not fail.
	 */
	public function failure(): string {
		return (string) ( $this->read()['failure']['code'] ?? '' );
	}

	/**
	 * Tell whether a failure is so fresh that the service is left alone.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_paused(): bool {
		return time() < (int) ( $this->read()['failure']['until'] ?? 0 );
	}

	/**
	 * Remember that somebody reads in a language, so that the next answer comes in it too.
	 *
	 * @since 1.0.0
	 *
	 * @param string $language A tag as language_tag() returns it.
	 * @return void
	 */
	public function want( string $language ): void {
		$stored = $this->read();
		if ( ( $stored['languages'][ $language ] ?? 0 ) < time() - DAY_IN_SECONDS ) {
			$stored['languages'][ $language ] = time();
			$this->write( $stored );
		}
	}

	/**
	 * Return the languages to ask for, the most recently read one first.
	 *
	 * @since 1.0.0
	 *
	 * @return string[] The site's own language when nobody has read yet.
	 */
	public function languages(): array {
		$recent = array_filter(
			$this->read()['languages'],
			static function ( int $at ): bool {
				return $at > time() - self::LANGUAGE_LIFETIME;
			}
		);
		arsort( $recent );
		$languages = array_slice( array_keys( $recent ), 0, self::MAX_LANGUAGES );
		return $languages ? $languages : array( $this->language_tag( get_locale() ) );
	}

	/**
	 * Store a good answer.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, array> $documents Status documents by language.
	 * @param array<string, array> $histories What changed by language; those that could not be had stay as they were.
	 * @return void
	 */
	public function store( array $documents, array $histories = array() ): void {
		$this->write(
			array(
				'documents' => $documents,
				'histories' => array_intersect_key( $histories + $this->read()['histories'], $documents ),
				'read_at'   => time(),
				'failure'   => null,
			) + $this->read()
		);
	}

	/**
	 * Store a failure; the last good answer stays.
	 *
	 * @since 1.0.0
	 *
	 * @param Response $response What came instead of a status document.
	 * @return void
	 */
	public function store_failure( Response $response ): void {
		$code  = $response->error_code();
		$pause = min( max( $response->retry_after, self::PAUSE ), self::MAX_PAUSE );
		$this->write(
			array(
				'failure' => array(
					'code'  => '' === $code ? 'unreadable' : $code,
					'until' => time() + $pause,
				),
			) + $this->read()
		);
	}

	/**
	 * Forget everything.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function clear(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Write a locale as HTTP does: es_MX is es-MX, de_DE_formal is de-DE.
	 *
	 * @since 1.0.0
	 *
	 * @param string $locale A locale of WordPress.
	 * @return string
	 */
	public function language_tag( string $locale ): string {
		return implode( '-', array_slice( explode( '_', $locale ), 0, 2 ) );
	}

	/**
	 * Read the option.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, mixed> With every key of DEFAULTS.
	 */
	private function read(): array {
		$stored = get_option( self::OPTION );
		return ( is_array( $stored ) ? $stored : array() ) + self::DEFAULTS;
	}

	/**
	 * Write the option.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $values The whole value.
	 * @return void
	 */
	private function write( array $values ): void {
		update_option( self::OPTION, $values, false );
	}
}
