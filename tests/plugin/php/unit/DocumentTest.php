<?php

use PHPUnit\Framework\TestCase;
use WcAdCredit\Document;

final class DocumentTest extends TestCase {

	public function test_what_is_of_another_shape_is_not_there(): void {
		$document = new Document( array( 'a' => array( 'b' => 'c' ), 'rows' => array( 'x', array( 'n' => 7 ), null ), 'yes' => 1 ) );
		$this->assertSame( 'c', $document->get_text( 'a.b' ) );
		$this->assertSame( array( '', '', '' ), array( $document->get_text( 'a' ), $document->get_text( 'a.b.c' ), $document->get_text( 'z' ) ) );
		$this->assertFalse( $document->is_true( 'yes' ) );
		$this->assertFalse( $document->has( 'a.b' ) );
		$this->assertCount( 1, $document->get_objects( 'rows' ) );
		$this->assertSame( '7', $document->get_objects( 'rows' )[0]->get_text( 'n' ) );
		$this->assertSame( array(), $document->get_objects( 'a.b' ) );
	}

	public function test_only_a_status_document_is_status(): void {
		$status = array( 'stage' => 'due', 'headline' => 'h', 'as_of' => 't', 'rules' => array() );
		$this->assertTrue( Document::is_status( $status ) );
		foreach ( array_keys( $status ) as $name ) {
			$this->assertFalse( Document::is_status( array( $name => 7 ) + $status ) );
		}
	}
}
