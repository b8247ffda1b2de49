<?php
/**
 * Where the store stands: the answer first, then what it rests on.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, document, buttons, update_key, failure, read_at, problem, service, url.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$this->show( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php echo esc_html( $document->text( 'programme.title' ) ); ?></h2>
<?php
$this->show( 'delivery', $values );
$this->show( 'warnings', $values );
?>
<div class="notice inline notice-<?php echo esc_attr( $this->progress->tone( $document ) ); ?> wc-ad-credit-headline">
	<h3><?php echo esc_html( $document->text( 'headline' ) ); ?></h3>
	<?php if ( '' !== $document->text( 'next_step' ) ) : ?>
		<p><strong><?php esc_html_e( 'What to do now:', 'ad-credit-status-for-woocommerce' ); ?></strong> <?php echo esc_html( $document->text( 'next_step' ) ); ?></p>
	<?php endif; ?>
	<?php if ( $values['buttons'] ) : ?>
		<p class="submit">
			<?php
			foreach ( $values['buttons'] as $number => $button ) {
				if ( isset( $button['action'] ) ) {
					$this->button( $button['action'], $button['label'], 0 === $number );
				} else {
					$this->link_button( $button['url'], $button['label'], 0 === $number );
				}
			}
			?>
		</p>
	<?php endif; ?>
	<?php if ( ! $document->has( 'award' ) ) : ?>
		<p><?php echo esc_html( $this->messages->verdict( $document->text( 'verdict' ) ) ); ?></p>
	<?php endif; ?>
</div>
<?php
$this->show( 'update', $values );
$this->show( 'steps', $values );
?>
<div class="wc-ad-credit-grid">
	<?php
	$this->show( 'award', $values );
	$this->show( 'spend', $values );
	$this->show( 'window', $values );
	?>
</div>
<?php
$this->show( 'rules', $values );
$this->show( 'review', $values );
$this->show( 'footer', $values );
