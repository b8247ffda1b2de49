<?php
/**
 * The qualifying spend beside each tier, and the excluded amounts with their reasons.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, currency, chart.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

if ( ! $document->has( 'spend' ) ) {
	return;
}
$currency   = $values['currency'];
$qualifying = $document->get_text( 'spend.qualifying' );
$read_at    = $this->format->format_time( $document->get_text( 'spend.read_at' ) );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Spend that counts', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p class="wc-ad-credit-figure"><?php echo '' === $qualifying ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $this->format->format_money( $qualifying, $currency ) ); ?></p>
	<?php if ( '' === $qualifying && '' !== $this->progress->get_unknown_reason( $document ) ) : ?>
		<p><?php echo esc_html( $this->progress->get_unknown_reason( $document ) ); ?></p>
	<?php endif; ?>
	<p class="description">
		<?php
		if ( '' === $read_at ) {
			esc_html_e( 'It is not known when TikTok\'s figures were read.', 'ad-credit-status-for-woocommerce' );
		} else {
			/* translators: %s: date and time. */
			printf( esc_html__( 'As read from TikTok on %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $read_at ) );
		}
		?>
	</p>
	<?php
	$this->print_template( 'chart', $values );
	$this->print_template( 'tiers', $values );
	?>
	<?php if ( '' !== $document->get_text( 'pace.text' ) && ! $this->troubles->is_cut_off( $document ) ) : ?>
		<p><?php echo esc_html( $document->get_text( 'pace.text' ) ); ?></p>
	<?php endif; ?>
	<?php if ( $document->is_true( 'spend.provisional' ) ) : ?>
		<p><?php esc_html_e( 'Whether this was paid is not confirmed yet.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php endif; ?>
	<?php if ( $document->is_true( 'spend.final' ) ) : ?>
		<p class="description"><?php esc_html_e( 'These figures are final.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php elseif ( '' !== $document->get_text( 'spend.final_through' ) ) : ?>
		<p class="description">
			<?php
			/* translators: %s: a date. */
			printf( esc_html__( 'Final up to %s; later dates can still change.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_date( $document->get_text( 'spend.final_through' ) ) ) );
			?>
		</p>
	<?php endif; ?>
	<?php if ( $document->get_objects( 'spend.excluded' ) ) : ?>
		<h4><?php esc_html_e( 'Left out', 'ad-credit-status-for-woocommerce' ); ?></h4>
		<ul class="wc-ad-credit-pairs">
			<?php foreach ( $document->get_objects( 'spend.excluded' ) as $exclusion ) : ?>
				<li><span><?php echo esc_html( $this->messages->get_exclusion_label( $exclusion->get_text( 'why' ) ) ); ?></span> <span><?php echo esc_html( $this->format->format_money( $exclusion->get_text( 'amount' ), $currency ) ); ?></span></li>
			<?php endforeach; ?>
		</ul>
	<?php endif; ?>
	<?php
	$this->print_template(
		'days',
		array(
			'document' => $document,
			'currency' => $currency,
		)
	);
	?>
</section>
