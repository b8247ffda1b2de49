<?php
/**
 * The last review with its answer, and the form to ask for one while none is open.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

?>
<section class="wc-ad-credit-card" id="wc-ad-credit-review">
	<h3><?php esc_html_e( 'Review by our team', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p>
		<?php
		esc_html_e( 'A review is the ticket of the terms: our team looks at your case with all the evidence, and the answer appears here.', 'ad-credit-status-for-woocommerce' );
		$this->print_template( 'terms', array( 'document' => $document ) );
		?>
	</p>
	<?php if ( '' !== $document->get_text( 'review.text' ) ) : ?>
		<p><strong><?php echo esc_html( $document->get_text( 'review.text' ) ); ?></strong></p>
	<?php endif; ?>
	<?php if ( 'open' !== $document->get_text( 'review.state' ) ) : ?>
		<?php $this->print_form_start(); ?>
			<p>
				<label for="wc_ad_credit_message"><?php esc_html_e( 'If you believe that something here is wrong, say what and why.', 'ad-credit-status-for-woocommerce' ); ?></label>
				<textarea id="wc_ad_credit_message" name="wc_ad_credit_message" rows="4" maxlength="<?php echo (int) ReviewRequest::MAX_LENGTH; ?>"></textarea>
			</p>
			<p class="submit"><?php $this->print_button( 'review', __( 'Ask for a review', 'ad-credit-status-for-woocommerce' ) ); ?></p>
		<?php $this->print_form_end(); ?>
	<?php endif; ?>
</section>
