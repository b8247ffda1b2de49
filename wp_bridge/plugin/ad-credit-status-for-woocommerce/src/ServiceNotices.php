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

	/** Holds each notice the inbox was told of, by its id; none is told twice, even after its note was deleted. */
	const OPTION = 'wc_ad_credit_notices';

	const ID = '/^[\w.:-]{1,100}$/D';

	const MAX_TOLD = 200;

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
		$told    = $this->told();
		$notices = $this->notices( $document );
		foreach ( array_keys( array_filter( array_diff_key( $told, $notices ) ) ) as $id ) {
			$this->delete( (string) $id );
			$told[ $id ] = null;
		}
		foreach ( $notices as $id => $notice ) {
			$this->tell( (string) $id, $notice, $told[ $id ] ?? null, array_key_exists( $id, $told ) );
			$told[ $id ] = $notice;
		}
		update_option( self::OPTION, array_slice( $told, -self::MAX_TOLD, null, true ), false );
	}

	/**
	 * Delete every note, and forget what was told.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function withdraw(): void {
		array_map( array( $this, 'delete' ), array_map( 'strval', array_keys( array_filter( $this->told() ) ) ) );
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
		foreach ( array_filter( $this->told() ) as $id => $notice ) {
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
	 * Write a notice's note, unless it was told before; then only its words are brought up to date.
	 *
	 * @since 1.1.0
	 *
	 * @param string     $id      The notice's id.
	 * @param array      $notice  As notices() returns it.
	 * @param array|null $before  As it was told; null once it was untrue.
	 * @param bool       $is_told Whether it was ever told.
	 * @return void
	 */
	private function tell( string $id, array $notice, ?array $before, bool $is_told ): void {
		if ( ! $is_told ) {
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
	 * Return what the inbox was told.
	 *
	 * @since 1.1.0
	 *
	 * @return array<string, array|null> By id; null for what is not true any more.
	 */
	private function told(): array {
		$told = get_option( self::OPTION );
		return is_array( $told ) ? $told : array();
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
