<?php
/**
 * Each rule with its answer in words, what to do next, and the evidence: what is open first.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$rules = array(
	'fail'    => array(),
	'unknown' => array(),
	'pending' => array(),
	'pass'    => array(),
);
foreach ( $document->each( 'rules' ) as $rule ) {
	$outcome             = isset( $rules[ $rule->text( 'outcome' ) ] ) ? $rule->text( 'outcome' ) : 'unknown';
	$rules[ $outcome ][] = $rule;
}
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'The rules of the offer', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<ul class="wc-ad-credit-rules">
		<?php foreach ( $rules as $outcome => $group ) : ?>
			<?php foreach ( $group as $rule ) : ?>
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
			<?php endforeach; ?>
		<?php endforeach; ?>
	</ul>
</section>
