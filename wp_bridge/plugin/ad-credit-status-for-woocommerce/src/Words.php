<?php
/**
 * The plugin's own words. Sentences about the store come from the service, already in the reader's language.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Words {

	/** What is said after something was asked for; '' for a word nobody knows. */
	public static function of_answer( string $word ): string {
		$sentences = array(
			'connected'    => __( 'Connected. The first answer is on its way.', 'ad-credit-status-for-woocommerce' ),
			'disconnected' => __( 'Disconnected. The status token is forgotten and nothing is sent any more. To let the service forget your store too, remove its key under WooCommerce, Settings, Advanced, REST API.', 'ad-credit-status-for-woocommerce' ),
			'refreshed'    => __( 'This is how your store stands now.', 'ad-credit-status-for-woocommerce' ),
			'asked'        => __( 'Your review is asked for. The answer appears on this page.', 'ad-credit-status-for-woocommerce' ),
			'open'         => __( 'A review is already open. Its answer appears on this page.', 'ad-credit-status-for-woocommerce' ),
			'message'      => __( 'Write what you would like us to look at, in at most 2000 characters.', 'ad-credit-status-for-woocommerce' ),
			'address'      => __( 'Enter the service\'s address as you were given it; it begins with https://.', 'ad-credit-status-for-woocommerce' ),
			'token'        => __( 'That is not a status token. Copy it whole, without spaces.', 'ad-credit-status-for-woocommerce' ),
			'dismissed'    => __( 'Dismissed.', 'ad-credit-status-for-woocommerce' ),
			'waiting'      => __( 'The first answer is on its way.', 'ad-credit-status-for-woocommerce' ),
			'unconnected'  => __( 'Your store is not connected yet.', 'ad-credit-status-for-woocommerce' ),
		);
		return $sentences[ $word ] ?? self::of_trouble( $word );
	}

	/** Why the service gave no answer, by the words of Reply::trouble(). */
	public static function of_trouble( string $word ): string {
		$sentences = array(
			'unreachable' => __( 'The service could not be reached. We try again by ourselves.', 'ad-credit-status-for-woocommerce' ),
			'busy'        => __( 'The service is busy or being looked after. We try again by ourselves.', 'ad-credit-status-for-woocommerce' ),
			'refused'     => __( 'The service does not know this store\'s token any more. Disconnect, and connect again.', 'ad-credit-status-for-woocommerce' ),
			'unreadable'  => __( 'The service answered something this plugin cannot read. See whether there is an update of the plugin.', 'ad-credit-status-for-woocommerce' ),
		);
		return $sentences[ $word ] ?? '';
	}

	public static function of_outcome( string $outcome ): string {
		$words = array(
			'pass'    => __( 'Met', 'ad-credit-status-for-woocommerce' ),
			'fail'    => __( 'Not met', 'ad-credit-status-for-woocommerce' ),
			'pending' => __( 'Not yet', 'ad-credit-status-for-woocommerce' ),
			'unknown' => __( 'Not known', 'ad-credit-status-for-woocommerce' ),
		);
		return $words[ $outcome ] ?? $words['unknown'];
	}

	public static function of_verdict( string $verdict ): string {
		$words = array(
			'qualified'  => __( 'Every rule is met.', 'ad-credit-status-for-woocommerce' ),
			'on_track'   => __( 'Nothing is wrong; some rules are not met yet.', 'ad-credit-status-for-woocommerce' ),
			'unknown'    => __( 'Something is not known yet. That is neither a yes nor a no.', 'ad-credit-status-for-woocommerce' ),
			'ineligible' => __( 'A rule is not met.', 'ad-credit-status-for-woocommerce' ),
		);
		return $words[ $verdict ] ?? '';
	}

	/** The steps of the way, in order. */
	public static function steps(): array {
		return array(
			__( 'Set up', 'ad-credit-status-for-woocommerce' ),
			__( 'Link', 'ad-credit-status-for-woocommerce' ),
			__( 'Spend', 'ad-credit-status-for-woocommerce' ),
			__( 'Settle', 'ad-credit-status-for-woocommerce' ),
			__( 'Credit due', 'ad-credit-status-for-woocommerce' ),
			__( 'Credit issued', 'ad-credit-status-for-woocommerce' ),
			__( 'Credit arrived', 'ad-credit-status-for-woocommerce' ),
		);
	}

	public static function of_exclusion( string $why ): string {
		$words = array(
			'ad_credit'      => __( 'Paid by ad credit', 'ad-credit-status-for-woocommerce' ),
			'tax'            => __( 'Tax', 'ad-credit-status-for-woocommerce' ),
			'outside_window' => __( 'Outside your spend period', 'ad-credit-status-for-woocommerce' ),
			'not_paid'       => __( 'Not paid yet', 'ad-credit-status-for-woocommerce' ),
		);
		return $words[ $why ] ?? $why;
	}

	public static function of_award( string $state ): string {
		$words = array(
			'due'      => __( 'Due', 'ad-credit-status-for-woocommerce' ),
			'overdue'  => __( 'Overdue', 'ad-credit-status-for-woocommerce' ),
			'issued'   => __( 'Issued', 'ad-credit-status-for-woocommerce' ),
			'credited' => __( 'In your account', 'ad-credit-status-for-woocommerce' ),
			'expired'  => __( 'Expired', 'ad-credit-status-for-woocommerce' ),
			'blocked'  => __( 'Blocked', 'ad-credit-status-for-woocommerce' ),
		);
		return $words[ $state ] ?? $state;
	}

	public static function of_source( string $source ): string {
		$words = array(
			'tiktok'           => 'TikTok',
			'woocommerce'      => 'WooCommerce',
			'companion plugin' => __( 'this plugin', 'ad-credit-status-for-woocommerce' ),
			'staff'            => __( 'our team', 'ad-credit-status-for-woocommerce' ),
			'service'          => __( 'the service', 'ad-credit-status-for-woocommerce' ),
			'programme'        => __( 'the terms of the offer', 'ad-credit-status-for-woocommerce' ),
		);
		return $words[ $source ] ?? $source;
	}
}
