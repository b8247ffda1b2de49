<?php
/**
 * Where the store stands in one sentence, one number and one button.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, button, figure.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];
$button   = $values['button'];

list( $number, $label ) = $values['figure'];
$next_step              = $button['next_step'] ?? $document->text( 'next_step' );
?>
<div class="notice inline notice-<?php echo esc_attr( $this->progress->tone( $document ) ); ?> wc-ad-credit-headline">
	<h3><?php echo esc_html( $document->text( 'headline' ) ); ?></h3>
	<?php if ( '' !== $number ) : ?>
		<p class="wc-ad-credit-key"><strong><?php echo esc_html( $number ); ?></strong> <span><?php echo esc_html( $label ); ?></span></p>
	<?php endif; ?>
	<?php if ( '' !== $next_step ) : ?>
		<p><strong><?php esc_html_e( 'What to do now:', 'ad-credit-status-for-woocommerce' ); ?></strong> <?php echo esc_html( $next_step ); ?></p>
	<?php endif; ?>
	<?php if ( '' !== $document->text( 'admission.text' ) ) : ?>
		<p><?php echo esc_html( $document->text( 'admission.text' ) ); ?></p>
	<?php endif; ?>
	<?php $this->open_form(); ?>
		<p class="submit">
			<?php
			if ( isset( $button['action'] ) ) {
				$this->button( $button['action'], $button['label'], true );
			} elseif ( $button ) {
				$this->link_button( $button['url'], $button['label'], true );
			}
			$this->button( 'refresh', __( 'Refresh', 'ad-credit-status-for-woocommerce' ) );
			?>
		</p>
	<?php $this->close_form(); ?>
</div>
