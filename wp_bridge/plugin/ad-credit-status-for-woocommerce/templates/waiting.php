<?php
/**
 * Connected, and no answer yet.
 *
 * @package WcAdCredit
 * @var string $said
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

Template::show( 'said', array( 'said' => $said ) );
Template::nonce();
?>
<h2><?php esc_html_e( 'See where you stand with your ad credit', 'ad-credit-status-for-woocommerce' ); ?></h2>
<div class="notice inline <?php echo Answers::trouble() ? 'notice-warning' : 'notice-info'; ?>">
	<p><?php echo esc_html( Words::of_answer( Answers::trouble() ?: 'waiting' ) ); ?></p>
</div>
<?php
Template::show( 'foot', array( 'document' => null ) );
