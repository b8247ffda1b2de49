<?php
/**
 * That something changed, until this user says that it was seen.
 *
 * @package WcAdCredit
 * @var WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$key = News::key( $document );
if ( '' === $key || News::is_dismissed( $key ) ) {
	return;
}
?>
<div class="wc-ad-credit-card wc-ad-credit-news">
	<p><?php esc_html_e( 'This is new since you last looked. WooCommerce\'s inbox tells it too.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<input type="hidden" name="wc_ad_credit_news" value="<?php echo esc_attr( $key ); ?>">
	<p class="submit"><?php Template::button( 'dismiss', __( 'Mark as seen', 'ad-credit-status-for-woocommerce' ) ); ?></p>
</div>
