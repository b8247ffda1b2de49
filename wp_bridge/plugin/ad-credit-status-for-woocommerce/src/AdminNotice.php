<?php
/**
 * The note in WooCommerce's inbox about the store's stage.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Adds and deletes the note, and stores who dismissed it.
 *
 * An update is what the note is about: a stage of an ad account and an award, identified by its key.
 *
 * @since 1.0.0
 */
final class AdminNotice {

	const NOTE_NAME   = 'wc-ad-credit-news';
	const NOTE_SOURCE = 'wc-ad-credit';

	/** Option that holds the key of the last update, so that its note is added only once, even after it was deleted. */
	const OPTION = 'wc_ad_credit_notified';

	/** User setting that holds the keys of the updates that the user dismissed. */
	const DISMISSED_META = 'wc_ad_credit_dismissed';

	const MAX_DISMISSED_KEYS = 20;

	/** The pattern of an update's key: stage, ad account and award, so that a dismissal ends with a switch of accounts. */
	const KEY_PATTERN = '^[a-z_]{1,40}\.[0-9A-Za-z_-]{0,64}\.[0-9A-Za-z_-]{0,64}$';

	/** Stages with a note; the others are steps on the way. */
	const NOTE_STAGES = array( 'accumulating', 'due', 'issued', 'credited', 'held', 'ended', 'ineligible', 'blocked', 'expired', 'programme_over' );

	/** Stages for which a service with notices sends a notice of its own. */
	const SERVICE_NOTICE_STAGES = array( 'due', 'issued' );

	/**
	 * The stored status documents.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Reads the progress from a status document.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	private Progress $progress;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param StatusCache $cache    The stored status documents.
	 * @param Progress    $progress Reads the progress from a status document.
	 */
	public function __construct( StatusCache $cache, Progress $progress ) {
		$this->cache    = $cache;
		$this->progress = $progress;
	}

	/**
	 * Register the hooks of WooCommerce's inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function register_hooks(): void {
		add_filter( 'woocommerce_note_where_clauses', array( $this, 'hide_dismissed_note' ) );
		add_action( 'woocommerce_note_updated', array( $this, 'dismiss_for_user' ) );
	}

	/**
	 * Return the key of the update that a document describes.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string Empty for a stage without a note.
	 */
	public function get_update_key( Document $document ): string {
		$stage = $document->get_text( 'stage' );
		$key   = implode( '.', array( $stage, $document->get_text( 'account.advertiser_id' ), $document->get_text( 'award.id' ) ) );
		return in_array( $stage, self::NOTE_STAGES, true ) && preg_match( '/' . self::KEY_PATTERN . '/D', $key ) ? $key : '';
	}

	/**
	 * Replace the note when the update changed, in the site's language.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function update(): void {
		$document = $this->cache->get_site_document();
		$key      = $document ? $this->get_update_key( $document ) : '';
		if ( get_option( self::OPTION, '' ) === $key ) {
			return;
		}
		$this->withdraw();
		if ( $document && '' !== $key ) {
			if ( ! $document->has( 'notices' ) || ! in_array( $document->get_text( 'stage' ), self::SERVICE_NOTICE_STAGES, true ) ) {
				$this->add_note( $document );
			}
			update_option( self::OPTION, $key, false );
		}
	}

	/**
	 * Delete the note for all users.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function withdraw(): void {
		if ( class_exists( \Automattic\WooCommerce\Admin\Notes\Notes::class ) ) {
			\Automattic\WooCommerce\Admin\Notes\Notes::delete_notes_with_name( self::NOTE_NAME );
		}
		delete_option( self::OPTION );
	}

	/**
	 * Hide the note from a user who dismissed it, since all who manage the shop share one inbox.
	 *
	 * @since 1.0.0
	 *
	 * @param string $where The conditions of WooCommerce's query, beginning with AND.
	 * @return string
	 */
	public function hide_dismissed_note( string $where ): string {
		global $wpdb;
		return $this->is_dismissed( (string) get_option( self::OPTION, '' ) ) ? $where . $wpdb->prepare( ' AND name <> %s', self::NOTE_NAME ) : $where;
	}

	/**
	 * Turn a user's deletion of the note into a dismissal by that user, so that the others keep it.
	 *
	 * @since 1.0.0
	 *
	 * @param int $note_id The note's id.
	 * @return void
	 */
	public function dismiss_for_user( $note_id ): void {
		$note = \Automattic\WooCommerce\Admin\Notes\Notes::get_note( $note_id );
		if ( $note && self::NOTE_NAME === $note->get_name() && $note->get_is_deleted() && get_current_user_id() ) {
			$this->dismiss( (string) get_option( self::OPTION, '' ) );
			$note->set_is_deleted( false );
			$note->save();
		}
	}

	/**
	 * Check whether the current user dismissed an update.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key As get_update_key() returns it.
	 * @return bool
	 */
	public function is_dismissed( string $key ): bool {
		return in_array( $key, $this->get_dismissed_keys(), true );
	}

	/**
	 * Dismiss an update for the current user.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key As get_update_key() returns it.
	 * @return void
	 */
	public function dismiss( string $key ): void {
		$keys = array_slice( array_unique( array_merge( array( $key ), $this->get_dismissed_keys() ) ), 0, self::MAX_DISMISSED_KEYS );
		update_user_meta( get_current_user_id(), self::DISMISSED_META, $keys );
	}

	/**
	 * Return the keys of the updates that the current user dismissed.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function get_dismissed_keys(): array {
		$keys = get_user_meta( get_current_user_id(), self::DISMISSED_META, true );
		return is_array( $keys ) ? $keys : array();
	}

	/**
	 * Add the note.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return void
	 */
	private function add_note( Document $document ): void {
		if ( ! class_exists( \Automattic\WooCommerce\Admin\Notes\Note::class ) ) {
			return;
		}
		$note = new \Automattic\WooCommerce\Admin\Notes\Note();
		$note->set_name( self::NOTE_NAME );
		$note->set_source( self::NOTE_SOURCE );
		$note->set_type( 'error' === $this->progress->get_tone( $document ) ? 'warning' : 'info' );
		$note->set_title( __( 'News about your ad credit', 'ad-credit-status-for-woocommerce' ) );
		$note->set_content( esc_html( trim( $document->get_text( 'headline' ) . ' ' . $document->get_text( 'next_step' ) ) ) );
		$note->add_action( 'wc-ad-credit-open', __( 'See your ad credit', 'ad-credit-status-for-woocommerce' ), Page::PATH );
		$note->save();
	}
}
