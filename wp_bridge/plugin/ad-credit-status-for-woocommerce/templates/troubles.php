<?php
/**
 * What stands in the way or had better be done soon, and who has to act.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$troubles = $this->progress->troubles( $document );
if ( ! $troubles ) {
	return;
}
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'What needs attention', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<ul class="wc-ad-credit-troubles">
		<?php foreach ( $troubles as $trouble ) : ?>
			<li class="is-for-<?php echo esc_attr( $trouble->text( 'who' ) ); ?>">
				<span class="wc-ad-credit-actor"><?php echo esc_html( $this->messages->actor( $trouble->text( 'who' ) ) ); ?></span>
				<div>
					<p><?php echo esc_html( $trouble->text( 'text' ) ); ?></p>
					<?php if ( '' !== $trouble->text( 'next_step' ) ) : ?>
						<p class="wc-ad-credit-next"><?php echo esc_html( $trouble->text( 'next_step' ) ); ?></p>
					<?php endif; ?>
					<?php if ( '' !== $this->format->time( $trouble->text( 'since' ) ) ) : ?>
						<p class="description">
							<?php
							/* translators: %s: date and time. */
							printf( esc_html__( 'Since %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->time( $trouble->text( 'since' ) ) ) );
							?>
						</p>
					<?php endif; ?>
				</div>
			</li>
		<?php endforeach; ?>
	</ul>
</section>
