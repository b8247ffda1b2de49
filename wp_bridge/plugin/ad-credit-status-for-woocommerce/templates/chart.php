<?php
/**
 * The chart of the spend with its text alternative: the running total beside the tiers, and each date.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, chart (as SpendChart::build_chart() returns it).
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$chart    = $values['chart'];
$document = $values['document'];
if ( ! $chart ) {
	return;
}
$currency = $values['currency'];
$money    = array( sprintf( '%.2F', $chart['total'] ), sprintf( '%.2F', $chart['highest'] ) );
$text     = sprintf(
	/* translators: 1: an amount in all, 2: a date, 3: the highest amount of a date. */
	__( '%1$s in total up to %2$s; at most %3$s on one date.', 'ad-credit-status-for-woocommerce' ),
	$this->format->format_money( $money[0], $currency ),
	$this->format->format_date( $chart['through'] ),
	$this->format->format_money( $money[1], $currency )
);
$height   = SpendChart::TOTAL_HEIGHT + SpendChart::DAYS_HEIGHT + 30;
$bottom   = SpendChart::TOTAL_HEIGHT + SpendChart::DAYS_HEIGHT + 10;
?>
<figure class="wc-ad-credit-chart">
	<svg viewBox="0 0 <?php echo (int) SpendChart::WIDTH; ?> <?php echo (int) $height; ?>" role="img" aria-labelledby="wc-ad-credit-chart-text">
		<?php foreach ( $chart['bars'] as $bar ) : ?>
			<rect class="<?php echo $bar['is_final'] ? 'is-final' : 'is-open'; ?> is-total" x="<?php echo esc_attr( sprintf( '%.2F', $bar['x'] ) ); ?>" y="<?php echo esc_attr( sprintf( '%.2F', SpendChart::TOTAL_HEIGHT - $bar['total'] ) ); ?>" width="<?php echo esc_attr( sprintf( '%.2F', $bar['width'] ) ); ?>" height="<?php echo esc_attr( sprintf( '%.2F', $bar['total'] ) ); ?>"></rect>
			<rect class="<?php echo $bar['is_final'] ? 'is-final' : 'is-open'; ?>" x="<?php echo esc_attr( sprintf( '%.2F', $bar['x'] + 1 ) ); ?>" y="<?php echo esc_attr( sprintf( '%.2F', $bottom - $bar['day'] ) ); ?>" width="<?php echo esc_attr( sprintf( '%.2F', max( 0.5, $bar['width'] - 2 ) ) ); ?>" height="<?php echo esc_attr( sprintf( '%.2F', $bar['day'] ) ); ?>"></rect>
		<?php endforeach; ?>
		<?php foreach ( $chart['tiers'] as $line ) : ?>
			<line class="wc-ad-credit-chart-tier" x1="0" x2="<?php echo (int) SpendChart::WIDTH; ?>" y1="<?php echo esc_attr( sprintf( '%.2F', $line['y'] ) ); ?>" y2="<?php echo esc_attr( sprintf( '%.2F', $line['y'] ) ); ?>"></line>
			<text x="2" y="<?php echo esc_attr( sprintf( '%.2F', $line['y'] - 3 ) ); ?>"><?php echo esc_html( $this->format->format_money( $line['threshold'], $currency ) ); ?></text>
		<?php endforeach; ?>
		<line x1="0" x2="<?php echo (int) SpendChart::WIDTH; ?>" y1="<?php echo (int) SpendChart::TOTAL_HEIGHT; ?>" y2="<?php echo (int) SpendChart::TOTAL_HEIGHT; ?>"></line>
		<line x1="0" x2="<?php echo (int) SpendChart::WIDTH; ?>" y1="<?php echo (int) $bottom; ?>" y2="<?php echo (int) $bottom; ?>"></line>
		<text x="0" y="<?php echo (int) $height - 4; ?>"><?php echo esc_html( $this->format->format_date( $document->get_text( 'window.first_date' ) ) ); ?></text>
		<text class="is-end" x="<?php echo (int) SpendChart::WIDTH; ?>" y="<?php echo (int) $height - 4; ?>"><?php echo esc_html( $this->format->format_date( $document->get_text( 'window.last_date' ) ) ); ?></text>
	</svg>
	<figcaption class="description">
		<span id="wc-ad-credit-chart-text"><?php echo esc_html( $text ); ?></span>
		<?php
		esc_html_e( 'Above: the running total beside the tiers. Below: each date.', 'ad-credit-status-for-woocommerce' );
		if ( ! $chart['is_final'] ) {
			echo ' ' . esc_html__( 'Lighter dates are not final yet.', 'ad-credit-status-for-woocommerce' );
		}
		if ( $chart['unknown'] ) {
			/* translators: %s: a number of dates. */
			echo ' ' . esc_html( sprintf( _n( '%s date is not known yet.', '%s dates are not known yet.', $chart['unknown'], 'ad-credit-status-for-woocommerce' ), number_format_i18n( $chart['unknown'] ) ) );
		}
		if ( 'automatic' === $document->get_text( 'account.payment' ) ) {
			echo ' ' . esc_html__( 'The chart shows what you spent; it counts once it is paid.', 'ad-credit-status-for-woocommerce' );
		}
		?>
	</figcaption>
</figure>
