<?php
/**
 * The history of changes, newest first, if the service keeps one.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values history.
 */

defined( 'ABSPATH' ) || exit;

if ( ! $values['history'] ) {
	return;
}
?>
<details class="wc-ad-credit-card" id="wc-ad-credit-history">
	<summary><?php esc_html_e( 'What changed, and when', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<ul class="wc-ad-credit-changes">
		<?php foreach ( $values['history'] as $change ) : ?>
			<li><span><?php echo esc_html( $this->format->format_time( $change->get_text( 'at' ) ) ); ?></span> <span><?php echo esc_html( $change->get_text( 'text' ) ); ?></span></li>
		<?php endforeach; ?>
	</ul>
</details>
