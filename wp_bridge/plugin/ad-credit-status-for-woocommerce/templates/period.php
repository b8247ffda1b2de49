<?php
/**
 * The spend period and what can be planned in it; folded with the spend once something else decides.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, chart, read_at, fields.
 */

defined( 'ABSPATH' ) || exit;

if ( ! $this->progress->is_behind( $values['document'] ) ) {
	$this->show( 'window', $values );
	$this->show( 'what-if', $values );
	return;
}
if ( ! $values['document']->has( 'window' ) ) {
	return;
}
?>
<details class="wc-ad-credit-card" id="wc-ad-credit-period">
	<summary><?php esc_html_e( 'Your spend and its period', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<?php
	$this->show( 'spend', $values );
	$this->show( 'window', $values );
	?>
</details>
