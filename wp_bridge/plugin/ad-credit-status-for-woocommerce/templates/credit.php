<?php
/**
 * What the store gets, or is on the way to.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, market, currency, chart.
 */

defined( 'ABSPATH' ) || exit;

$this->show( 'award', $values );
$this->show( 'offer', $values );
if ( ! $this->progress->is_behind( $values['document'] ) ) {
	$this->show( 'spend', $values );
}
