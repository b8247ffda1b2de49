<?php
/**
 * What counts so far, beside each tier; what was left out, and why.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$currency   = $document->text( 'spend.currency' );
$qualifying = $document->text( 'spend.qualifying' );
$next       = $document->has( 'next_tier' ) && 'open' === $document->text( 'window.state' );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Spend that counts', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( '' === $currency ) : ?>
		<p><?php esc_html_e( 'What counts and what you can reach is shown in the currency of your ad account, once we may read it.', 'ad-credit-status-for-woocommerce' ); ?></p>
</section>
		<?php
		return;
	endif;
	?>
	<p class="wc-ad-credit-figure"><?php echo '' === $qualifying ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $this->format->money( $qualifying, $currency ) ); ?></p>
	<ul class="wc-ad-credit-tiers">
		<?php foreach ( $document->each( 'tiers' ) as $number => $tier ) : ?>
			<li>
				<label for="wc-ad-credit-tier-<?php echo (int) $number; ?>">
					<?php
					printf(
						/* translators: 1: an amount to spend, 2: an amount of credit. */
						esc_html__( 'Spend %1$s, get %2$s', 'ad-credit-status-for-woocommerce' ),
						esc_html( $this->format->money( $tier->text( 'threshold' ), $currency ) ),
						esc_html( $this->format->money( $tier->text( 'credit' ), $currency ) )
					);
					?>
				</label>
				<?php if ( '' !== $qualifying ) : ?>
				<progress id="wc-ad-credit-tier-<?php echo (int) $number; ?>" max="100" value="<?php echo esc_attr( sprintf( '%.1F', $this->progress->percent( $qualifying, $tier->text( 'threshold' ) ) ) ); ?>"></progress>
				<?php endif; ?>
				<span>
					<?php
					if ( '' !== $tier->text( 'reached_on' ) ) {
						/* translators: %s: a date. */
						printf( esc_html__( 'Reached on %s', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->date( $tier->text( 'reached_on' ) ) ) );
					} elseif ( '' !== $tier->text( 'seen_on' ) ) {
						/* translators: %s: a date. */
						printf( esc_html__( 'Seen on %s, not final yet', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->date( $tier->text( 'seen_on' ) ) ) );
					} elseif ( '' === $qualifying ) {
						esc_html_e( 'Not known yet', 'ad-credit-status-for-woocommerce' );
					} else {
						esc_html_e( 'Not reached', 'ad-credit-status-for-woocommerce' );
					}
					?>
				</span>
			</li>
		<?php endforeach; ?>
	</ul>
	<?php if ( $next ) : ?>
		<p>
			<?php
			printf(
				'' === $document->text( 'next_tier.per_day' )
					/* translators: 1: an amount, 2: an amount of credit. */
					? esc_html__( '%1$s more for %2$s of credit.', 'ad-credit-status-for-woocommerce' )
					/* translators: 1: an amount, 2: an amount of credit, 3: an amount a day. */
					: esc_html__( '%1$s more for %2$s of credit: %3$s a day.', 'ad-credit-status-for-woocommerce' ),
				esc_html( $this->format->money( $document->text( 'next_tier.remaining' ), $currency ) ),
				esc_html( $this->format->money( $document->text( 'next_tier.credit' ), $currency ) ),
				esc_html( $this->format->money( $document->text( 'next_tier.per_day' ), $currency ) )
			);
			?>
		</p>
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
	<?php $this->show( 'days', array( 'document' => $document ) ); ?>
</section>
