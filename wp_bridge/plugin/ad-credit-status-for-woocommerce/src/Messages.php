<?php
/**
 * The plugin's own texts. Those about the store come from the service, in the reader's language.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Turns codes into translated texts.
 *
 * @since 1.0.0
 */
final class Messages {

	/**
	 * Return the message for the result of an action.
	 *
	 * @since 1.0.0
	 *
	 * @param string $code A code of this method or of Response::get_error_code().
	 * @return string Empty for an unknown code.
	 */
	public function get_message( string $code ): string {
		$messages = array(
			'connected'             => __( 'Connected. The first answer is on its way.', 'ad-credit-status-for-woocommerce' ),
			'disconnected'          => __( 'Disconnected. The status token and the service\'s webhooks are deleted, and nothing is sent any more.', 'ad-credit-status-for-woocommerce' ),
			'service_not_notified'  => __( 'The service could not be notified. It will notice that its webhooks are gone when it next checks your store.', 'ad-credit-status-for-woocommerce' ),
			'manual_key_may_remain' => __( 'If you gave the service a key by hand, remove it under WooCommerce, Settings, Advanced, REST API.', 'ad-credit-status-for-woocommerce' ),
			'requested'             => __( 'New figures have been requested. They appear here once TikTok has answered, usually within a few minutes.', 'ad-credit-status-for-woocommerce' ),
			'recent'                => __( 'New figures were requested less than a minute ago. This is the latest answer.', 'ad-credit-status-for-woocommerce' ),
			'latest'                => __( 'This is the latest answer of the service.', 'ad-credit-status-for-woocommerce' ),
			'asked'                 => __( 'You have asked for a review. The answer will appear on this page.', 'ad-credit-status-for-woocommerce' ),
			'open'                  => __( 'A review is already open. Its answer appears on this page.', 'ad-credit-status-for-woocommerce' ),
			'message'               => __( 'Write what you would like us to look at, in at most 2000 characters.', 'ad-credit-status-for-woocommerce' ),
			'address'               => __( 'Enter the service\'s address as you were given it; it begins with https://.', 'ad-credit-status-for-woocommerce' ),
			'token'                 => __( 'That is not a status token. Copy it whole, without spaces.', 'ad-credit-status-for-woocommerce' ),
			'unknown_token'         => __( 'The service does not know this token. Compare it with the one you were given.', 'ad-credit-status-for-woocommerce' ),
			'try_unreachable'       => __( 'Nothing answers at this address. Check it, or try again later.', 'ad-credit-status-for-woocommerce' ),
			'try_busy'              => __( 'The service is busy or under maintenance. Try again in a few minutes.', 'ad-credit-status-for-woocommerce' ),
			'try_unreadable'        => __( 'What answers at this address is not the service. Check the address.', 'ad-credit-status-for-woocommerce' ),
			'amount'                => __( 'Enter a daily amount, such as 45.50.', 'ad-credit-status-for-woocommerce' ),
			'mail_on'               => __( 'Notices go to this address by e-mail too.', 'ad-credit-status-for-woocommerce' ),
			'mail_unconfirmed'      => __( 'A message is on its way to this address. Notices go there once you have followed the link in it.', 'ad-credit-status-for-woocommerce' ),
			'mail_off'              => __( 'No notices go out by e-mail.', 'ad-credit-status-for-woocommerce' ),
			'mail_address'          => __( 'Enter an e-mail address, such as name@example.com.', 'ad-credit-status-for-woocommerce' ),
			'mail_refused'          => __( 'The service does not accept this address at the moment. Nothing was changed.', 'ad-credit-status-for-woocommerce' ),
			'dismissed'             => __( 'Dismissed.', 'ad-credit-status-for-woocommerce' ),
			'waiting'               => __( 'The first answer is on its way.', 'ad-credit-status-for-woocommerce' ),
			'unconnected'           => __( 'Your store is not connected yet.', 'ad-credit-status-for-woocommerce' ),
			'ended'                 => __( 'This store was disconnected by its merchant. Only a new approval connects it again.', 'ad-credit-status-for-woocommerce' ),
		);
		return $messages[ $code ] ?? $this->get_failure_message( $code );
	}

	/**
	 * Return the message for a failed call of the service.
	 *
	 * @since 1.0.0
	 *
	 * @param string $code A code of Response::get_error_code().
	 * @return string Empty for an unknown code.
	 */
	public function get_failure_message( string $code ): string {
		$messages = array(
			'unreachable' => __( 'The service could not be reached. The plugin tries again by itself.', 'ad-credit-status-for-woocommerce' ),
			'busy'        => __( 'The service is busy or under maintenance. The plugin tries again by itself.', 'ad-credit-status-for-woocommerce' ),
			'refused'     => __( 'The service no longer accepts this store\'s token. It sends a new one by itself within a day; if this message stays, connect again.', 'ad-credit-status-for-woocommerce' ),
			'unreadable'  => __( 'This plugin cannot read the service\'s answer. Check for an update of the plugin.', 'ad-credit-status-for-woocommerce' ),
		);
		return $messages[ $code ] ?? '';
	}

