<?php
/**
 * How old the answer is, and how to end the connection.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, read_at, service, url.
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$document = $values['document'];
?>
<div id="wc-ad-credit-footer">
	<?php if ( $document ) : ?>
		<p class="description">
			<?php
			$parts = array(
				/* translators: %s: date and time. */
				sprintf( __( 'Decided on %s, with the figures read until then.', 'ad-credit-status-for-woocommerce' ), $this->format->time( $document->text( 'as_of' ) ) ),
				/* translators: %s: how long ago, such as "2 hours ago". */
				sprintf( __( 'Fetched %s.', 'ad-credit-status-for-woocommerce' ), $this->format->age( $values['read_at'] ) ),
			);
			if ( '' !== $document->text( 'next_check' ) ) {
				/* translators: %s: date and time. */
				$parts[] = sprintf( __( 'TikTok\'s figures are read next on %s.', 'ad-credit-status-for-woocommerce' ), $this->format->time( $document->text( 'next_check' ) ) );
			}
			/* translators: %s: a time zone, such as America/New_York or +02:00. */
			$parts[] = sprintf( __( 'Times are your site\'s, %s.', 'ad-credit-status-for-woocommerce' ), wp_timezone_string() );
			echo esc_html( implode( ' ', $parts ) );
			?>
		</p>
	<?php endif; ?>
	<p class="description">
		<?php
		/* translators: %s: the address of the service. */
		printf( esc_html__( 'Connected to %s.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( $values['service'] ) . '</span>' );
		if ( $document ) {
			$this->show( 'terms', array( 'document' => $document ) );
		}
		?>
	</p>
	<p class="submit"><?php $this->link_button( add_query_arg( Page::CONFIRM, '1', $values['url'] ), __( 'Disconnect', 'ad-credit-status-for-woocommerce' ) ); ?></p>
</div>
