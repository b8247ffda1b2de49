<?php
/**
 * What the offer has for a store, before anything is linked.
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
	 * Return the market of the ad account, or of the store while no account is known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document|null With currency and tiers; null where the offer does not apply, or nobody knows.
	 */
	public function market( Document $document ): ?Document {
		$countries = array_filter( array( $document->text( 'account.country' ), $document->text( 'store.country' ) ) );
		foreach ( $document->each( 'programme.offer' ) as $market ) {
			if ( reset( $countries ) === $market->text( 'country' ) ) {
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
	 * @return string Empty where nobody knows.
	 */
	public function currency( Document $document ): string {
		$market = $this->market( $document );
		$known  = $document->text( 'spend.currency' );
		return '' === $known && $market ? $market->text( 'currency' ) : $known;
	}

	/**
	 * Return the highest tier of the store's market.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return Document|null With threshold and credit.
	 */
	public function highest( Document $document ): ?Document {
		$market = $this->market( $document );
		$tiers  = $market ? $market->each( 'tiers' ) : array();
		return $tiers ? end( $tiers ) : null;
	}
}
