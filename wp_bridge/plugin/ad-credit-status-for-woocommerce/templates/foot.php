<?php
/**
 * How old the answer is, and what can be done about it.
 *
 * @package WcAdCredit
 * @var ?WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

?>
<p class="description">
	<?php
	if ( $document ) {
		$parts = array(
			/* translators: %s: date and time. */
			sprintf( __( 'As of %s.', 'ad-credit-status-for-woocommerce' ), Format::time( $document->text( 'as_of' ) ) ),
			/* translators: %s: how long ago, such as "2 hours ago". */
			sprintf( __( 'Fetched %s.', 'ad-credit-status-for-woocommerce' ), Format::age( Answers::read_at() ) ),
		);
		if ( '' !== $document->text( 'next_check' ) ) {
			/* translators: %s: date and time. */
			$parts[] = sprintf( __( 'TikTok\'s figures are read next at %s.', 'ad-credit-status-for-woocommerce' ), Format::time( $document->text( 'next_check' ) ) );
		}
		echo esc_html( implode( ' ', $parts ) );
	}
	?>
</p>
<p class="submit">
	<?php
	Template::button( 'refresh', __( 'Refresh', 'ad-credit-status-for-woocommerce' ) );
	Template::button( 'disconnect', __( 'Disconnect', 'ad-credit-status-for-woocommerce' ) );
	?>
</p>
<p class="description">
	<?php
	/* translators: %s: the address of the service. */
	printf( esc_html__( 'Connected to %s.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( Connection::service() ) . '</span>' );
	?>
</p>
