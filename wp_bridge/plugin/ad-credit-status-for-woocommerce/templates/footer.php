<?php
/**
 * The age of the status document, the service's address and the link to disconnect.
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
			$sentences = array(
				/* translators: %s: date and time. */
				sprintf( __( 'Decided on %s, with the figures read until then.', 'ad-credit-status-for-woocommerce' ), $this->format->format_time( $document->get_text( 'as_of' ) ) ),
				/* translators: %s: how long ago, such as "2 hours ago". */
				sprintf( __( 'Fetched %s.', 'ad-credit-status-for-woocommerce' ), $this->format->format_age( $values['read_at'] ) ),
			);
			if ( '' !== $document->get_text( 'next_check' ) ) {
				/* translators: %s: date and time. */
				$sentences[] = sprintf( __( 'TikTok\'s figures are read next on %s.', 'ad-credit-status-for-woocommerce' ), $this->format->format_time( $document->get_text( 'next_check' ) ) );
			}
			/* translators: %s: a time zone, such as America/New_York or +02:00. */
			$sentences[] = sprintf( __( 'Times are your site\'s, %s.', 'ad-credit-status-for-woocommerce' ), wp_timezone_string() );
			echo esc_html( implode( ' ', $sentences ) );
			?>
		</p>
	<?php endif; ?>
	<p class="description">
		<?php
		/* translators: %s: the address of the service. */
		printf( esc_html__( 'Connected to %s.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( $values['service'] ) . '</span>' );
		if ( $document ) {
			$this->print_template( 'terms', array( 'document' => $document ) );
		}
		?>
	</p>
	<p class="submit"><?php $this->print_link_button( add_query_arg( Page::CONFIRM_PARAMETER, '1', $values['url'] ), __( 'Disconnect', 'ad-credit-status-for-woocommerce' ) ); ?></p>
</div>
