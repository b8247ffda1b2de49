<?php
/** The inbox: notes by name, over one option. */

namespace Automattic\WooCommerce\Admin\Notes;

final class Note {

	public $values = array();

	public function __call( string $name, array $args ): void {
		if ( 'add_action' === $name ) {
			$this->values['actions'][] = $args;
			return;
		}
		$this->values[ substr( $name, strlen( 'set_' ) ) ] = $args[0];
	}

	public function save(): void {
		$notes   = (array) get_option( 'stand_in_notes', array() );
		$notes[] = $this->values;
		update_option( 'stand_in_notes', $notes );
	}
}

final class Notes {

	public static function delete_notes_with_name( string $name ): void {
		$left = array_filter(
			(array) get_option( 'stand_in_notes', array() ),
			static function ( array $note ) use ( $name ): bool {
				return $name !== $note['name'];
			}
		);
		update_option( 'stand_in_notes', array_values( $left ) );
	}
}
