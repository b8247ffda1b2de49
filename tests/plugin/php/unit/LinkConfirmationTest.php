<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\LinkConfirmation;

final class LinkConfirmationTest extends TestCase {

	const WRITTEN_AT = 1764000000;

	private LinkConfirmation $link;

	protected function setUp(): void {
		$this->link = new LinkConfirmation();
		$this->link->record_account_write();
	}

	public function test_an_id_that_stood_before_we_looked_is_taken(): void {
		$this->assertSame( LinkConfirmation::CONFIRMED, $this->link->get_status( self::WRITTEN_AT ) );
	}

	public function test_an_id_waits_until_it_is_written_after_the_token(): void {
		$this->link->record_token_write( self::WRITTEN_AT );
		$this->assertSame( LinkConfirmation::PENDING, $this->link->get_status( self::WRITTEN_AT + 1 ) );
		$this->link->record_account_write();
		$this->assertSame( LinkConfirmation::CONFIRMED, $this->link->get_status( self::WRITTEN_AT + 1 ) );
	}

	public function test_an_id_that_nobody_writes_is_taken_after_a_while_without_a_date(): void {
		$this->link->record_token_write( self::WRITTEN_AT );
		$last = self::WRITTEN_AT + LinkConfirmation::SETTLE_SECONDS;
		$this->assertSame( LinkConfirmation::PENDING, $this->link->get_status( $last - 1 ) );
		$this->assertSame( LinkConfirmation::EXPIRED, $this->link->get_status( $last ) );
		$this->assertSame( LinkConfirmation::EXPIRED, $this->link->get_status( self::WRITTEN_AT - 86400 ), 'a clock that was put back' );
	}

	public function test_a_page_that_was_drawn_without_writing_an_id_shows_no_link_however_long_ago(): void {
		$this->link->record_token_write( self::WRITTEN_AT );
		$this->link->record_page_view();
		$this->assertSame( LinkConfirmation::PENDING, $this->link->get_status( self::WRITTEN_AT + 86400 ) );
		$this->link->record_account_write();
		$this->link->record_page_view();
		$this->assertSame( LinkConfirmation::CONFIRMED, $this->link->get_status( self::WRITTEN_AT + 86400 ) );
	}
}
