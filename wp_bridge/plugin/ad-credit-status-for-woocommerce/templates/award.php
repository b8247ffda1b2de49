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
$pairs      = array(
	__( 'State', 'ad-credit-status-for-woocommerce' ) => $this->messages->award_state( $is_overdue ? 'overdue' : $document->text( 'award.state' ) ),
	$is_overdue ? __( 'Was due by', 'ad-credit-status-for-woocommerce' ) : __( 'Due by', 'ad-credit-status-for-woocommerce' ) => 'due' === $document->text( 'award.state' ) ? $this->format->date( $document->text( 'award.due_by' ) ) : '',
	__( 'Can be used until', 'ad-credit-status-for-woocommerce' ) => $this->format->date( $document->text( 'programme.credit_expires' ) ),
	'code' === $document->text( 'award.delivery' ) ? __( 'Code', 'ad-credit-status-for-woocommerce' ) : __( 'Reference', 'ad-credit-status-for-woocommerce' ) => $document->text( 'award.reference' ),
);
?>
<section class="wc-ad-credit-card">
	<h3><?php esc_html_e( 'Your credit', 'ad-credit-status-for-woocommerce' ); ?></h3>
	<p class="wc-ad-credit-figure"><?php echo esc_html( $this->format->money( $document->text( 'award.credit' ), $document->text( 'award.currency' ) ) ); ?></p>
	<?php if ( $is_overdue ) : ?>
		<p><strong><?php esc_html_e( 'The date it was due by has passed. The team that issues it sees this too; ask for a review if it stays like this.', 'ad-credit-status-for-woocommerce' ); ?></strong></p>
	<?php endif; ?>
	<ul class="wc-ad-credit-pairs">
		<?php foreach ( array_filter( $pairs ) as $name => $value ) : ?>
			<li><span><?php echo esc_html( $name ); ?></span> <span><?php echo esc_html( $value ); ?></span></li>
		<?php endforeach; ?>
	</ul>
	<?php if ( '' !== $document->text( 'award.used' ) ) : ?>
		<p><?php echo esc_html( $document->text( 'award.used' ) ); ?></p>
	<?php endif; ?>
</section>
