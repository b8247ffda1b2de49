<?php
/**
 * The spend period: its dates and the days left, or what its start waits for.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, read_at.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$is_fresh = time() - (int) $values['read_at'] < DAY_IN_SECONDS;
$dates    = array(
	__( 'First date', 'ad-credit-status-for-woocommerce' ) => $this->format->format_date( $document->get_text( 'window.first_date' ) ),
	__( 'Last date', 'ad-credit-status-for-woocommerce' )  => $this->format->format_date( $document->get_text( 'window.last_date' ) ),
	__( 'Last date to pay the bills', 'ad-credit-status-for-woocommerce' ) => $this->format->format_date( $document->get_text( 'window.bills_until' ) ),
);
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Your spend period', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( $document->has( 'window' ) ) : ?>
		<p class="wc-ad-credit-figure">
			<?php
			$days_left = (int) $document->get_text( 'window.days_left' );
			if ( 'closed' === $document->get_text( 'window.state' ) ) {
				esc_html_e( 'Over', 'ad-credit-status-for-woocommerce' );
			} elseif ( ! $is_fresh ) {
				/* translators: %s: a date. */
				printf( esc_html__( 'Open until %s', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_date( $document->get_text( 'window.last_date' ) ) ) );
			} elseif ( 0 === $days_left ) {
				esc_html_e( 'Today is the last day', 'ad-credit-status-for-woocommerce' );
			} else {
				/* translators: %s: a number of days. */
				echo esc_html( sprintf( _n( '%s day left after today', '%s days left after today', $days_left, 'ad-credit-status-for-woocommerce' ), number_format_i18n( $days_left ) ) );
			}
			?>
		</p>
		<ul class="wc-ad-credit-pairs">
			<?php foreach ( array_filter( $dates ) as $name => $date ) : ?>
				<li><span><?php echo esc_html( $name ); ?></span> <span><?php echo esc_html( $date ); ?></span></li>
			<?php endforeach; ?>
		</ul>
	<?php elseif ( in_array( $document->get_text( 'stage' ), array( 'awaiting_setup', 'awaiting_link' ), true ) ) : ?>
		<p><?php esc_html_e( 'It begins on the first date with spend that counts, not before the integration is set up and your ad account is linked there. What you spend before that does not count.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php else : ?>
		<p><?php esc_html_e( 'It begins on the first date with spend that counts.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php endif; ?>
	<?php $this->print_template( 'account', $values ); ?>
</section>
