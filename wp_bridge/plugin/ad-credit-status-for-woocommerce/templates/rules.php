<?php
/**
 * The rules of the offer: those not met with their next steps, the others collapsed.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$rules    = array(
	'fail'    => array(),
	'unknown' => array(),
	'pending' => array(),
	'pass'    => array(),
);
$repeated = array(); // Pending rules with the same next step as a rule that is shown.
$steps    = array();
foreach ( $document->get_objects( 'rules' ) as $rule ) {
	$outcome = isset( $rules[ $rule->get_text( 'outcome' ) ] ) ? $rule->get_text( 'outcome' ) : 'unknown';
	$step    = $rule->get_text( 'next_step' );
	if ( 'pending' === $outcome && '' !== $step && isset( $steps[ $step ] ) ) {
		$repeated[] = $rule;
	} else {
		$rules[ $outcome ][] = $rule;
		$steps[ $step ]      = true;
	}
}
$collapsed  = array(
	/* translators: %s: a number of rules. */
	sprintf( _n( '%s more rule waits for the same', '%s more rules wait for the same', count( $repeated ), 'ad-credit-status-for-woocommerce' ), number_format_i18n( count( $repeated ) ) ) => $repeated,
	/* translators: %s: a number of rules. */
	sprintf( _n( '%s rule is met', '%s rules are met', count( $rules['pass'] ), 'ad-credit-status-for-woocommerce' ), number_format_i18n( count( $rules['pass'] ) ) ) => $rules['pass'],
);
$open_rules = array_merge( $rules['fail'], $rules['unknown'], $rules['pending'] );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'The rules of the offer', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( $open_rules ) : ?>
		<ul class="wc-ad-credit-rules">
			<?php
			foreach ( $open_rules as $rule ) {
				$this->print_template( 'rule', array( 'rule' => $rule ) );
			}
			?>
		</ul>
	<?php endif; ?>
	<?php foreach ( array_filter( $collapsed ) as $summary => $group ) : ?>
		<details>
			<summary><?php echo esc_html( $summary ); ?></summary>
			<ul class="wc-ad-credit-rules">
				<?php
				foreach ( $group as $rule ) {
					$this->print_template( 'rule', array( 'rule' => $rule ) );
				}
				?>
			</ul>
		</details>
	<?php endforeach; ?>
</section>
