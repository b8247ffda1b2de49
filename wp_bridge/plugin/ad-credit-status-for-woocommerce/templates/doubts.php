<?php
/**
 * What to keep in mind while reading the rest: an old answer, old figures, warnings of the service.
 *
 * @package WcAdCredit
 * @var WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$sentences = array();
if ( Answers::trouble() ) {
	/* translators: %s: how long ago, such as "2 hours ago". */
	$sentences[] = array( Words::of_trouble( Answers::trouble() ), sprintf( __( 'You see the last answer, of %s.', 'ad-credit-status-for-woocommerce' ), Format::age( Answers::read_at() ) ) );
}
if ( $document->is( 'stale' ) ) {
	$sentences[] = array( __( 'TikTok\'s figures are older than a day.', 'ad-credit-status-for-woocommerce' ), __( 'They stay as they were until they can be read again; nothing is lost.', 'ad-credit-status-for-woocommerce' ) );
}
foreach ( $document->each( 'warnings' ) as $warning ) {
	$sentences[] = array( $warning->text( 'text' ), $warning->text( 'next_step' ) );
}
foreach ( $sentences as list( $text, $next ) ) :
	?>
	<div class="notice inline notice-warning">
		<p><strong><?php echo esc_html( $text ); ?></strong> <?php echo esc_html( $next ); ?></p>
	</div>
	<?php
endforeach;
