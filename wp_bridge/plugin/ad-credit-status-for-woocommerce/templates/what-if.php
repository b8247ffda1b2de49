<?php
/**
 * What an amount spent each day would lead to; the answer stands here after the page is drawn again.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, fields (per_day, what_if).
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

if ( '' === $values['currency'] || ! $this->progress->can_plan( $document ) ) {
	return;
}
$answer = $values['fields']['what_if'] ?? '';
?>
<section class="wc-ad-credit-card" id="wc-ad-credit-what-if">
	<h3><?php esc_html_e( 'What would a budget lead to?', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php $this->open_form(); ?>
		<p>
			<label for="wc_ad_credit_per_day">
				<?php
				/* translators: %s: a currency, such as USD. */
				printf( esc_html__( 'Spend a day from tomorrow on, in %s', 'ad-credit-status-for-woocommerce' ), esc_html( $values['currency'] ) );
				?>
			</label>
			<input type="text" inputmode="decimal" id="wc_ad_credit_per_day" name="wc_ad_credit_per_day" value="<?php echo esc_attr( $values['fields']['per_day'] ?? '' ); ?>" maxlength="12" size="12" dir="ltr" autocomplete="off" aria-describedby="wc-ad-credit-what-if-answer">
		</p>
		<p id="wc-ad-credit-what-if-answer" role="status"><?php echo '' === $answer ? '' : '<strong>' . esc_html( $answer ) . '</strong>'; ?></p>
		<p class="submit"><?php $this->button( 'what_if', __( 'Show what it leads to', 'ad-credit-status-for-woocommerce' ) ); ?></p>
	<?php $this->close_form(); ?>
</section>
