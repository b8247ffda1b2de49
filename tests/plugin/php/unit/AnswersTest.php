<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Answers;
use WcAdCredit\Reply;

final class AnswersTest extends TestCase {

	const DOCUMENT = array( 'stage' => 'due' );

	protected function setUp(): void {
		Answers::forget();
	}

	public function test_a_failure_keeps_the_last_good_answer_and_its_age(): void {
		Answers::succeed( array( 'en-US' => self::DOCUMENT ) );
		$read_at = Answers::read_at();
		Answers::fail( new Reply( 0, null ) );
		$this->assertSame( 'due', Answers::document( 'en-US' )->text( 'stage' ) );
		$this->assertSame( $read_at, Answers::read_at() );
		$this->assertSame( 'unreachable', Answers::trouble() );
	}

	public function test_after_a_failure_nobody_is_called_for_a_moment_and_never_long(): void {
		$this->assertFalse( Answers::is_paused() );
		foreach ( array( array( 0, 60 ), array( 90, 90 ), array( 999999, 3600 ) ) as list( $asked, $pause ) ) {
			Answers::fail( new Reply( 429, array(), $asked ) );
			$this->assertTrue( Answers::is_paused() );
			$this->assertEqualsWithDelta( time() + $pause, $GLOBALS['options'][ Answers::OPTION ]['failure']['until'], 2 );
		}
		Answers::succeed( array( 'en-US' => self::DOCUMENT ) );
		$this->assertFalse( Answers::is_paused() );
		$this->assertSame( '', Answers::trouble() );
	}

	public function test_a_good_status_with_something_else_in_it_is_a_failure_too(): void {
		Answers::fail( new Reply( 200, array( 'hello' => 'world' ) ) );
		$this->assertSame( 'unreadable', Answers::trouble() );
	}

	public function test_another_language_is_better_than_nothing(): void {
		$this->assertNull( Answers::document( 'th' ) );
		Answers::succeed( array( 'es-MX' => self::DOCUMENT ) );
		$this->assertSame( 'due', Answers::document( 'th' )->text( 'stage' ) );
	}

	public function test_the_languages_last_read_in_are_asked_for_and_no_more_than_a_few(): void {
		$this->assertSame( array( 'en-US' ), Answers::languages() );
		foreach ( array( 'th', 'es-MX', 'de-DE', 'fr-FR', 'it-IT', 'pt-BR' ) as $language ) {
			Answers::want( $language );
		}
		$this->assertCount( Answers::MOST_LANGUAGES, Answers::languages() );
		$GLOBALS['options'][ Answers::OPTION ]['languages'] = array( 'th' => time(), 'es-MX' => time() - 31 * DAY_IN_SECONDS );
		$this->assertSame( array( 'th' ), Answers::languages() );
	}

	public function test_locales_are_written_as_http_does(): void {
		$this->assertSame( array( 'es-MX', 'th', 'de-DE' ), array_map( array( Answers::class, 'tag' ), array( 'es_MX', 'th', 'de_DE_formal' ) ) );
	}
}
