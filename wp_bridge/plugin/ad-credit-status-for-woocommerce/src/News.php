<?php
/**
 * What a merchant should hear of without opening the page: one note in WooCommerce's inbox, gone once it is untrue,
 * and the same on our own page until this user dismisses it.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class News {

	const NOTES = '\Automattic\WooCommerce\Admin\Notes\Notes';
	const NOTE  = '\Automattic\WooCommerce\Admin\Notes\Note';

	/** Of which news the inbox was told; it is not told twice, even when the merchant deleted the note. */
	const TOLD = 'wc_ad_credit_told';

	/** User setting: which news this user dismissed. */
	const DISMISSED = 'wc_ad_credit_dismissed';

	const MOST_DISMISSED = 20;

	/** The shape of a key: the stage, the ad account and the award, so that nothing outlives a switch. */
	const KEY = '^[a-z_]{1,40}\.[0-9A-Za-z_-]{0,64}\.[0-9A-Za-z_-]{0,64}$';

	/** The stages worth a word; the others are steps on the way. */
	const STAGES = array( 'accumulating', 'due', 'issued', 'credited', 'held', 'ended', 'ineligible', 'blocked', 'expired', 'programme_over' );

	/** '' when there is no news. */
	public static function key( Document $document ): string {
		$stage = $document->text( 'stage' );
		$key   = implode( '.', array( $stage, $document->text( 'account.advertiser_id' ), $document->text( 'award.id' ) ) );
		return in_array( $stage, self::STAGES, true ) && preg_match( '/' . self::KEY . '/D', $key ) ? $key : '';
	}

	/** Brings the inbox to what is true now. */
	public static function tell(): void {
		$document = Answers::document( Answers::tag( get_locale() ) );
		$key      = $document ? self::key( $document ) : '';
		if ( get_option( self::TOLD, '' ) === $key ) {
			return;
		}
		self::withdraw();
		if ( $document && '' !== $key ) {
			self::add( $document );
			update_option( self::TOLD, $key, false );
		}
	}

	public static function withdraw(): void {
		$notes = self::NOTES;
		if ( class_exists( $notes ) ) {
			$notes::delete_notes_with_name( Cleanup::NOTE );
		}
		delete_option( self::TOLD );
	}

	// -- The inbox is one for all who manage the shop; who dismissed the news sees no note of it there ----

	/** `$where` is SQL of WooCommerce's, which begins with AND. */
	public static function without_dismissed( string $where ): string {
		global $wpdb;
		return self::is_dismissed( (string) get_option( self::TOLD, '' ) ) ? $where . $wpdb->prepare( ' AND name <> %s', Cleanup::NOTE ) : $where;
	}

	/** Who takes our note out of the inbox takes it out of theirs. */
	public static function keep_for_others( $note_id ): void {
		$notes = self::NOTES;
		$note  = $notes::get_note( $note_id );
		if ( $note && Cleanup::NOTE === $note->get_name() && $note->get_is_deleted() && get_current_user_id() ) {
			self::dismiss( (string) get_option( self::TOLD, '' ) );
			$note->set_is_deleted( false );
			$note->save();
		}
	}

	public static function is_dismissed( string $key ): bool {
		return in_array( $key, self::dismissed(), true );
	}

	public static function dismiss( string $key ): void {
		$keys = array_slice( array_unique( array_merge( array( $key ), self::dismissed() ) ), 0, self::MOST_DISMISSED );
		update_user_meta( get_current_user_id(), self::DISMISSED, $keys );
	}

	private static function dismissed(): array {
		$keys = get_user_meta( get_current_user_id(), self::DISMISSED, true );
		return is_array( $keys ) ? $keys : array();
	}

	private static function add( Document $document ): void {
		$class = self::NOTE;
		if ( ! class_exists( $class ) ) {
			return;
		}
		$note = new $class();
		$note->set_name( Cleanup::NOTE );
		$note->set_source( 'wc-ad-credit' );
		$note->set_type( 'error' === Progress::tone( $document ) ? 'warning' : 'info' );
		$note->set_title( __( 'News about your ad credit', 'ad-credit-status-for-woocommerce' ) );
		$note->set_content( esc_html( trim( $document->text( 'headline' ) . ' ' . $document->text( 'next_step' ) ) ) );
		$note->add_action( 'wc-ad-credit-open', __( 'See where you stand', 'ad-credit-status-for-woocommerce' ), Page::PATH );
		$note->save();
	}
}
