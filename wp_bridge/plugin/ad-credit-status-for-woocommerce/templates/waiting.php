<?php
/**
 * Connected, and no answer in the reader's language yet.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, failure, read_at.
 */

defined( 'ABSPATH' ) || exit;

$sentence = $this->messages->sentence( '' === $values['failure'] ? 'waiting' : $values['failure'] );
if ( $values['read_at'] && '' === $values['failure'] ) {
	$sentence = __( 'The answer in your language is on its way.', 'ad-credit-status-for-woocommerce' );
}

$this->show( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php esc_html_e( 'See your progress towards the ad credit', 'ad-credit-status-for-woocommerce' ); ?></h2>
<?php $this->show( 'delivery', $values ); ?>
<div class="notice inline <?php echo '' === $values['failure'] ? 'notice-info' : 'notice-warning'; ?>">
	<p><?php echo esc_html( $sentence ); ?></p>
	<?php $this->open_form(); ?>
		<p class="submit">
			<?php
			if ( 'refused' === $values['failure'] ) {
				$this->button( 'reconnect', __( 'Connect again', 'ad-credit-status-for-woocommerce' ), true );
			}
			$this->button( 'refresh', __( 'Refresh', 'ad-credit-status-for-woocommerce' ) );
			?>
		</p>
	<?php $this->close_form(); ?>
</div>
<?php
$this->show( 'footer', $values );
