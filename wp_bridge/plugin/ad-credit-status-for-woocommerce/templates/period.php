<?php
/**
 * The column with the spend period and the budget estimate; once spending is over, a collapsed card with the spend.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, chart, read_at, fields.
 */

defined( 'ABSPATH' ) || exit;

if ( ! $this->progress->is_past_spending( $values['document'] ) ) {
	$this->print_template( 'window', $values );
	$this->print_template( 'what-if', $values );
	return;
}
if ( ! $values['document']->has( 'window' ) ) {
	return;
}
?>
<details class="wc-ad-credit-card" id="wc-ad-credit-period">
	<summary><?php esc_html_e( 'Your spend and its period', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<?php
	$this->print_template( 'spend', $values );
	$this->print_template( 'window', $values );
	?>
</details>
