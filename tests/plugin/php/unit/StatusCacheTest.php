<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\StatusCache;
use WcAdCredit\Response;

final class StatusCacheTest extends TestCase {

	const DOCUMENT = array( 'stage' => 'due' );

	private StatusCache $cache;

	protected function setUp(): void {
		$this->cache = new StatusCache();
		$this->cache->clear();
	}

	public function test_a_failure_keeps_the_last_good_answer_and_its_age(): void {
		$this->cache->store_documents( array( 'en-US' => self::DOCUMENT ) );
		$read_at = $this->cache->get_read_time();
		$this->cache->store_failure( new Response( 0, null ) );
		$this->assertSame( 'due', $this->cache->get_document( 'en-US' )->get_text( 'stage' ) );
		$this->assertSame( $read_at, $this->cache->get_read_time() );
		$this->assertSame( 'unreachable', $this->cache->get_failure_code() );
	}

	public function test_after_a_failure_nobody_is_called_for_a_moment_and_never_long(): void {
		$this->assertFalse( $this->cache->is_paused() );
		foreach ( array( array( 0, 60 ), array( 90, 90 ), array( 999999, 3600 ) ) as list( $retry_after, $pause ) ) {
			$this->cache->store_failure( new Response( 429, array(), $retry_after ) );
			$this->assertTrue( $this->cache->is_paused() );
			$this->assertEqualsWithDelta( time() + $pause, $GLOBALS['options'][ StatusCache::OPTION ]['failure']['until'], 2 );
		}
		$this->cache->store_documents( array( 'en-US' => self::DOCUMENT ) );
		$this->assertFalse( $this->cache->is_paused() );
		$this->assertSame( '', $this->cache->get_failure_code() );
	}

	public function test_a_good_status_with_something_else_in_it_is_a_failure_too(): void {
		$this->cache->store_failure( new Response( 200, array( 'hello' => 'world' ) ) );
		$this->assertSame( 'unreadable', $this->cache->get_failure_code() );
	}

	public function test_a_variety_of_a_language_serves_for_another_and_a_foreign_one_is_only_a_fallback(): void {
		$this->assertNull( $this->cache->get_any_document() );
		$this->cache->store_documents( array( 'es-MX' => self::DOCUMENT ) );
		$this->assertSame( 'due', $this->cache->get_document( 'es-ES' )->get_text( 'stage' ) );
		$this->assertNull( $this->cache->get_document( 'th' ) );
		$this->assertSame( 'due', $this->cache->get_any_document()->get_text( 'stage' ) );
	}

	public function test_the_languages_last_read_in_are_asked_for_and_no_more_than_a_few(): void {
		$this->assertSame( array( 'en-US' ), $this->cache->get_languages() );
		foreach ( array( 'th', 'es-MX', 'de-DE', 'fr-FR', 'it-IT', 'pt-BR' ) as $language ) {
			$this->cache->remember_language( $language );
		}
		$this->assertCount( StatusCache::MAX_LANGUAGES, $this->cache->get_languages() );
		$GLOBALS['options'][ StatusCache::OPTION ]['languages'] = array( 'th' => time(), 'es-MX' => time() - 31 * DAY_IN_SECONDS );
		$this->assertSame( array( 'th' ), $this->cache->get_languages() );
	}

	public function test_a_history_that_could_not_be_had_stays_as_it_was_and_leaves_with_its_language(): void {
		$this->cache->store_documents( array( 'en-US' => self::DOCUMENT, 'th' => self::DOCUMENT ), array( 'en-US' => array( array( 'text' => 'Begun' ), 7 ), 'th' => array() ) );
		$this->cache->store_documents( array( 'en-US' => self::DOCUMENT ), array() );
		$this->assertSame( array( 'Begun' ), array_map( static function ( $change ): string { return $change->get_text( 'text' ); }, $this->cache->get_history( 'en-US' ) ) );
		$this->assertSame( array( 'en-US' ), array_keys( $GLOBALS['options'][ StatusCache::OPTION ]['histories'] ) );
		$this->cache->store_documents( array( 'en-US' => self::DOCUMENT ), array( 'en-US' => array() ) );
		$this->assertSame( array(), $this->cache->get_history( 'en-US' ) );
	}

	public function test_locales_are_written_as_http_does(): void {
		$this->assertSame( array( 'es-MX', 'th', 'de-DE' ), array_map( array( $this->cache, 'to_language_tag' ), array( 'es_MX', 'th', 'de_DE_formal' ) ) );
	}
}
