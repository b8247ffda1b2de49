<?php
/**
 * The credit: its state, its dates and how it is used.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

if ( ! $document->has( 'award' ) ) {
	return;
}
$is_overdue = $this->progress->is_overdue( $document );
$currency   = $document->get_text( 'award.currency' );
$expires    = $document->get_text( 'programme.credit_expires' );
$is_usable  = 'expired' !== $document->get_text( 'award.state' ) && substr( $document->get_text( 'as_of' ), 0, 10 ) <= $expires;
$pairs      = array(
	__( 'State', 'ad-credit-status-for-woocommerce' ) => $this->messages->get_award_state_label( $is_overdue ? 'overdue' : $document->get_text( 'award.state' ) ),
	$is_overdue ? __( 'Was due by', 'ad-credit-status-for-woocommerce' ) : __( 'Due by', 'ad-credit-status-for-woocommerce' ) => 'due' === $document->get_text( 'award.state' ) ? $this->format->format_date( $document->get_text( 'award.due_by' ) ) : '',
	__( 'In your account since', 'ad-credit-status-for-woocommerce' ) => $this->format->format_time( $document->get_text( 'award.credited_at' ) ),
	__( 'Left by TikTok\'s balance', 'ad-credit-status-for-woocommerce' ) => $this->format->format_money( $document->get_text( 'award.remaining' ), $currency ),
	__( 'Can be used until', 'ad-credit-status-for-woocommerce' ) => $is_usable ? $this->format->format_date( $expires ) : '',
	'code' === $document->get_text( 'award.delivery' ) ? __( 'Code', 'ad-credit-status-for-woocommerce' ) : __( 'Reference', 'ad-credit-status-for-woocommerce' ) => $document->get_text( 'award.reference' ),
);
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Your credit', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p class="wc-ad-credit-figure"><?php echo esc_html( $this->format->format_money( $document->get_text( 'award.credit' ), $currency ) ); ?></p>
	<ul class="wc-ad-credit-pairs">
		<?php foreach ( array_filter( $pairs ) as $name => $value ) : ?>
			<li><span><?php echo esc_html( $name ); ?></span> <span><?php echo esc_html( $value ); ?></span></li>
		<?php endforeach; ?>
	</ul>
	<?php if ( $is_usable && '' !== $document->get_text( 'award.used' ) ) : ?>
		<p><?php echo esc_html( $document->get_text( 'award.used' ) ); ?></p>
	<?php endif; ?>
</section>
