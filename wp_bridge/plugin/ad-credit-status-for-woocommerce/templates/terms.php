<?php
/**
 * The link to the terms of the offer, if the service gives one.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var array $values document.
 */

defined( 'ABSPATH' ) || exit;

$url = $values['document']->get_text( 'programme.terms_url' );
if ( 0 === strpos( $url, 'https://' ) ) :
	?>
	<a href="<?php echo esc_url( $url ); ?>" target="_blank" rel="noopener"><?php esc_html_e( 'Terms of the offer', 'ad-credit-status-for-woocommerce' ); ?></a>
	<?php
endif;
