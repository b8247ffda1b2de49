<?php
/**
 * The last review and its answer, and a way to ask for one while none is open.
 *
 * @package WcAdCredit
 * @var WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Review by our team', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( '' !== $document->text( 'review.text' ) ) : ?>
		<p><?php echo esc_html( $document->text( 'review.text' ) ); ?></p>
	<?php endif; ?>
	<?php if ( 'open' !== $document->text( 'review.state' ) ) : ?>
		<p>
			<label for="wc_ad_credit_message"><?php esc_html_e( 'If you believe that something here is wrong, say what and why.', 'ad-credit-status-for-woocommerce' ); ?></label>
			<textarea id="wc_ad_credit_message" name="wc_ad_credit_message" rows="4" maxlength="<?php echo (int) Review::LONGEST; ?>"></textarea>
		</p>
		<p class="submit"><?php Template::button( 'review', __( 'Ask for a review', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php endif; ?>
</section>
