<?php
/**
 * The confirmation before a disconnect, with its consequences.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values service, url.
 */

defined( 'ABSPATH' ) || exit;

?>
<div class="wc-ad-credit-card">
	<h2><?php esc_html_e( 'Disconnect this store?', 'ad-credit-status-for-woocommerce' ); ?></h2>
	<p>
		<?php
		/* translators: %s: the address of the service. */
		printf( esc_html__( 'The service at %s is notified that you disconnect.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( $values['service'] ) . '</span>' );
		?>
	</p>
	<ul class="ul-disc">
		<li><?php esc_html_e( 'Its webhooks and the key you approved for it are removed from this store.', 'ad-credit-status-for-woocommerce' ); ?></li>
		<li><?php esc_html_e( 'The status token is deleted, and nothing is sent any more.', 'ad-credit-status-for-woocommerce' ); ?></li>
		<li><?php esc_html_e( 'What you spend while you are disconnected may not be seen. You can connect again at any time.', 'ad-credit-status-for-woocommerce' ); ?></li>
	</ul>
	<?php $this->print_form_start(); ?>
	<p class="submit">
		<?php
		$this->print_link_button( $values['url'], __( 'Stay connected', 'ad-credit-status-for-woocommerce' ), true );
		$this->print_button( 'disconnect', __( 'Disconnect', 'ad-credit-status-for-woocommerce' ) );
		?>
	</p>
	<?php $this->print_form_end(); ?>
</div>
