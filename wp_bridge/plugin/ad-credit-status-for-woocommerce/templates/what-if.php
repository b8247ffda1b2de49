<?php
/**
 * The form to estimate what a daily budget leads to, with the last estimate.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, fields (per_day, what_if).
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

if ( '' === $values['currency'] || ! $this->progress->can_earn_more( $document ) ) {
	return;
}
$estimate = $values['fields']['what_if'] ?? '';
?>
<section class="wc-ad-credit-card" id="wc-ad-credit-what-if">
	<h3><?php esc_html_e( 'What would a budget lead to?', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php $this->print_form_start(); ?>
		<p>
			<label for="wc_ad_credit_per_day">
				<?php
				/* translators: %s: a currency, such as USD. */
				printf( esc_html__( 'Daily spend from tomorrow on, in %s', 'ad-credit-status-for-woocommerce' ), esc_html( $values['currency'] ) );
				?>
			</label>
			<input type="text" inputmode="decimal" id="wc_ad_credit_per_day" name="wc_ad_credit_per_day" value="<?php echo esc_attr( $values['fields']['per_day'] ?? '' ); ?>" maxlength="12" size="12" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-what-if-answer">
		</p>
		<p id="wc-ad-credit-what-if-answer" role="status"><?php echo '' === $estimate ? '' : '<strong>' . esc_html( $estimate ) . '</strong>'; ?></p>
		<p class="submit"><?php $this->print_button( 'what_if', __( 'Show what it leads to', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php $this->print_form_end(); ?>
</section>
