<?php
/**
 * The ad account as read from TikTok, with the time of the reading.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

if ( ! $document->has( 'account' ) ) {
	return;
}
$zone  = $document->get_text( 'account.timezone' );
$facts = array(
	__( 'ID', 'ad-credit-status-for-woocommerce' )        => $document->get_text( 'account.advertiser_id' ),
	__( 'Country', 'ad-credit-status-for-woocommerce' )   => $document->get_text( 'account.country' ),
	__( 'Currency', 'ad-credit-status-for-woocommerce' )  => $document->get_text( 'account.currency' ),
	__( 'Time zone', 'ad-credit-status-for-woocommerce' ) => $zone,
	__( 'Payment', 'ad-credit-status-for-woocommerce' )   => $this->messages->get_payment_label( $document->get_text( 'account.payment' ) ),
);
?>
<p class="description">
	<?php
	if ( '' === $zone ) {
		esc_html_e( 'The time zone of your ad account, by which dates are counted, is not known yet.', 'ad-credit-status-for-woocommerce' );
	} else {
		/* translators: %s: a time zone, such as America/New_York. */
		printf( esc_html__( 'All dates are those of your ad account\'s time zone, %s.', 'ad-credit-status-for-woocommerce' ), '<span dir="ltr">' . esc_html( $zone ) . '</span>' );
	}
	?>
</p>
<details>
	<summary><?php esc_html_e( 'Your ad account', 'ad-credit-status-for-woocommerce' ); ?></summary>
	<ul class="wc-ad-credit-pairs">
		<?php foreach ( $facts as $name => $value ) : ?>
			<li><span><?php echo esc_html( $name ); ?></span> <span dir="ltr"><?php echo '' === $value ? esc_html__( 'Not known yet', 'ad-credit-status-for-woocommerce' ) : esc_html( $value ); ?></span></li>
		<?php endforeach; ?>
	</ul>
	<p class="description">
		<?php
		$read_at = $this->format->format_time( $document->get_text( 'account.read_at' ) );
		if ( '' === $read_at ) {
			esc_html_e( 'It is not known when this was read from TikTok.', 'ad-credit-status-for-woocommerce' );
		} else {
			/* translators: %s: date and time. */
			printf( esc_html__( 'As read from TikTok on %s.', 'ad-credit-status-for-woocommerce' ), esc_html( $read_at ) );
		}
		?>
	</p>
</details>
