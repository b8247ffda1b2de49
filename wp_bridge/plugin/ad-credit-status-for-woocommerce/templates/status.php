<?php
/**
 * The page of a connected store: its status first, then its progress, then the rules and further cards.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var \WcAdCredit\Template $this
 * @var array                $values flash, document, button, figure, market, currency, chart, update_key, failure, read_at, problem, service, url, history, support, mail, fields.
 */

defined( 'ABSPATH' ) || exit;

$document = $values['document'];

$this->print_template( 'flash', array( 'flash' => $values['flash'] ) );
?>
<h2><?php echo esc_html( $document->get_text( 'programme.title' ) ); ?></h2>
<?php
$this->print_template( 'delivery', $values );
$this->print_template( 'warnings', $values );
$this->print_template( 'headline', $values );
$this->print_template( 'update', $values );
$this->print_template( 'steps', $values );
$this->print_template( 'troubles', $values );
?>
<div class="wc-ad-credit-grid">
	<?php
	$this->print_column( 'credit', $values );
	$this->print_column( 'period', $values );
	?>
</div>
<?php
$this->print_template( 'rules', $values );
$this->print_template( 'review', $values );
$this->print_template( 'mail', $values );
$this->print_template( 'history', $values );
$this->print_template( 'support', $values );
$this->print_template( 'footer', $values );
