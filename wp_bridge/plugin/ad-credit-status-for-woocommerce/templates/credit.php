<?php
/**
 * The column with the award, the offer or the spend.
 *
 * @package WcAdCredit
 * @since 1.1.0
 * @var \WcAdCredit\Template $this
 * @var array                $values document, market, currency, chart.
 */

defined( 'ABSPATH' ) || exit;

$this->print_template( 'award', $values );
$this->print_template( 'offer', $values );
if ( ! $this->progress->is_past_spending( $values['document'] ) ) {
	$this->print_template( 'spend', $values );
}
