<?php
/**
 * The note in WooCommerce's inbox about a stage that matters.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Writes and withdraws the note, and knows who dismissed it.
 *
 * @since 1.0.0
 */
final class AdminNotice {

	const NAME   = 'wc-ad-credit-news';
	const SOURCE = 'wc-ad-credit';

	/** Holds the update that the inbox was told of; it is not told twice, even after the note was deleted. */
	const OPTION = 'wc_ad_credit_notified';

	/** User setting that holds the updates this user dismissed. */
	const DISMISSED = 'wc_ad_credit_dismissed';

	const MAX_DISMISSED = 20;

	/** The shape of an update's key: the stage, the ad account and the award, so that nothing outlives a switch. */
	const KEY = '^[a-z_]{1,40}\.[0-9A-Za-z_-]{0,64}\.[0-9A-Za-z_-]{0,64}$';

	/** The stages worth a note; the others are steps on the way. */
	const STAGES = array( 'accumulating', 'due', 'issued', 'credited', 'held', 'ended', 'ineligible', 'blocked', 'expired', 'programme_over' );

	/** Stages that a service with notices tells by a notice of its own. */
	const NOTICED = array( 'due', 'issued' );

	/**
	 * The stored answers.
	 *
	 * @since 1.1.0
	 * @var StatusCache
	 */
	private StatusCache $cache;

	/**
	 * Knows how serious a stage is.
	 *
	 * @since 1.1.0
	 * @var Progress
	 */
	private Progress $progress;

	/**
	 * Take what a note is made of.
	 *
	 * @since 1.1.0
	 *
	 * @param StatusCache $cache    The stored answers.
	 * @param Progress    $progress Knows how serious a stage is.
	 */
	public function __construct( StatusCache $cache, Progress $progress ) {
		$this->cache    = $cache;
		$this->progress = $progress;
	}

	/**
	 * Register the hooks of the inbox.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function watch(): void {
		add_filter( 'woocommerce_note_where_clauses', array( $this, 'hide_dismissed' ) );
		add_action( 'woocommerce_note_updated', array( $this, 'dismiss_for_user' ) );
	}

	/**
	 * Return the key of what a document has to tell.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return string Empty when there is nothing new to tell.
	 */
	public function key( Document $document ): string {
		$stage = $document->text( 'stage' );
		$key   = implode( '.', array( $stage, $document->text( 'account.advertiser_id' ), $document->text( 'award.id' ) ) );
		return in_array( $stage, self::STAGES, true ) && preg_match( '/' . self::KEY . '/D', $key ) ? $key : '';
	}

	/**
	 * Bring the inbox to what is true now, in the site's language.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function update(): void {
		$document = $this->cache->document( $this->cache->language_tag( get_locale() ) ) ?? $this->cache->any_document();
		$key      = $document ? $this->key( $document ) : '';
		if ( get_option( self::OPTION, '' ) === $key ) {
			return;
		}
		$this->withdraw();
		if ( $document && '' !== $key ) {
			if ( ! $document->has( 'notices' ) || ! in_array( $document->text( 'stage' ), self::NOTICED, true ) ) {
				$this->add( $document );
			}
			update_option( self::OPTION, $key, false );
		}
	}

	/**
	 * Delete the note for everybody.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function withdraw(): void {
		if ( class_exists( \Automattic\WooCommerce\Admin\Notes\Notes::class ) ) {
			\Automattic\WooCommerce\Admin\Notes\Notes::delete_notes_with_name( self::NAME );
		}
		delete_option( self::OPTION );
	}

	/**
	 * Hide the note from a user who dismissed it; the inbox is one for all who manage the shop.
	 *
	 * @since 1.0.0
	 *
	 * @param string $where SQL of WooCommerce's, which begins with AND.
	 * @return string
	 */
	public function hide_dismissed( string $where ): string {
		global $wpdb;
		return $this->is_dismissed( (string) get_option( self::OPTION, '' ) ) ? $where . $wpdb->prepare( ' AND name <> %s', self::NAME ) : $where;
	}

	/**
	 * Turn a user's deletion of the note into a dismissal by that user; the others keep it.
	 *
	 * @since 1.0.0
	 *
	 * @param int $note_id The note's id.
	 * @return void
	 */
	public function dismiss_for_user( $note_id ): void {
		$note = \Automattic\WooCommerce\Admin\Notes\Notes::get_note( $note_id );
		if ( $note && self::NAME === $note->get_name() && $note->get_is_deleted() && get_current_user_id() ) {
			$this->dismiss( (string) get_option( self::OPTION, '' ) );
			$note->set_is_deleted( false );
			$note->save();
		}
	}

	/**
	 * Tell whether the current user dismissed an update.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key As key() returns it.
	 * @return bool
	 */
	public function is_dismissed( string $key ): bool {
		return in_array( $key, $this->dismissed(), true );
	}

	/**
	 * Dismiss an update for the current user.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key As key() returns it.
	 * @return void
	 */
	public function dismiss( string $key ): void {
		$keys = array_slice( array_unique( array_merge( array( $key ), $this->dismissed() ) ), 0, self::MAX_DISMISSED );
		update_user_meta( get_current_user_id(), self::DISMISSED, $keys );
	}

	/**
	 * Return what the current user dismissed.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private function dismissed(): array {
		$keys = get_user_meta( get_current_user_id(), self::DISMISSED, true );
		return is_array( $keys ) ? $keys : array();
	}

	/**
	 * Write the note.
	 *
	 * @since 1.0.0
	 *
	 * @param Document $document A status document.
	 * @return void
	 */
	private function add( Document $document ): void {
		if ( ! class_exists( \Automattic\WooCommerce\Admin\Notes\Note::class ) ) {
			return;
		}
		$note = new \Automattic\WooCommerce\Admin\Notes\Note();
		$note->set_name( self::NAME );
		$note->set_source( self::SOURCE );
		$note->set_type( 'error' === $this->progress->tone( $document ) ? 'warning' : 'info' );
		$note->set_title( __( 'News about your ad credit', 'ad-credit-status-for-woocommerce' ) );
		$note->set_content( esc_html( trim( $document->text( 'headline' ) . ' ' . $document->text( 'next_step' ) ) ) );
		$note->add_action( 'wc-ad-credit-open', __( 'See your ad credit', 'ad-credit-status-for-woocommerce' ), Page::PATH );
		$note->save();
	}
}
