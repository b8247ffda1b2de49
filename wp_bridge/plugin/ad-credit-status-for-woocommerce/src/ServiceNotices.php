<?php
/**
 * The service's notices in WooCommerce's inbox: each once, and only while it is true.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use Automattic\WooCommerce\Admin\Notes\Note;
use Automattic\WooCommerce\Admin\Notes\Notes;

defined( 'ABSPATH' ) || exit;

/**
 * Writes a note for each notice of the status document, and deletes it once it is untrue.
 *
 * @since 1.1.0
 */
final class ServiceNotices {

	/** Begins the name of each note; a notice's id follows. */
	const PREFIX = 'wc-ad-credit-notice-';

	/** Holds each notice that was written to the inbox, by its id; none is written twice, even after its note was deleted. */
	const OPTION = 'wc_ad_credit_notices';

	const ID = '/^[\w.:-]{1,100}$/D';

	const MAX_STORED = 200;

	/**
	 * The stored answers.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Take what the notices are read from.
	 *
	 * @since 1.1.0
	 *
	 * @param StatusCache $cache The stored answers.
	 */
	public function __construct( StatusCache $cache ) {
		$this->cache = $cache;
	}

	/**
	 * Register the hook of the inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function watch(): void {
		add_filter( 'woocommerce_note_where_clauses', array( $this, 'hide_expired' ) );
	}

	/**
	 * Bring the inbox to what is true now, in the site's language.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function update(): void {
		$document = $this->cache->document( $this->cache->language_tag( get_locale() ) ) ?? $this->cache->any_document();
		if ( ! $document || ! $document->has( 'notices' ) || ! class_exists( Notes::class ) ) {
			return;
		}
		$written = $this->written_notices();
		$notices = $this->notices( $document );
		foreach ( array_keys( array_filter( array_diff_key( $written, $notices ) ) ) as $id ) {
			$this->delete( (string) $id );
			$written[ $id ] = null;
		}
		foreach ( $notices as $id => $notice ) {
			$this->write( (string) $id, $notice, $written[ $id ] ?? null, array_key_exists( $id, $written ) );
			$written[ $id ] = $notice;
		}
		update_option( self::OPTION, array_slice( $written, -self::MAX_STORED, null, true ), false );
	}

	/**
	 * Delete every note, and forget which notices were written.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function withdraw(): void {
		array_map( array( $this, 'delete' ), array_map( 'strval', array_keys( array_filter( $this->written_notices() ) ) ) );
		delete_option( self::OPTION );
	}

	/**
	 * Hide notes whose time is over, though the service could not be asked since.
	 *
	 * @since 1.1.0
	 *
	 * @param string $where SQL of WooCommerce's, which begins with AND.
	 * @return string
	 */
	public function hide_expired( string $where ): string {
		global $wpdb;
		foreach ( array_filter( $this->written_notices() ) as $id => $notice ) {
			if ( $notice['until'] && $notice['until'] <= time() ) {
				$where .= $wpdb->prepare( ' AND name <> %s', self::PREFIX . $id );
			}
		}
		return $where;
	}

	/**
	 * Return the notices of a document by their ids.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array<string, array{text: string, at: int, until: int}>
	 */
	private function notices( Document $document ): array {
		$notices = array();
		$zone    = $document->text( 'account.timezone' );
		foreach ( $document->each( 'notices' ) as $notice ) {
			$until = $this->end_of( $notice->text( 'until' ), $zone );
			if ( preg_match( self::ID, $notice->text( 'id' ) ) && '' !== $notice->text( 'text' ) && ( ! $until || $until > time() ) ) {
				$notices[ $notice->text( 'id' ) ] = array(
					'text'  => $notice->text( 'text' ),
					'at'    => preg_match( Format::TIME, $notice->text( 'at' ) ) ? (int) strtotime( $notice->text( 'at' ) ) : 0,
					'until' => $until,
				);
			}
		}
		return $notices;
	}

	/**
	 * Write a notice's note; one that was written before only has its text updated.
	 *
	 * @since 1.1.0
	 *
	 * @param string     $id          The notice's id.
	 * @param array      $notice      As notices() returns it.
	 * @param array|null $before      As it was written; null once it was untrue.
	 * @param bool       $was_written Whether it was ever written.
	 * @return void
	 */
	private function write( string $id, array $notice, ?array $before, bool $was_written ): void {
		if ( ! $was_written ) {
			$this->add( $id, $notice );
		} elseif ( $before && $before['text'] !== $notice['text'] ) {
			$note = Notes::get_note_by_name( self::PREFIX . $id );
			if ( $note && ! $note->get_is_deleted() ) {
				$note->set_content( esc_html( $notice['text'] ) );
				$note->save();
			}
		}
	}

	/**
	 * Write a note.
	 *
	 * @since 1.1.0
	 *
	 * @param string $id     The notice's id.
	 * @param array  $notice As notices() returns it.
	 * @return void
	 */
	private function add( string $id, array $notice ): void {
		$note = new Note();
		$note->set_name( self::PREFIX . $id );
		$note->set_source( AdminNotice::SOURCE );
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
	private function delete( string $id ): void {
		if ( class_exists( Notes::class ) ) {
			Notes::delete_notes_with_name( self::PREFIX . $id );
		}
	}

	/**
	 * Return the notices that were written to the inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, array|null> By id; null for what is not true any more.
	 */
	private function written_notices(): array {
		$written = get_option( self::OPTION );
		return is_array( $written ) ? $written : array();
	}

	/**
	 * Return the end of a date.
	 *
	 * @since 1.1.0
	 *
	 * @param string $date As 2025-12-01, the last date on which something is true.
	 * @param string $zone The ad account's time zone; UTC where it is not known.
	 * @return int Unix time; 0 for no date.
	 */
	private function end_of( string $date, string $zone ): int {
		if ( ! preg_match( Format::DATE, $date ) ) {
			return 0;
		}
		$is_zone = in_array( $zone, timezone_identifiers_list( \DateTimeZone::ALL_WITH_BC ), true );
		$day     = date_create_immutable( $date, new \DateTimeZone( $is_zone ? $zone : 'UTC' ) );
		return $day ? $day->modify( '+1 day' )->getTimestamp() : 0;
	}
}
