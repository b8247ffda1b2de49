<?php
/**
 * The offer in the store's market, known before anything is linked.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the offer of the store's own market from a status document.
 *
 * @since 1.1.0
 */
final class Offer {

	/**
	 * Return the offer for the ad account's country, or for the store's country while no account is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document|null With currency and tiers; null when the country is unknown or has no offer.
	 */
	public function get_market( Document $document ): ?Document {
		$countries = array_filter( array( $document->get_text( 'account.country' ), $document->get_text( 'store.country' ) ) );
		foreach ( $document->get_objects( 'programme.offer' ) as $market ) {
			if ( reset( $countries ) === $market->get_text( 'country' ) ) {
				return $market;
			}
		}
		return null;
	}

	/**
	 * Return the currency of the ad account, or of the store's market while none is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string Empty when neither is known.
	 */
	public function get_currency( Document $document ): string {
		$market   = $this->get_market( $document );
		$currency = $document->get_text( 'spend.currency' );
		return '' === $currency && $market ? $market->get_text( 'currency' ) : $currency;
	}

	/**
	 * Return the highest tier of the store's market.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document|null With threshold and credit; null without a market.
	 */
	public function get_highest_tier( Document $document ): ?Document {
		$market = $this->get_market( $document );
		$tiers  = $market ? $market->get_objects( 'tiers' ) : array();
		return $tiers ? end( $tiers ) : null;
	}
}
