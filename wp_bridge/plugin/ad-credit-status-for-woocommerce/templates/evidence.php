<?php
/**
 * The evidence of a rule: each fact with its source and time.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values rule.
 */

defined( 'ABSPATH' ) || exit;

$evidence = $values['rule']->get_objects( 'evidence' );
if ( ! $evidence ) {
	return;
}
?>
<details>
	<summary><?php esc_html_e( 'Evidence', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<ul>
		<?php foreach ( $evidence as $fact ) : ?>
			<li>
				<?php
				$origin = array_filter( array( $this->messages->get_source_label( $fact->get_text( 'source' ) ), $this->format->format_time( $fact->get_text( 'read_at' ) ) ) );
				echo esc_html( $fact->get_text( 'fact' ) . ': ' . $this->format->format_value( $fact->get_value( 'value' ) ) . ' (' . implode( ', ', $origin ) . ')' );
				?>
			</li>
		<?php endforeach; ?>
	</ul>
</details>
