<?php
/**
 * The text for support, to be copied into a message. It holds no token, no code and no customer data.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Builds the text, in English and with ids, since support reads it.
 *
 * @since 1.1.0
 */
final class SupportText {

	/**
	 * Identifies this installation.
	 *
	 * @since 1.1.0
	 * @var Installation
	 */
	private Installation $installation;

	/**
	 * The stored connection.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Installation $installation Identifies this installation.
	 * @param Connection   $connection   The stored connection.
	 */
	public function __construct( Installation $installation, Connection $connection ) {
		$this->installation = $installation;
		$this->connection   = $connection;
	}

	/**
	 * Build the text.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param string   $failure  The error code of the last fetch; empty when it succeeded.
	 * @param string   $problem  The code of the delivery problem; empty for none.
	 * @return string
	 */
	public function build( Document $document, string $failure, string $problem ): string {
		$lines = array(
			'Plugin'       => WC_AD_CREDIT_VERSION . ', WordPress ' . get_bloginfo( 'version' ) . ', WooCommerce ' . ( defined( 'WC_VERSION' ) ? WC_VERSION : '-' ) . ', PHP ' . PHP_VERSION,
			'Service'      => $this->connection->get_service_url(),
			'Store'        => $this->join_values( $document, array( 'store.id', 'store.country' ) ) . ', ' . $this->installation->get_home_url(),
			'Installation' => $this->installation->get_id(),
			'Offer'        => $document->get_text( 'programme.id' ),
			'Stage'        => $this->join_values( $document, array( 'stage', 'verdict', 'as_of' ) ),
			'Ad account'   => $this->join_values( $document, array( 'account.advertiser_id', 'account.country', 'account.currency', 'account.timezone', 'account.payment', 'account.read_at' ) ),
			'Window'       => $this->join_values( $document, array( 'window.first_date', 'window.last_date', 'window.state', 'window.bills_until' ) ),
			'Spend'        => $this->join_values( $document, array( 'spend.qualifying', 'spend.currency', 'spend.final_through', 'spend.read_at' ) ),
			'Award'        => $this->join_values( $document, array( 'award.id', 'award.state', 'award.credit', 'award.currency', 'award.due_by', 'award.credited_at' ) ),
			'Review'       => $this->join_values( $document, array( 'review.id', 'review.state' ) ),
			'Last failure' => '' === $failure ? 'none' : $failure,
			'Reports'      => '' === $problem ? 'ok' : $problem,
		);
		$text  = '';
		foreach ( $lines as $name => $value ) {
			$text .= "$name: " . preg_replace( '/\s+/', ' ', $value ) . "\n";
		}
		return $text . $this->build_trouble_lines( $document ) . $this->build_rule_lines( $document );
	}

	/**
	 * Build a line for each trouble.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string
	 */
	private function build_trouble_lines( Document $document ): string {
		$text = '';
		foreach ( $document->get_objects( 'troubles' ) as $trouble ) {
			$text .= 'Trouble: ' . $this->join_values( $trouble, array( 'id', 'who', 'since' ) ) . "\n";
		}
		return $text;
	}

	/**
	 * Build a line for each rule and each piece of its evidence.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string
	 */
	private function build_rule_lines( Document $document ): string {
		$text = '';
		foreach ( $document->get_objects( 'rules' ) as $rule ) {
			$text .= 'Rule ' . $this->join_values( $rule, array( 'id', 'outcome' ) ) . "\n";
			foreach ( $rule->get_objects( 'evidence' ) as $fact ) {
				$text .= "\t" . $fact->get_text( 'fact' ) . ' = ' . wp_json_encode( $fact->get_value( 'value' ) ) . ' (' . $this->join_values( $fact, array( 'source', 'read_at' ) ) . ")\n";
			}
		}
		return $text;
	}

	/**
	 * Join values of a document, with a dash for each unknown one.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document Any object of the document.
	 * @param string[] $paths    The paths of the values.
	 * @return string
	 */
	private function join_values( Document $document, array $paths ): string {
		$values = array();
		foreach ( $paths as $path ) {
			$value    = $document->get_text( $path );
			$values[] = '' === $value ? '-' : $value;
		}
		return implode( ', ', $values );
	}
}
