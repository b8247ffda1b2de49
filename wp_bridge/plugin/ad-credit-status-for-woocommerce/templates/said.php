<?php
/**
 * What was just done, read out to who cannot see it.
 *
 * @package WcAdCredit
 * @var string $said
 */

defined( 'ABSPATH' ) || exit;
?>
<div class="wc-ad-credit-said" role="status"><?php echo '' === $said ? '' : '<p>' . esc_html( $said ) . '</p>'; ?></div>
