<?php
/**
 * Where the store stands: the answer first, then what concerns its stage, then what it rests on.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, document, button, figure, market, currency, chart, update_key, failure, read_at, problem, service, url, history, support, mail, fields.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$this->show( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php echo esc_html( $document->text( 'programme.title' ) ); ?></h2>
<?php
$this->show( 'delivery', $values );
$this->show( 'warnings', $values );
$this->show( 'headline', $values );
$this->show( 'update', $values );
$this->show( 'steps', $values );
$this->show( 'troubles', $values );
?>
<div class="wc-ad-credit-grid">
	<?php
	$this->show_column( 'credit', $values );
	$this->show_column( 'period', $values );
	?>
</div>
<?php
$this->show( 'rules', $values );
$this->show( 'review', $values );
$this->show( 'mail', $values );
$this->show( 'history', $values );
$this->show( 'support', $values );
$this->show( 'footer', $values );
