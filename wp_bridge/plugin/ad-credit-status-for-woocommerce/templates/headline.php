<?php
/**
 * The store's status in one sentence, one key figure and one button.
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
$next_step              = $button['next_step'] ?? $document->get_text( 'next_step' );
?>
<div class="notice inline notice-<?php echo esc_attr( $this->progress->get_tone( $document ) ); ?> wc-ad-credit-headline">
	<h3><?php echo esc_html( $document->get_text( 'headline' ) ); ?></h3>
	<?php if ( '' !== $number ) : ?>
		<p class="wc-ad-credit-key-figure"><strong><?php echo esc_html( $number ); ?></strong> <span><?php echo esc_html( $label ); ?></span></p>
	<?php endif; ?>
	<?php if ( '' !== $next_step ) : ?>
		<p><strong><?php esc_html_e( 'What to do now:', 'ad-credit-status-for-woocommerce' ); ?></strong> <?php echo esc_html( $next_step ); ?></p>
	<?php endif; ?>
	<?php if ( '' !== $document->get_text( 'admission.text' ) ) : ?>
		<p><?php echo esc_html( $document->get_text( 'admission.text' ) ); ?></p>
	<?php endif; ?>
	<?php $this->print_form_start(); ?>
		<p class="submit">
			<?php
			if ( isset( $button['action'] ) ) {
				$this->print_button( $button['action'], $button['label'], true );
			} elseif ( $button ) {
				$this->print_link_button( $button['url'], $button['label'], true );
			}
			$this->print_button( 'refresh', __( 'Refresh', 'ad-credit-status-for-woocommerce' ) );
			?>
		</p>
	<?php $this->print_form_end(); ?>
</div>
