<?php
/**
 * The last status document and history in each language that users read, and the last failure.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Stores the last answers of the service.
 *
 * @since 1.0.0
 */
final class StatusCache {

	const OPTION = 'wc_ad_credit_status';

	/** The value of the option before the first answer. */
	const DEFAULTS = array(
		'documents' => array(),
		'histories' => array(),
		'languages' => array(),
		'read_at'   => 0,
		'failure'   => null,
	);

	/** Seconds after which a language that no user read is no longer fetched. */
	const LANGUAGE_LIFETIME = 30 * DAY_IN_SECONDS;

	/** Maximum number of languages to fetch. */
	const MAX_LANGUAGES = 5;

	/** Minimum and maximum pause in seconds after a failure; in between, the service decides. */
	const MIN_PAUSE = 60;
	const MAX_PAUSE = HOUR_IN_SECONDS;

	/**
	 * Return the document in a language, or in another variant of it (es-MX for es-ES).
	 *
	 * @since 1.0.0
	 *
	 * @param string $language A tag as to_language_tag() returns it.
	 * @return Document|null Null when there is none.
	 */
	public function get_document( string $language ): ?Document {
		$documents = $this->read_option()['documents'];
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
	 * Return the document in any language, as a fallback.
	 *
	 * @since 1.1.0
	 *
	 * @return Document|null Null before the first answer.
	 */
	public function get_any_document(): ?Document {
		$documents = $this->read_option()['documents'];
		return $documents ? new Document( reset( $documents ) ) : null;
	}

	/**
	 * Return the document for texts that all users read: in the site's language, or in any other.
	 *
	 * @since 1.1.0
	 *
	 * @return Document|null Null before the first answer.
	 */
	public function get_site_document(): ?Document {
		return $this->get_document( $this->to_language_tag( get_locale() ) ) ?? $this->get_any_document();
	}

	/**
	 * Return the history in a language.
	 *
	 * @since 1.1.0
	 *
	 * @param string $language A tag as to_language_tag() returns it.
	 * @return Document[] Newest first, each with at, kind and text.
	 */
	public function get_history( string $language ): array {
		$history = new Document( array( 'changes' => $this->read_option()['histories'][ $language ] ?? array() ) );
		return $history->get_objects( 'changes' );
	}

	/**
	 * Return the time of the last successful fetch.
	 *
	 * @since 1.0.0
	 *
	 * @return int Unix time; 0 before the first answer.
	 */
	public function get_read_time(): int {
		return $this->read_option()['read_at'];
	}

	/**
	 * Return the error code of the last fetch.
	 *
	 * @since 1.0.0
	 *
	 * @return string A code of Response::get_error_code(); empty when the fetch succeeded.
	 */
	public function get_failure_code(): string {
		return (string) ( $this->read_option()['failure']['code'] ?? '' );
	}

	/**
	 * Check whether the pause after a failure still lasts, during which the service is not called.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_paused(): bool {
		return time() < (int) ( $this->read_option()['failure']['until'] ?? 0 );
	}

	/**
	 * Store that a user reads a language, so that the next fetch includes it.
	 *
	 * @since 1.0.0
	 *
	 * @param string $language A tag as to_language_tag() returns it.
	 * @return void
	 */
	public function remember_language( string $language ): void {
		$values = $this->read_option();
		if ( ( $values['languages'][ $language ] ?? 0 ) < time() - DAY_IN_SECONDS ) {
			$values['languages'][ $language ] = time();
			$this->write_option( $values );
		}
	}

	/**
	 * Return the languages to fetch, the most recently read first.
	 *
	 * @since 1.0.0
	 *
	 * @return string[] Only the site's language when no user has read the page.
	 */
	public function get_languages(): array {
		$recent = array_filter(
			$this->read_option()['languages'],
			static function ( int $at ): bool {
				return $at > time() - self::LANGUAGE_LIFETIME;
			}
		);
		arsort( $recent );
		$languages = array_slice( array_keys( $recent ), 0, self::MAX_LANGUAGES );
		return $languages ? $languages : array( $this->to_language_tag( get_locale() ) );
	}

	/**
	 * Store the documents and histories of a successful fetch.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, array> $documents Status documents by language.
	 * @param array<string, array> $histories Changes by language; a missing history stays as it was stored.
	 * @return void
	 */
	public function store_documents( array $documents, array $histories = array() ): void {
		$this->write_option(
			array(
				'documents' => $documents,
				'histories' => array_intersect_key( $histories + $this->read_option()['histories'], $documents ),
				'read_at'   => time(),
				'failure'   => null,
			) + $this->read_option()
		);
	}

	/**
	 * Store a failed fetch; the last documents stay.
	 *
	 * @since 1.0.0
	 *
	 * @param Response $response The response that is not a status document.
	 * @return void
	 */
	public function store_failure( Response $response ): void {
		$pause = min( max( $response->retry_after, self::MIN_PAUSE ), self::MAX_PAUSE );
		$this->write_option(
			array(
				'failure' => array(
					'code'  => $response->get_failure_code(),
					'until' => time() + $pause,
				),
			) + $this->read_option()
		);
	}

	/**
	 * Delete all stored answers.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function clear(): void {
		delete_option( self::OPTION );
	}

	/**
	 * Convert a WordPress locale to a language tag: es_MX to es-MX, de_DE_formal to de-DE.
	 *
	 * @since 1.0.0
	 *
	 * @param string $locale A locale of WordPress.
	 * @return string
	 */
	public function to_language_tag( string $locale ): string {
		return implode( '-', array_slice( explode( '_', $locale ), 0, 2 ) );
	}

	/**
	 * Read the option.
	 *
	 * @since 1.0.0
	 *
	 * @return array<string, mixed> With every key of DEFAULTS.
	 */
	private function read_option(): array {
		$values = get_option( self::OPTION );
		return ( is_array( $values ) ? $values : array() ) + self::DEFAULTS;
	}

	/**
	 * Write the option.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, mixed> $values The whole value.
	 * @return void
	 */
	private function write_option( array $values ): void {
		update_option( self::OPTION, $values, false );
	}
}
