<?php
/**
 * The rules: each open one with its answer, next step and evidence; those that are met in one line that opens.
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
$alike = array(); // Pending rules that wait for a step which another one names already.
$steps = array();
foreach ( $document->each( 'rules' ) as $rule ) {
	$outcome = isset( $rules[ $rule->text( 'outcome' ) ] ) ? $rule->text( 'outcome' ) : 'unknown';
	$step    = $rule->text( 'next_step' );
	if ( 'pending' === $outcome && '' !== $step && isset( $steps[ $step ] ) ) {
		$alike[] = $rule;
	} else {
		$rules[ $outcome ][] = $rule;
		$steps[ $step ]      = true;
	}
}
$folded = array(
	/* translators: %s: a number of rules. */
	sprintf( _n( '%s more rule waits for the same', '%s more rules wait for the same', count( $alike ), 'ad-credit-status-for-woocommerce' ), number_format_i18n( count( $alike ) ) ) => $alike,
	/* translators: %s: a number of rules. */
	sprintf( _n( '%s rule is met', '%s rules are met', count( $rules['pass'] ), 'ad-credit-status-for-woocommerce' ), number_format_i18n( count( $rules['pass'] ) ) ) => $rules['pass'],
);
$open   = array_merge( $rules['fail'], $rules['unknown'], $rules['pending'] );
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'The rules of the offer', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<?php if ( $open ) : ?>
		<ul class="wc-ad-credit-rules">
			<?php
			foreach ( $open as $rule ) {
				$this->show( 'rule', array( 'rule' => $rule ) );
			}
			?>
		</ul>
	<?php endif; ?>
	<?php foreach ( array_filter( $folded ) as $summary => $group ) : ?>
		<details>
			<summary><?php echo esc_html( $summary ); ?></summary>
			<ul class="wc-ad-credit-rules">
				<?php
				foreach ( $group as $rule ) {
					$this->show( 'rule', array( 'rule' => $rule ) );
				}
				?>
			</ul>
		</details>
	<?php endforeach; ?>
</section>