	/**
	 * Return why signals do not reach the service, and what to do about it.
	 *
	 * @since 1.1.0
	 *
	 * @param string $code  A code of DeliveryMonitor::get_problem().
	 * @param string $since The formatted time at which it began; empty when not known.
	 * @return array{0: string, 1: string} The problem and the remedy.
	 */
	public function get_delivery_problem( string $code, string $since ): array {
		$refresh = __( 'Press Refresh: the service then checks your store and repairs the webhook.', 'ad-credit-status-for-woocommerce' );
		$texts   = array(
			'missing'  => array( __( 'The webhook that reports changes to the service is missing.', 'ad-credit-status-for-woocommerce' ), $refresh ),
			'disabled' => array( __( 'WooCommerce switched off the webhook that reports changes to the service, after several failures.', 'ad-credit-status-for-woocommerce' ), $refresh ),
			'paused'   => array(
				__( 'The webhook that reports changes to the service is paused.', 'ad-credit-status-for-woocommerce' ),
				__( 'Set it active under WooCommerce, Settings, Advanced, Webhooks.', 'ad-credit-status-for-woocommerce' ),
			),
			'failing'  => array(
				/* translators: %s: date and time. */
				sprintf( __( 'Reports to the service have failed since %s.', 'ad-credit-status-for-woocommerce' ), $since ),
				__( 'The plugin reports everything again by itself. If this lasts longer than a day, contact whoever runs the offer for you.', 'ad-credit-status-for-woocommerce' ),
			),
		);
		return $texts[ $code ] ?? $texts['missing'];
	}

	/**
	 * Return the label of a rule's outcome.
	 *
	 * @since 1.0.0
	 *
	 * @param string $outcome One of pass, fail, pending, unknown.
	 * @return string
	 */
	public function get_outcome_label( string $outcome ): string {
		$labels = array(
			'pass'    => __( 'Met', 'ad-credit-status-for-woocommerce' ),
			'fail'    => __( 'Not met', 'ad-credit-status-for-woocommerce' ),
			'pending' => __( 'Not yet', 'ad-credit-status-for-woocommerce' ),
			'unknown' => __( 'Not known', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $outcome ] ?? $labels['unknown'];
	}

	/**
	 * Return the label of the one who has to act on a trouble.
	 *
	 * @since 1.1.0
	 *
	 * @param string $who One of merchant, staff, service, nobody.
	 * @return string
	 */
	public function get_actor_label( string $who ): string {
		$labels = array(
			'merchant' => __( 'For you', 'ad-credit-status-for-woocommerce' ),
			'staff'    => __( 'For our team', 'ad-credit-status-for-woocommerce' ),
			'service'  => __( 'For the service', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $who ] ?? __( 'Good to know', 'ad-credit-status-for-woocommerce' );
	}

	/**
	 * Return the label of an ad account's payment method.
	 *
	 * @since 1.1.0
	 *
	 * @param string $payment One of manual, automatic.
	 * @return string Empty when not known.
	 */
	public function get_payment_label( string $payment ): string {
		$labels = array(
			'manual'    => __( 'manual', 'ad-credit-status-for-woocommerce' ),
			'automatic' => __( 'automatic', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $payment ] ?? '';
	}

	/**
	 * Return the names of all steps, in order.
	 *
	 * @since 1.0.0
	 *
	 * @return string[] As many as Progress::STEP_COUNT.
	 */
	public function get_step_names(): array {
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

	/**
	 * Return the label of a step's state.
	 *
	 * @since 1.1.0
	 *
	 * @param string $state One of done, current, stopped, ahead.
	 * @return string
	 */
	public function get_step_state_label( string $state ): string {
		$labels = array(
			'done'    => __( 'done', 'ad-credit-status-for-woocommerce' ),
			'current' => __( 'now', 'ad-credit-status-for-woocommerce' ),
			'stopped' => __( 'ended here', 'ad-credit-status-for-woocommerce' ),
			'ahead'   => __( 'to come', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $state ];
	}

	/**
	 * Return the label of the reason for which a part of the spend does not count.
	 *
	 * @since 1.0.0
	 *
	 * @param string $reason One of ad_credit, tax, outside_window, not_paid.
	 * @return string
	 */
	public function get_exclusion_label( string $reason ): string {
		$labels = array(
			'ad_credit'      => __( 'Paid by ad credit', 'ad-credit-status-for-woocommerce' ),
			'tax'            => __( 'Tax', 'ad-credit-status-for-woocommerce' ),
			'outside_window' => __( 'Outside your spend period', 'ad-credit-status-for-woocommerce' ),
			'not_paid'       => __( 'Not paid yet', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $reason ] ?? $reason;
	}

	/**
	 * Return the label of an award's state.
	 *
	 * @since 1.0.0
	 *
	 * @param string $state One of due, overdue, issued, credited, expired, blocked.
	 * @return string
	 */
	public function get_award_state_label( string $state ): string {
		$labels = array(
			'due'      => __( 'Due', 'ad-credit-status-for-woocommerce' ),
			'overdue'  => __( 'Overdue', 'ad-credit-status-for-woocommerce' ),
			'issued'   => __( 'Issued', 'ad-credit-status-for-woocommerce' ),
			'credited' => __( 'In your account', 'ad-credit-status-for-woocommerce' ),
			'expired'  => __( 'Expired', 'ad-credit-status-for-woocommerce' ),
			'blocked'  => __( 'Blocked', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $state ] ?? $state;
	}

	/**
	 * Return the label of a fact's source.
	 *
	 * @since 1.0.0
	 *
	 * @param string $source The source, as the evidence names it.
	 * @return string
	 */
	public function get_source_label( string $source ): string {
		$labels = array(
			'tiktok'           => 'TikTok',
			'woocommerce'      => 'WooCommerce',
			'companion plugin' => __( 'this plugin', 'ad-credit-status-for-woocommerce' ),
			'staff'            => __( 'our team', 'ad-credit-status-for-woocommerce' ),
			'service'          => __( 'the service', 'ad-credit-status-for-woocommerce' ),
			'programme'        => __( 'the terms of the offer', 'ad-credit-status-for-woocommerce' ),
		);
		return $labels[ $source ] ?? $source;
	}
}
