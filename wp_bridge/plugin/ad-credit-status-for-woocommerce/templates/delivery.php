<?php
/**
 * The problem that keeps reports from the service, if any.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values problem, as DeliveryMonitor::get_problem() returns it.
 */

defined( 'ABSPATH' ) || exit;

if ( ! $values['problem'] ) {
	return;
}
$since                 = $values['problem']['since'] ? $this->format->format_timestamp( $values['problem']['since'] ) : '';
list( $text, $remedy ) = $this->messages->get_delivery_problem( $values['problem']['code'], $since );
?>
<div class="notice inline notice-warning wc-ad-credit-delivery">
	<p><strong><?php echo esc_html( $text ); ?></strong> <?php echo esc_html( $remedy ); ?></p>
</div>
