<?php
/**
 * The tiers: the progress towards each, what is missing, and the date of its credit.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency.
 */

defined( 'ABSPATH' ) || exit;

$document   = $values['document'];
$currency   = $values['currency'];
$qualifying = $document->get_text( 'spend.qualifying' );
?>
<ul class="wc-ad-credit-tiers">
	<?php foreach ( $document->get_objects( 'tiers' ) as $number => $tier ) : ?>
		<li>
			<label for="wc-ad-credit-tier-<?php echo (int) $number; ?>">
				<?php
				printf(
					/* translators: 1: an amount to spend, 2: an amount of credit. */
					esc_html__( 'Spend %1$s, get %2$s', 'ad-credit-status-for-woocommerce' ),
					esc_html( $this->format->format_money( $tier->get_text( 'threshold' ), $currency ) ),
					esc_html( $this->format->format_money( $tier->get_text( 'credit' ), $currency ) )
				);
				?>
			</label>
			<?php if ( '' !== $qualifying ) : ?>
				<progress id="wc-ad-credit-tier-<?php echo (int) $number; ?>" max="100" value="<?php echo esc_attr( sprintf( '%.1F', $this->progress->get_percent( $qualifying, $tier->get_text( 'threshold' ) ) ) ); ?>"></progress>
			<?php endif; ?>
			<span>
				<?php
				if ( '' !== $tier->get_text( 'reached_on' ) ) {
					/* translators: %s: a date. */
					printf( esc_html__( 'Reached on %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_date( $tier->get_text( 'reached_on' ) ) ) );
				} elseif ( '' !== $tier->get_text( 'seen_on' ) ) {
					/* translators: %s: a date. */
					printf( esc_html__( 'Reached on %s by figures that are not final yet.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_date( $tier->get_text( 'seen_on' ) ) ) );
				} elseif ( '' === $qualifying ) {
					esc_html_e( 'Whether it is reached is not known yet.', 'ad-credit-status-for-woocommerce' );
				} elseif ( $document->get_text( 'next_tier.threshold' ) === $tier->get_text( 'threshold' ) ) {
					echo esc_html( $document->get_text( 'next_tier.text' ) );
				} else {
					esc_html_e( 'Not reached.', 'ad-credit-status-for-woocommerce' );
				}
				if ( '' !== $tier->get_text( 'credit_by' ) ) {
					/* translators: %s: a date. */
					echo ' ' . esc_html( sprintf( __( 'Credit by %s, if nothing more is reached.', 'ad-credit-status-for-woocommerce' ), $this->format->format_date( $tier->get_text( 'credit_by' ) ) ) );
				}
				?>
			</span>
		</li>
	<?php endforeach; ?>
</ul>
