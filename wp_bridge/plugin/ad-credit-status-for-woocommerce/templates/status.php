<?php
/**
 * Where the store stands: the answer first, then what it rests on.
 *
 * @package WcAdCredit
 * @var string $said
 * @var WcAdCredit\Document $document
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

$values = array( 'document' => $document );

Template::show( 'said', array( 'said' => $said ) );
Template::nonce();
?>
<h2><?php echo esc_html( $document->text( 'programme.title' ) ); ?></h2>
<?php Template::show( 'doubts', $values ); ?>
<div class="notice inline notice-<?php echo esc_attr( Progress::tone( $document ) ); ?> wc-ad-credit-headline">
	<h3><?php echo esc_html( $document->text( 'headline' ) ); ?></h3>
	<?php if ( '' !== $document->text( 'next_step' ) ) : ?>
		<p><strong><?php esc_html_e( 'What to do now:', 'ad-credit-status-for-woocommerce' ); ?></strong> <?php echo esc_html( $document->text( 'next_step' ) ); ?></p>
	<?php endif; ?>
	<?php if ( Progress::lacks_consent( $document ) ) : ?>
		<p class="submit"><?php Template::button( 'tiktok', __( 'Connect TikTok', 'ad-credit-status-for-woocommerce' ), true ); ?></p>
	<?php endif; ?>
	<?php if ( ! $document->has( 'award' ) ) : ?>
		<p><?php echo esc_html( Words::of_verdict( $document->text( 'verdict' ) ) ); ?></p>
	<?php endif; ?>
</div>
<?php
Template::show( 'news', $values );
Template::show( 'steps', $values );
?>
<div class="wc-ad-credit-grid">
	<?php
	Template::show( 'award', $values );
	Template::show( 'spend', $values );
	Template::show( 'window', $values );
	?>
</div>
<?php
Template::show( 'rules', $values );
Template::show( 'review', $values );
Template::show( 'foot', $values );
