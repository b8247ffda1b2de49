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
	'done'    => __( 'done', 'wc-ad-credit' ),
	'current' => __( 'now', 'wc-ad-credit' ),
	'stopped' => __( 'ended here', 'wc-ad-credit' ),
	'ahead'   => __( 'to come', 'wc-ad-credit' ),
);
?>
<ol class="wc-ad-credit-steps" aria-label="<?php esc_attr_e( 'The way to your credit', 'wc-ad-credit' ); ?>">
	<?php foreach ( Progress::steps( $document ) as $step ) : ?>
		<li class="is-<?php echo esc_attr( $step['state'] ); ?>"<?php echo 'current' === $step['state'] ? ' aria-current="step"' : ''; ?>>
			<span class="wc-ad-credit-step"><?php echo esc_html( $step['name'] ); ?></span>
			<span class="wc-ad-credit-step-state"><?php echo esc_html( $states[ $step['state'] ] ); ?></span>
		</li>
	<?php endforeach; ?>
</ol>
