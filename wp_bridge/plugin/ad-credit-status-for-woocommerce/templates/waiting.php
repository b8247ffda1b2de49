<?php
/**
 * The page of a connected store without a status document in the user's language.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, failure, read_at.
 */

defined( 'ABSPATH' ) || exit;

$message = $this->messages->get_message( '' === $values['failure'] ? 'waiting' : $values['failure'] );
if ( $values['read_at'] && '' === $values['failure'] ) {
	$message = __( 'The answer in your language is on its way.', 'ad-credit-status-for-woocommerce' );
}

$this->print_template( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php esc_html_e( 'See your progress towards the ad credit', 'ad-credit-status-for-woocommerce' ); ?></h2>
<?php $this->print_template( 'delivery', $values ); ?>
<div class="notice inline <?php echo '' === $values['failure'] ? 'notice-info' : 'notice-warning'; ?>">
	<p><?php echo esc_html( $message ); ?></p>
	<?php $this->print_form_start(); ?>
		<p class="submit">
			<?php
			if ( 'refused' === $values['failure'] ) {
				$this->print_button( 'reconnect', __( 'Connect again', 'ad-credit-status-for-woocommerce' ), true );
			}
			$this->print_button( 'refresh', __( 'Refresh', 'ad-credit-status-for-woocommerce' ) );
			?>
		</p>
	<?php $this->print_form_end(); ?>
</div>
<?php
$this->print_template( 'footer', $values );
