<?php
/**
 * The table of the window's dates, collapsed.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency.
 */

defined( 'ABSPATH' ) || exit;

$days     = $values['document']->get_objects( 'spend.days' );
$currency = $values['currency'];
if ( ! $days ) {
	return;
}
?>
<details>
	<summary><?php esc_html_e( 'Each date', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<table class="widefat striped">
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Date', 'ad-credit-status-for-woocommerce' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Counts', 'ad-credit-status-for-woocommerce' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Left out', 'ad-credit-status-for-woocommerce' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Final', 'ad-credit-status-for-woocommerce' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $days as $day ) : ?>
				<tr>
					<th scope="row"><?php echo esc_html( $this->format->format_date( $day->get_text( 'date' ) ) ); ?></th>
					<td><?php echo '' === $day->get_text( 'qualifying' ) ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $this->format->format_money( $day->get_text( 'qualifying' ), $currency ) ); ?></td>
					<td><?php echo '' === $day->get_text( 'excluded' ) ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $this->format->format_money( $day->get_text( 'excluded' ), $currency ) ); ?></td>
					<td><?php $day->is_true( 'final' ) ? esc_html_e( 'yes', 'ad-credit-status-for-woocommerce' ) : esc_html_e( 'not yet', 'ad-credit-status-for-woocommerce' ); ?></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
</details>
