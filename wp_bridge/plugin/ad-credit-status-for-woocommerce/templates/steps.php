<?php
/**
 * The way to the credit in steps.
 *
 * @package WcAdCredit
 * @var WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$states = array(
	'done'    => __( 'done', 'ad-credit-status-for-woocommerce' ),
	'current' => __( 'now', 'ad-credit-status-for-woocommerce' ),
	'stopped' => __( 'ended here', 'ad-credit-status-for-woocommerce' ),
	'ahead'   => __( 'to come', 'ad-credit-status-for-woocommerce' ),
);
?>
<ol class="wc-ad-credit-steps" aria-label="<?php esc_attr_e( 'The way to your credit', 'ad-credit-status-for-woocommerce' ); ?>">
	<?php foreach ( Progress::steps( $document ) as $step ) : ?>
		<li class="is-<?php echo esc_attr( $step['state'] ); ?>"<?php echo 'current' === $step['state'] ? ' aria-current="step"' : ''; ?>>
			<span class="wc-ad-credit-step"><?php echo esc_html( $step['name'] ); ?></span>
			<span class="wc-ad-credit-step-state"><?php echo esc_html( $states[ $step['state'] ] ); ?></span>
		</li>
	<?php endforeach; ?>
</ol>
