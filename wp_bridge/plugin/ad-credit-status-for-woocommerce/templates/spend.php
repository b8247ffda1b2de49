<?php
/**
 * What counts so far, beside each tier; what was left out, and why.
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
$qualifying = $document->text( 'spend.qualifying' );
$read_at    = $this->format->time( $document->text( 'spend.read_at' ) );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Spend that counts', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p class="wc-ad-credit-figure"><?php echo '' === $qualifying ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $this->format->money( $qualifying, $currency ) ); ?></p>
	<?php if ( '' === $qualifying && '' !== $this->progress->why_unknown( $document ) ) : ?>
		<p><?php echo esc_html( $this->progress->why_unknown( $document ) ); ?></p>
	<?php endif; ?>
	<p class="description">
		<?php
		if ( '' === $read_at ) {
			esc_html_e( 'When TikTok\'s figures were read is not known.', 'ad-credit-status-for-woocommerce' );
		} else {
			/* translators: %s: date and time. */
			printf( esc_html__( 'As read from TikTok on %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $read_at ) );
		}
		?>
	</p>
	<?php
	$this->show( 'chart', $values );
	$this->show( 'tiers', $values );
	?>
	<?php if ( '' !== $document->text( 'pace.text' ) && ! $this->progress->is_cut_off( $document ) ) : ?>
		<p><?php echo esc_html( $document->text( 'pace.text' ) ); ?></p>
	<?php endif; ?>
	<?php if ( $document->is( 'spend.provisional' ) ) : ?>
		<p><?php esc_html_e( 'Whether this was paid is not confirmed yet.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php endif; ?>
	<?php if ( $document->is( 'spend.final' ) ) : ?>
		<p class="description"><?php esc_html_e( 'These figures are final.', 'ad-credit-status-for-woocommerce' ); ?></p>
	<?php elseif ( '' !== $document->text( 'spend.final_through' ) ) : ?>
		<p class="description">
			<?php
			/* translators: %s: a date. */
			printf( esc_html__( 'Final up to %s; later dates can still move.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->date( $document->text( 'spend.final_through' ) ) ) );
			?>
		</p>
	<?php endif; ?>
	<?php if ( $document->each( 'spend.excluded' ) ) : ?>
		<h4><?php esc_html_e( 'Left out', 'ad-credit-status-for-woocommerce' ); ?></h4>
		<ul class="wc-ad-credit-pairs">
			<?php foreach ( $document->each( 'spend.excluded' ) as $part ) : ?>
				<li><span><?php echo esc_html( $this->messages->exclusion( $part->text( 'why' ) ) ); ?></span> <span><?php echo esc_html( $this->format->money( $part->text( 'amount' ), $currency ) ); ?></span></li>
			<?php endforeach; ?>
		</ul>
	<?php endif; ?>
	<?php
	$this->show(
		'days',
		array(
			'document' => $document,
			'currency' => $currency,
		)
	);
	?>
</section>
