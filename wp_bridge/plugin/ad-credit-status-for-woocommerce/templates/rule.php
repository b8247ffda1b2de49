<?php
/**
 * A rule with its outcome, next step and evidence.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values rule.
 */

defined( 'ABSPATH' ) || exit;

$rule    = $values['rule'];
$outcome = in_array( $rule->get_text( 'outcome' ), array( 'pass', 'fail', 'pending' ), true ) ? $rule->get_text( 'outcome' ) : 'unknown';
?>
<li class="is-<?php echo esc_attr( $outcome ); ?>">
	<span class="wc-ad-credit-outcome"><?php echo esc_html( $this->messages->get_outcome_label( $outcome ) ); ?></span>
	<div>
		<p><?php echo esc_html( $rule->get_text( 'text' ) ); ?></p>
		<?php if ( '' !== $rule->get_text( 'next_step' ) ) : ?>
			<p class="wc-ad-credit-next-step"><?php echo esc_html( $rule->get_text( 'next_step' ) ); ?></p>
		<?php endif; ?>
		<?php $this->print_template( 'evidence', array( 'rule' => $rule ) ); ?>
	</div>
</li>
