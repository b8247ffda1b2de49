<?php
/**
 * A rule with its answer in words, what to do next, and the evidence.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values rule.
 */

defined( 'ABSPATH' ) || exit;

$rule    = $values['rule'];
$outcome = in_array( $rule->text( 'outcome' ), array( 'pass', 'fail', 'pending' ), true ) ? $rule->text( 'outcome' ) : 'unknown';
?>
<li class="is-<?php echo esc_attr( $outcome ); ?>">
	<span class="wc-ad-credit-outcome"><?php echo esc_html( $this->messages->outcome( $outcome ) ); ?></span>
	<div>
		<p><?php echo esc_html( $rule->text( 'text' ) ); ?></p>
		<?php if ( '' !== $rule->text( 'next_step' ) ) : ?>
			<p class="wc-ad-credit-next"><?php echo esc_html( $rule->text( 'next_step' ) ); ?></p>
		<?php endif; ?>
		<?php $this->show( 'evidence', array( 'rule' => $rule ) ); ?>
	</div>
</li>
