<?php
/**
 * The one number at the top of the page, with what it is.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Chooses the number for a status document.
 *
 * @since 1.1.0
 */
final class KeyFigure {

	/** Stages before any spend counts, at which the offer itself is the number. */
	const BEGINNING = array( 'awaiting_setup', 'awaiting_link', 'awaiting_spend', 'not_admitted' );

	/**
	 * Formats amounts and times.
	 *
	 * @since 1.1.0
	 * @var Format
	 */
	private Format $format;

	/**
	 * Knows what the offer has for the store.
	 *
	 * @since 1.1.0
	 * @var Offer
	 */
	private Offer $offer;

	/**
	 * Take what the choice rests on.
	 *
	 * @since 1.1.0
	 *
	 * @param Format $format Formats amounts and times.
	 * @param Offer  $offer  Knows what the offer has for the store.
	 */
	public function __construct( Format $format, Offer $offer ) {
		$this->format = $format;
		$this->offer  = $offer;
	}

	/**
	 * Return the number and its label.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string} Both empty where no number says anything.
	 */
	public function of( Document $document ): array {
		if ( $document->has( 'award' ) ) {
			return $this->of_award( $document );
		}
		if ( $document->has( 'admission' ) ) {
			return $this->of_place( $document );
		}
		if ( 'ineligible' === $document->text( 'stage' ) ) {
			return $this->of_failures( $document );
		}
		$is_beginning = in_array( $document->text( 'stage' ), self::BEGINNING, true );
		if ( $document->has( 'window' ) || ( $is_beginning && $document->has( 'spend' ) && '' === $document->text( 'spend.qualifying' ) ) ) {
			return $this->of_spend( $document );
		}
		return $is_beginning ? $this->of_offer( $document ) : array( '', '' );
	}

	/**
	 * Return the credit, or what is left of it where TikTok's balance tells it.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function of_award( Document $document ): array {
		$currency = $document->text( 'award.currency' );
		$credit   = $this->format->money( $document->text( 'award.credit' ), $currency );
		$left     = $this->format->money( $document->text( 'award.remaining' ), $currency );
		if ( '' === $left || 'credited' !== $document->text( 'award.state' ) ) {
			return array( $credit, __( 'of ad credit', 'ad-credit-status-for-woocommerce' ) );
		}
		/* translators: %s: an amount of credit. */
		return array( $left, sprintf( __( 'left of %s of ad credit, by TikTok\'s balance', 'ad-credit-status-for-woocommerce' ), $credit ) );
	}

	/**
	 * Return the place in the line.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function of_place( Document $document ): array {
		return array(
			/* translators: 1: the place in a line, 2: how many wait in it. */
			sprintf( __( '%1$s of %2$s', 'ad-credit-status-for-woocommerce' ), $document->text( 'admission.place' ), $document->text( 'admission.of' ) ),
			__( 'your place in the line', 'ad-credit-status-for-woocommerce' ),
		);
	}

	/**
	 * Return how many rules are not met.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function of_failures( Document $document ): array {
		$count = 0;
		foreach ( $document->each( 'rules' ) as $rule ) {
			$count += 'fail' === $rule->text( 'outcome' ) ? 1 : 0;
		}
		return $count ? array( number_format_i18n( $count ), _n( 'rule is not met', 'rules are not met', $count, 'ad-credit-status-for-woocommerce' ) ) : array( '', '' );
	}

	/**
	 * Return the spend that counts, with when it was read.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function of_spend( Document $document ): array {
		$amount = $this->format->money( $document->text( 'spend.qualifying' ), $document->text( 'spend.currency' ) );
		$read   = $this->format->time( $document->text( 'spend.read_at' ) );
		if ( '' === $amount ) {
			return array( __( 'Not known yet', 'ad-credit-status-for-woocommerce' ), __( 'how much counts', 'ad-credit-status-for-woocommerce' ) );
		}
		if ( '' === $read ) {
			return array( $amount, __( 'counts; when it was read from TikTok is not known', 'ad-credit-status-for-woocommerce' ) );
		}
		/* translators: %s: date and time. */
		return array( $amount, sprintf( __( 'counts, as read from TikTok on %s', 'ad-credit-status-for-woocommerce' ), $read ) );
	}

	/**
	 * Return the most that the offer gives in the store's market, unless nothing can be earned any more.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return array{0: string, 1: string}
	 */
	private function of_offer( Document $document ): array {
		$highest = $this->offer->highest( $document );
		foreach ( $document->each( 'troubles' ) as $trouble ) {
			if ( 'too_late_to_begin' === $trouble->text( 'id' ) ) {
				return array( '', '' );
			}
		}
		if ( ! $highest ) {
			return array( '', '' );
		}
		return array(
			$this->format->money( $highest->text( 'credit' ), $this->offer->market( $document )->text( 'currency' ) ),
			__( 'of ad credit is the most this offer gives', 'ad-credit-status-for-woocommerce' ),
		);
	}
}
