<?php
/**
 * What a rule's answer rests on: each fact, who stated it and when.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values rule.
 */

defined( 'ABSPATH' ) || exit;

$evidence = $values['rule']->each( 'evidence' );
if ( ! $evidence ) {
	return;
}
?>
<details>
	<summary><?php esc_html_e( 'Evidence', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<ul>
		<?php foreach ( $evidence as $line ) : ?>
			<li>
				<?php
				$origin = array_filter( array( $this->messages->source( $line->text( 'source' ) ), $this->format->time( $line->text( 'read_at' ) ) ) );
				echo esc_html( $line->text( 'fact' ) . ': ' . $this->format->value( $line->value( 'value' ) ) . ' (' . implode( ', ', $origin ) . ')' );
				?>
			</li>
		<?php endforeach; ?>
	</ul>
</details>
