<?php
/**
 * The warnings about an old answer or old figures.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, failure, read_at.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];
$warnings = array();
if ( '' !== $values['failure'] ) {
	/* translators: %s: how long ago, such as "2 hours ago". */
	$warnings[] = array( $this->messages->get_failure_message( $values['failure'] ), sprintf( __( 'This is the last answer, from %s.', 'ad-credit-status-for-woocommerce' ), $this->format->format_age( $values['read_at'] ) ) );
}
if ( $this->troubles->are_figures_stale( $document ) ) {
	$read_at = $this->format->format_time( $document->get_text( 'spend.read_at' ) );
	if ( '' !== $read_at ) {
		/* translators: %s: date and time. */
		$warnings[] = array( sprintf( __( 'TikTok\'s figures were last read on %s, longer ago than usual.', 'ad-credit-status-for-woocommerce' ), $read_at ), __( 'They stay as they were until they can be read again; nothing is lost.', 'ad-credit-status-for-woocommerce' ) );
	} else {
		$warnings[] = array( __( 'TikTok\'s figures have not been read yet.', 'ad-credit-status-for-woocommerce' ), __( 'They are read as soon as TikTok answers; nothing is lost.', 'ad-credit-status-for-woocommerce' ) );
	}
}
foreach ( $warnings as list( $text, $next_step ) ) :
	?>
	<div class="notice inline notice-warning">
		<p><strong><?php echo esc_html( $text ); ?></strong> <?php echo esc_html( $next_step ); ?></p>
	</div>
	<?php
endforeach;
