<?php
/** WooCommerce's inbox: notes in their own table, in which a deletion hides a note from all users. */

namespace Automattic\WooCommerce\Admin\Notes;

final class Note {

	private $id;

	public $values = array( 'is_deleted' => false );

	public function __construct( int $id = 0, array $values = array() ) {
		$this->id     = $id;
		$this->values = $values + $this->values;
	}

	public function __call( string $name, array $args ) {
		if ( 'add_action' === $name ) {
			$this->values['actions'][] = $args;
			return;
		}
		$field = substr( $name, strlen( 'get_' ) );
		if ( 0 === strpos( $name, 'get_' ) ) {
			return $this->values[ $field ];
		}
		$this->values[ $field ] = $args[0];
	}

	public function save(): void {
		global $wpdb;
		$is_new = ! $this->id;
		$row    = array( 'name' => $this->values['name'], 'is_deleted' => (int) $this->values['is_deleted'], 'content' => serialize( $this->values ) );
		if ( $is_new ) {
			$wpdb->insert( Notes::table(), $row );
			$this->id = $wpdb->insert_id;
		} else {
			$wpdb->update( Notes::table(), $row, array( 'note_id' => $this->id ) );
		}
		do_action( $is_new ? 'woocommerce_note_created' : 'woocommerce_note_updated', $this->id );
	}
}

final class Notes {

	public static function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'wc_admin_notes';
	}

	public static function install(): void {
		global $wpdb;
		$wpdb->query( 'CREATE TABLE IF NOT EXISTS ' . self::table() . ' (note_id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(255), is_deleted int, content longtext)' );
	}

	/** @return Note|false */
	public static function get_note( $id ) {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . self::table() . ' WHERE note_id = %d', $id ) );
		return $row ? new Note( (int) $row->note_id, unserialize( $row->content ) ) : false;
	}

	/** @return Note|false */
	public static function get_note_by_name( string $name ) {
		global $wpdb;
		$id = $wpdb->get_var( $wpdb->prepare( 'SELECT note_id FROM ' . self::table() . ' WHERE name = %s', $name ) );
		return $id ? self::get_note( $id ) : false;
	}

	/** Returns the notes that the inbox shows to the current user. */
	public static function get_visible_notes(): array {
		global $wpdb;
		$where = apply_filters( 'woocommerce_note_where_clauses', ' AND is_deleted = 0', array(), 'global' );
		return array_map( array( self::class, 'get_note' ), $wpdb->get_col( 'SELECT note_id FROM ' . self::table() . " WHERE 1=1{$where}" ) );
	}

	/** Deletes a note as the inbox does. */
	public static function delete_note( Note $note ): void {
		$note->set_is_deleted( 1 );
		$note->save();
	}

	public static function delete_notes_with_name( string $name ): void {
		global $wpdb;
		$wpdb->delete( self::table(), array( 'name' => $name ) );
	}
}
