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
			'connected'    => __( 'Connected. The first answer is on its way.', 'wc-ad-credit' ),
			'disconnected' => __( 'Disconnected. The status token is forgotten and nothing is sent any more. To let the service forget your store too, remove its key under WooCommerce, Settings, Advanced, REST API.', 'wc-ad-credit' ),
			'refreshed'    => __( 'This is how your store stands now.', 'wc-ad-credit' ),
			'asked'        => __( 'Your review is asked for. The answer appears on this page.', 'wc-ad-credit' ),
			'open'         => __( 'A review is already open. Its answer appears on this page.', 'wc-ad-credit' ),
			'message'      => __( 'Write what you would like us to look at, in at most 2000 characters.', 'wc-ad-credit' ),
			'address'      => __( 'Enter the service\'s address as you were given it; it begins with https://.', 'wc-ad-credit' ),
			'token'        => __( 'That is not a status token. Copy it whole, without spaces.', 'wc-ad-credit' ),
			'dismissed'    => __( 'Dismissed.', 'wc-ad-credit' ),
			'waiting'      => __( 'The first answer is on its way.', 'wc-ad-credit' ),
			'unconnected'  => __( 'Your store is not connected yet.', 'wc-ad-credit' ),
		);
		return $sentences[ $word ] ?? self::of_trouble( $word );
	}

	/** Why the service gave no answer, by the words of Reply::trouble(). */
	public static function of_trouble( string $word ): string {
		$sentences = array(
			'unreachable' => __( 'The service could not be reached. We try again by ourselves.', 'wc-ad-credit' ),
			'busy'        => __( 'The service is busy or being looked after. We try again by ourselves.', 'wc-ad-credit' ),
			'refused'     => __( 'The service does not know this store\'s token any more. Disconnect, and connect again.', 'wc-ad-credit' ),
			'unreadable'  => __( 'The service answered something this plugin cannot read. See whether there is an update of the plugin.', 'wc-ad-credit' ),
		);
		return $sentences[ $word ] ?? '';
	}

	public static function of_outcome( string $outcome ): string {
		$words = array(
			'pass'    => __( 'Met', 'wc-ad-credit' ),
			'fail'    => __( 'Not met', 'wc-ad-credit' ),
			'pending' => __( 'Not yet', 'wc-ad-credit' ),
			'unknown' => __( 'Not known', 'wc-ad-credit' ),
		);
		return $words[ $outcome ] ?? $words['unknown'];
	}

	public static function of_verdict( string $verdict ): string {
		$words = array(
			'qualified'  => __( 'Every rule is met.', 'wc-ad-credit' ),
			'on_track'   => __( 'Nothing is wrong; some rules are not met yet.', 'wc-ad-credit' ),
			'unknown'    => __( 'Something is not known yet. That is neither a yes nor a no.', 'wc-ad-credit' ),
			'ineligible' => __( 'A rule is not met.', 'wc-ad-credit' ),
		);
		return $words[ $verdict ] ?? '';
	}

	/** The steps of the way, in order. */
	public static function steps(): array {
		return array(
			__( 'Set up', 'wc-ad-credit' ),
			__( 'Link', 'wc-ad-credit' ),
			__( 'Spend', 'wc-ad-credit' ),
			__( 'Settle', 'wc-ad-credit' ),
			__( 'Credit due', 'wc-ad-credit' ),
			__( 'Credit issued', 'wc-ad-credit' ),
			__( 'Credit arrived', 'wc-ad-credit' ),
		);
	}

	public static function of_exclusion( string $why ): string {
		$words = array(
			'ad_credit'      => __( 'Paid by ad credit', 'wc-ad-credit' ),
			'tax'            => __( 'Tax', 'wc-ad-credit' ),
			'outside_window' => __( 'Outside your spend period', 'wc-ad-credit' ),
			'not_paid'       => __( 'Not paid yet', 'wc-ad-credit' ),
		);
		return $words[ $why ] ?? $why;
	}

	public static function of_award( string $state ): string {
		$words = array(
			'due'      => __( 'Due', 'wc-ad-credit' ),
			'overdue'  => __( 'Overdue', 'wc-ad-credit' ),
			'issued'   => __( 'Issued', 'wc-ad-credit' ),
			'credited' => __( 'In your account', 'wc-ad-credit' ),
			'expired'  => __( 'Expired', 'wc-ad-credit' ),
			'blocked'  => __( 'Blocked', 'wc-ad-credit' ),
		);
		return $words[ $state ] ?? $state;
	}

	public static function of_source( string $source ): string {
		$words = array(
			'tiktok'           => 'TikTok',
			'woocommerce'      => 'WooCommerce',
			'companion plugin' => __( 'this plugin', 'wc-ad-credit' ),
			'staff'            => __( 'our team', 'wc-ad-credit' ),
			'service'          => __( 'the service', 'wc-ad-credit' ),
			'programme'        => __( 'the terms of the offer', 'wc-ad-credit' ),
		);
		return $words[ $source ] ?? $source;
	}
}
