<?php
/**
 * What a rule's answer rests on: each fact, who said it and when.
 *
 * @package WcAdCredit
 * @var WcAdCredit\Document $rule
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

if ( ! $rule->each( 'evidence' ) ) {
	return;
}
?>
<details>
	<summary><?php esc_html_e( 'Evidence', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<ul>
		<?php foreach ( $rule->each( 'evidence' ) as $line ) : ?>
			<li>
				<?php
				$value = $line->at( 'value' );
				$value = is_string( $value ) ? $value : ( null === $value ? __( 'not known', 'ad-credit-status-for-woocommerce' ) : (string) wp_json_encode( $value ) );
				$said  = array_filter( array( Words::of_source( $line->text( 'source' ) ), Format::time( $line->text( 'read_at' ) ) ) );
				echo esc_html( $line->text( 'fact' ) . ': ' . $value . ' (' . implode( ', ', $said ) . ')' );
				?>
			</li>
		<?php endforeach; ?>
	</ul>
</details>
