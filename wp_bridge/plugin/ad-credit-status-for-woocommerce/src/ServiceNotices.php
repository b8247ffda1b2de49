<?php
/**
 * The service's notices in WooCommerce's inbox: each added once, and only shown while it is true.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use Automattic\WooCommerce\Admin\Notes\Note;
use Automattic\WooCommerce\Admin\Notes\Notes;

defined( 'ABSPATH' ) || exit;

/**
 * Adds a note for each notice of the status document, and deletes it once the document no longer has the notice.
 *
 * @since 1.1.0
 */
final class ServiceNotices {

	/** Prefix of the name of each note; the notice's id follows. */
	const NOTE_PREFIX = 'wc-ad-credit-notice-';

	/** Option that holds the notices added to the inbox, by id, so that none is added twice, even after its note was deleted. */
	const OPTION = 'wc_ad_credit_notices';

	const ID_PATTERN = '/^[\w.:-]{1,100}$/D';

	const MAX_STORED_NOTICES = 200;

	/**
	 * The stored status documents.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param StatusCache $cache The stored status documents.
	 */
	public function __construct( StatusCache $cache ) {
		$this->cache = $cache;
	}

	/**
	 * Register the hook of WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function register_hooks(): void {
		add_filter( 'woocommerce_note_where_clauses', array( $this, 'hide_expired' ) );
	}

	/**
	 * Add, change and delete notes so that they match the status document, in the site's language.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function update(): void {
		$document = $this->cache->get_site_document();
		if ( ! $document || ! $document->has( 'notices' ) || ! class_exists( Notes::class ) ) {
			return;
		}
		$written_notices = $this->get_written_notices();
		$notices         = $this->get_notices( $document );
		foreach ( array_keys( array_filter( array_diff_key( $written_notices, $notices ) ) ) as $id ) {
			$this->delete_note( (string) $id );
			$written_notices[ $id ] = null;
		}
		foreach ( $notices as $id => $notice ) {
			$this->write_note( (string) $id, $notice, $written_notices[ $id ] ?? null, array_key_exists( $id, $written_notices ) );
			$written_notices[ $id ] = $notice;
		}
		update_option( self::OPTION, array_slice( $written_notices, -self::MAX_STORED_NOTICES, null, true ), false );
	}

	/**
	 * Delete all notes, and which notices were added.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function withdraw(): void {
		array_map( array( $this, 'delete_note' ), array_map( 'strval', array_keys( array_filter( $this->get_written_notices() ) ) ) );
		delete_option( self::OPTION );
	}

	/**
	 * Hide expired notes, even while the service cannot be reached.
	 *
	 * @since 1.1.0
	 *
	 * @param string $where The conditions of WooCommerce's query, beginning with AND.
	 * @return string
	 */
	public function hide_expired( string $where ): string {
		global $wpdb;
		foreach ( array_filter( $this->get_written_notices() ) as $id => $notice ) {
			if ( $notice['until'] && $notice['until'] <= time() ) {
				$where .= $wpdb->prepare( ' AND name <> %s', self::NOTE_PREFIX . $id );
			}
		}
		return $where;
	}

	/**
	 * Return the valid and present notices of a document, by id.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array<string, array{text: string, at: int, until: int}>
	 */
	private function get_notices( Document $document ): array {
		$notices = array();
		$zone    = $document->get_text( 'account.timezone' );
		foreach ( $document->get_objects( 'notices' ) as $notice ) {
			$until = $this->get_end_of_date( $notice->get_text( 'until' ), $zone );
			if ( preg_match( self::ID_PATTERN, $notice->get_text( 'id' ) ) && '' !== $notice->get_text( 'text' ) && ( ! $until || $until > time() ) ) {
				$notices[ $notice->get_text( 'id' ) ] = array(
					'text'  => $notice->get_text( 'text' ),
					'at'    => preg_match( Formatter::TIME_PATTERN, $notice->get_text( 'at' ) ) ? (int) strtotime( $notice->get_text( 'at' ) ) : 0,
					'until' => $until,
				);
			}
		}
		return $notices;
	}

	/**
	 * Add a notice's note, or update the text of the one that exists.
	 *
	 * @since 1.1.0
	 *
	 * @param string     $id          The notice's id.
	 * @param array      $notice      The notice, as get_notices() returns it.
	 * @param array|null $before      The notice as it was written; null if its note was deleted since.
	 * @param bool       $was_written Whether the notice was ever written.
	 * @return void
	 */
	private function write_note( string $id, array $notice, ?array $before, bool $was_written ): void {
		if ( ! $was_written ) {
			$this->add_note( $id, $notice );
		} elseif ( $before && $before['text'] !== $notice['text'] ) {
			$note = Notes::get_note_by_name( self::NOTE_PREFIX . $id );
			if ( $note && ! $note->get_is_deleted() ) {
				$note->set_content( esc_html( $notice['text'] ) );
				$note->save();
			}
		}
	}

	/**
	 * Add a note.
	 *
	 * @since 1.1.0
	 *
	 * @param string $id     The notice's id.
	 * @param array  $notice The notice, as get_notices() returns it.
	 * @return void
	 */
	private function add_note( string $id, array $notice ): void {
		$note = new Note();
		$note->set_name( self::NOTE_PREFIX . $id );
		$note->set_source( AdminNotice::NOTE_SOURCE );
		$note->set_type( 'info' );
		$note->set_title( __( 'Your ad credit', 'ad-credit-status-for-woocommerce' ) );
		$note->set_content( esc_html( $notice['text'] ) );
		if ( $notice['at'] ) {
			$note->set_date_created( $notice['at'] );
		}
		$note->add_action( 'wc-ad-credit-open', __( 'See your ad credit', 'ad-credit-status-for-woocommerce' ), Page::PATH );
		$note->save();
	}

	/**
	 * Delete a note.
	 *
	 * @since 1.1.0
	 *
	 * @param string $id The notice's id.
	 * @return void
	 */
	private function delete_note( string $id ): void {
		if ( class_exists( Notes::class ) ) {
			Notes::delete_notes_with_name( self::NOTE_PREFIX . $id );
		}
	}

	/**
	 * Return the notices that were added to the inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, array|null> By id; null for a notice whose note was deleted.
	 */
	private function get_written_notices(): array {
		$written_notices = get_option( self::OPTION );
		return is_array( $written_notices ) ? $written_notices : array();
	}

	/**
	 * Return the time at which a date ends.
	 *
	 * @since 1.1.0
	 *
	 * @param string $date Such as 2025-12-01.
	 * @param string $zone The ad account's time zone; UTC for an unknown one.
	 * @return int Unix time; 0 for an invalid date.
	 */
	private function get_end_of_date( string $date, string $zone ): int {
		if ( ! preg_match( Formatter::DATE_PATTERN, $date ) ) {
			return 0;
		}
		$is_valid_zone = in_array( $zone, timezone_identifiers_list( \DateTimeZone::ALL_WITH_BC ), true );
		$day           = date_create_immutable( $date, new \DateTimeZone( $is_valid_zone ? $zone : 'UTC' ) );
		return $day ? $day->modify( '+1 day' )->getTimestamp() : 0;
	}
}
