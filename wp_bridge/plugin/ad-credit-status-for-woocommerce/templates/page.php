<?php
/**
 * The frame of the page.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values content (HTML), refresh_url, is_waiting.
 */

defined( 'ABSPATH' ) || exit;

?>
<div class="wrap">
	<h1 class="wp-heading-inline"><?php esc_html_e( 'Ad credit', 'ad-credit-status-for-woocommerce' ); ?></h1>
	<hr class="wp-header-end">
	<div id="wc-ad-credit" class="wc-ad-credit" data-refresh="<?php echo esc_url( $values['refresh_url'] ); ?>" data-nonce="<?php echo esc_attr( wp_create_nonce( 'wp_rest' ) ); ?>"<?php echo $values['is_waiting'] ? ' data-waiting' : ''; ?>>
		<?php
		// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- each template escapes its values.
		echo $values['content'];
		?>
	</div>
</div>
