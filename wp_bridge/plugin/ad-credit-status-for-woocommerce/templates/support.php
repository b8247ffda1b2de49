<?php
/**
 * The text for support, with a button to copy it.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var array $values support.
 */

defined( 'ABSPATH' ) || exit;

?>
<details class="wc-ad-credit-card" id="wc-ad-credit-support">
	<summary><?php esc_html_e( 'Details for support', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<p>
		<label for="wc-ad-credit-support-text"><?php esc_html_e( 'Copy this into your message when you ask for help. It holds no token, no code and nothing about customers.', 'ad-credit-status-for-woocommerce' ); ?></label>
		<textarea id="wc-ad-credit-support-text" rows="10" readonly dir="ltr"><?php echo esc_textarea( $values['support'] ); ?></textarea>
	</p>
	<p class="submit"><button type="button" class="button" data-copy="wc-ad-credit-support-text" data-done="<?php esc_attr_e( 'Copied', 'ad-credit-status-for-woocommerce' ); ?>" hidden><?php esc_html_e( 'Copy', 'ad-credit-status-for-woocommerce' ); ?></button></p>
</details>
