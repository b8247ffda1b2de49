<?php
/**
 * The credit: how it stands, when it comes, until when and how it is used.
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
$currency   = $document->text( 'award.currency' );
$expires    = $document->text( 'programme.credit_expires' );
$is_usable  = 'expired' !== $document->text( 'award.state' ) && substr( $document->text( 'as_of' ), 0, 10 ) <= $expires;
$pairs      = array(
	__( 'State', 'ad-credit-status-for-woocommerce' ) => $this->messages->award_state( $is_overdue ? 'overdue' : $document->text( 'award.state' ) ),
	$is_overdue ? __( 'Was due by', 'ad-credit-status-for-woocommerce' ) : __( 'Due by', 'ad-credit-status-for-woocommerce' ) => 'due' === $document->text( 'award.state' ) ? $this->format->date( $document->text( 'award.due_by' ) ) : '',
	__( 'In your account since', 'ad-credit-status-for-woocommerce' ) => $this->format->time( $document->text( 'award.credited_at' ) ),
	__( 'Left by TikTok\'s balance', 'ad-credit-status-for-woocommerce' ) => $this->format->money( $document->text( 'award.remaining' ), $currency ),
	__( 'Can be used until', 'ad-credit-status-for-woocommerce' ) => $is_usable ? $this->format->date( $expires ) : '',
	'code' === $document->text( 'award.delivery' ) ? __( 'Code', 'ad-credit-status-for-woocommerce' ) : __( 'Reference', 'ad-credit-status-for-woocommerce' ) => $document->text( 'award.reference' ),
);
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Your credit', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p class="wc-ad-credit-figure"><?php echo esc_html( $this->format->money( $document->text( 'award.credit' ), $currency ) ); ?></p>
	<ul class="wc-ad-credit-pairs">
		<?php foreach ( array_filter( $pairs ) as $name => $value ) : ?>
			<li><span><?php echo esc_html( $name ); ?></span> <span><?php echo esc_html( $value ); ?></span></li>
		<?php endforeach; ?>
	</ul>
	<?php if ( $is_usable && '' !== $document->text( 'award.used' ) ) : ?>
		<p><?php echo esc_html( $document->text( 'award.used' ) ); ?></p>
	<?php endif; ?>
</section>
