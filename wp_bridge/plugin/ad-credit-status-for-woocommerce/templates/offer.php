<?php
/**
 * The offer in the store's market, until the ad account can be read.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, market.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];
$market   = $values['market'];

if ( ! $market || $document->has( 'spend' ) || $document->has( 'award' ) || $this->progress->is_stopped( $document ) ) {
	return;
}
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'What the offer gives', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<ul class="wc-ad-credit-pairs">
		<?php foreach ( $market->get_objects( 'tiers' ) as $tier ) : ?>
			<li>
				<span>
					<?php
					/* translators: %s: an amount to spend. */
					printf( esc_html__( 'Spend %s', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_money( $tier->get_text( 'threshold' ), $market->get_text( 'currency' ) ) ) );
					?>
				</span>
				<span>
					<?php
					/* translators: %s: an amount of credit. */
					printf( esc_html__( 'get %s', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_money( $tier->get_text( 'credit' ), $market->get_text( 'currency' ) ) ) );
					?>
				</span>
			</li>
		<?php endforeach; ?>
	</ul>
	<p class="description">
		<?php
		/* translators: %s: a date. */
		printf( esc_html__( 'The credit can be used until %s. What you spend shows here once your ad account is linked and TikTok is connected.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_date( $document->get_text( 'programme.credit_expires' ) ) ) );
		?>
	</p>
</section>
