<?php
/**
 * The key figure at the top of the page, with its label.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Chooses the key figure of a status document.
 *
 * @since 1.1.0
 */
final class KeyFigure {

	/** Stages before any spend counts, whose key figure is the offer itself. */
	const STAGES_BEFORE_SPEND = array( 'awaiting_setup', 'awaiting_link', 'awaiting_spend', 'not_admitted' );

	/**
	 * Formats amounts and times.
	 *
	 * @since 1.1.0
	 * @var Formatter
	 */
	private Formatter $format;

	/**
	 * Reads the offer from a status document.
	 *
	 * @since 1.1.0
	 * @var Offer
	 */
	private Offer $offer;

	/**
	 * Reads the troubles from a status document.
	 *
	 * @since 1.1.0
	 * @var Troubles
	 */
	private Troubles $troubles;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Formatter $format   Formats amounts and times.
	 * @param Offer     $offer    Reads the offer from a status document.
	 * @param Troubles  $troubles Reads the troubles from a status document.
	 */
	public function __construct( Formatter $format, Offer $offer, Troubles $troubles ) {
		$this->format   = $format;
		$this->offer    = $offer;
		$this->troubles = $troubles;
	}

	/**
	 * Return the key figure and its label.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string} Both empty when the stage has no figure worth showing.
	 */
	public function get_figure( Document $document ): array {
		if ( $document->has( 'award' ) ) {
			return $this->get_award_figure( $document );
		}
		if ( $document->has( 'admission' ) ) {
			return $this->get_place_figure( $document );
		}
		if ( 'ineligible' === $document->get_text( 'stage' ) ) {
			return $this->get_failed_rules_figure( $document );
		}
		$is_before_spend = in_array( $document->get_text( 'stage' ), self::STAGES_BEFORE_SPEND, true );
		if ( $document->has( 'window' ) || ( $is_before_spend && $document->has( 'spend' ) && '' === $document->get_text( 'spend.qualifying' ) ) ) {
			return $this->get_spend_figure( $document );
		}
		return $is_before_spend ? $this->get_offer_figure( $document ) : array( '', '' );
	}

	/**
	 * Return the credit, or what remains of it when TikTok's balance is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function get_award_figure( Document $document ): array {
		$currency  = $document->get_text( 'award.currency' );
		$credit    = $this->format->format_money( $document->get_text( 'award.credit' ), $currency );
		$remaining = $this->format->format_money( $document->get_text( 'award.remaining' ), $currency );
		if ( '' === $remaining || 'credited' !== $document->get_text( 'award.state' ) ) {
			return array( $credit, __( 'of ad credit', 'ad-credit-status-for-woocommerce' ) );
		}
		/* translators: %s: an amount of credit. */
		return array( $remaining, sprintf( __( 'left of %s of ad credit, according to TikTok\'s balance', 'ad-credit-status-for-woocommerce' ), $credit ) );
	}

	/**
	 * Return the store's place in the line for admission.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function get_place_figure( Document $document ): array {
		return array(
			/* translators: 1: the place in a line, 2: the length of the line. */
			sprintf( __( '%1$s of %2$s', 'ad-credit-status-for-woocommerce' ), $document->get_text( 'admission.place' ), $document->get_text( 'admission.of' ) ),
			__( 'your place in the line', 'ad-credit-status-for-woocommerce' ),
		);
	}

	/**
	 * Return the number of failed rules.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function get_failed_rules_figure( Document $document ): array {
		$count = 0;
		foreach ( $document->get_objects( 'rules' ) as $rule ) {
			$count += 'fail' === $rule->get_text( 'outcome' ) ? 1 : 0;
		}
		return $count ? array( number_format_i18n( $count ), _n( 'rule is not met', 'rules are not met', $count, 'ad-credit-status-for-woocommerce' ) ) : array( '', '' );
	}

	/**
	 * Return the qualifying spend, with the time of its reading in the label.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function get_spend_figure( Document $document ): array {
		$amount  = $this->format->format_money( $document->get_text( 'spend.qualifying' ), $document->get_text( 'spend.currency' ) );
		$read_at = $this->format->format_time( $document->get_text( 'spend.read_at' ) );
		if ( '' === $amount ) {
			return array( __( 'Not known yet', 'ad-credit-status-for-woocommerce' ), __( 'how much counts', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( '' === $read_at ) {
			return array( $amount, __( 'counts; when it was read from TikTok is not known', 'ad-credit-status-for-woocommerce' ) );
		}
		/* translators: %s: date and time. */
		return array( $amount, sprintf( __( 'counts, as read from TikTok on %s', 'ad-credit-status-for-woocommerce' ), $read_at ) );
	}

	/**
	 * Return the highest credit of the offer in the store's market, unless it is too late to earn it.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function get_offer_figure( Document $document ): array {
		$highest_tier = $this->offer->get_highest_tier( $document );
		if ( ! $highest_tier || in_array( 'too_late_to_begin', $this->troubles->get_ids( $document ), true ) ) {
			return array( '', '' );
		}
		return array(
			$this->format->format_money( $highest_tier->get_text( 'credit' ), $this->offer->get_market( $document )->get_text( 'currency' ) ),
			__( 'of ad credit is the most this offer gives', 'ad-credit-status-for-woocommerce' ),
		);
	}
}
