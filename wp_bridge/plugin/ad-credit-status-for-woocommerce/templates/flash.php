<?php
/**
 * The result of the last action, also announced by screen readers.
 *
 * @package WcAdCredit
 * @since 1.0.0
 * @var array $values flash (a text).
 */

defined( 'ABSPATH' ) || exit;
?>
<div class="wc-ad-credit-flash" role="status"><?php echo '' === $values['flash'] ? '' : '<p>' . esc_html( $values['flash'] ) . '</p>'; ?></div>
