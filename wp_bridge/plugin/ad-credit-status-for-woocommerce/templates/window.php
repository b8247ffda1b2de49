<?php
/**
 * The dates that count; before the first, what they wait for.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$zone = $document->text( 'account.timezone' );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Your spend period', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( $document->has( 'window' ) ) : ?>
		<p class="wc-ad-credit-figure">
			<?php
			$left = (int) $document->text( 'window.days_left' );
			if ( 'closed' === $document->text( 'window.state' ) ) {
				esc_html_e( 'Over', 'ad-credit-status-for-woocommerce' );
			} elseif ( 0 === $left ) {
				esc_html_e( 'Today is the last day', 'ad-credit-status-for-woocommerce' );
			} else {
				/* translators: %s: a number of days. */
				echo esc_html( sprintf( _n( '%s day left after today', '%s days left after today', $left, 'ad-credit-status-for-woocommerce' ), number_format_i18n( $left ) ) );
			}
			?>
		</p>
		<ul class="wc-ad-credit-pairs">
			<li><span><?php esc_html_e( 'First date', 'ad-credit-status-for-woocommerce' ); ?></span> <span><?php echo esc_html( $this->format->date( $document->text( 'window.first_date' ) ) ); ?></span></li>
			<li><span><?php esc_html_e( 'Last date', 'ad-credit-status-for-woocommerce' ); ?></span> <span><?php echo esc_html( $this->format->date( $document->text( 'window.last_date' ) ) ); ?></span></li>
		</ul>
	<?php elseif ( $this->progress->is_stopped( $document ) ) : ?>
		<p><?php esc_html_e( 'It did not begin.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php elseif ( 'awaiting_spend' === $document->text( 'stage' ) ) : ?>
		<p><?php esc_html_e( 'It begins on the first date with spend that counts, so there is no hurry to begin: get your campaign ready first.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php else : ?>
		<p><?php esc_html_e( 'It begins on the first date with spend that counts, after the integration is set up and your ad account is linked. Finish both before you spend: what you spend earlier does not count.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php endif; ?>
	<?php if ( '' !== $zone ) : ?>
		<p class="description">
			<?php
			/* translators: %s: a time zone, such as America/New_York. */
			printf( esc_html__( 'All dates are those of your ad account\'s time zone, %s.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( $zone ) . '</span>' );
			?>
		</p>
	<?php endif; ?>
</section>
