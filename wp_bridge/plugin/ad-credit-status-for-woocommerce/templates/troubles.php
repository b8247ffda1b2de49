<?php
/**
 * The troubles, each with who has to act.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$troubles = $this->troubles->get_listed( $document );
if ( ! $troubles ) {
	return;
}
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'What needs attention', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<ul class="wc-ad-credit-troubles">
		<?php foreach ( $troubles as $trouble ) : ?>
			<li class="is-for-<?php echo esc_attr( $trouble->get_text( 'who' ) ); ?>">
				<span class="wc-ad-credit-actor"><?php echo esc_html( $this->messages->get_actor_label( $trouble->get_text( 'who' ) ) ); ?></span>
				<div>
					<p><?php echo esc_html( $trouble->get_text( 'text' ) ); ?></p>
					<?php if ( '' !== $trouble->get_text( 'next_step' ) ) : ?>
						<p class="wc-ad-credit-next-step"><?php echo esc_html( $trouble->get_text( 'next_step' ) ); ?></p>
					<?php endif; ?>
					<?php if ( '' !== $this->format->format_time( $trouble->get_text( 'since' ) ) ) : ?>
						<p class="description">
							<?php
							/* translators: %s: date and time. */
							printf( esc_html__( 'Since %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $this->format->format_time( $trouble->get_text( 'since' ) ) ) );
							?>
						</p>
					<?php endif; ?>
				</div>
			</li>
		<?php endforeach; ?>
	</ul>
</section>
