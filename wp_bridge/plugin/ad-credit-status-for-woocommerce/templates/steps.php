<?php
/**
 * The steps towards the credit.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$step_names = $this->messages->get_step_names();
?>
<ol class="wc-ad-credit-steps" aria-label="<?php esc_attr_e( 'The steps to your credit', 'ad-credit-status-for-woocommerce' ); ?>">
	<?php foreach ( $this->progress->get_step_states( $values['document'] ) as $number => $state ) : ?>
		<li class="is-<?php echo esc_attr( $state ); ?>"<?php echo 'current' === $state ? ' aria-current="step"' : ''; ?>>
			<span class="wc-ad-credit-step"><?php echo esc_html( $step_names[ $number ] ); ?></span>
			<span class="wc-ad-credit-step-state"><?php echo esc_html( $this->messages->get_step_state_label( $state ) ); ?></span>
		</li>
	<?php endforeach; ?>
</ol>
