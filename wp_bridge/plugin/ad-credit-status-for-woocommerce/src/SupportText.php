<?php
/**
 * What support needs to know, to be copied into a message; holds no token, code or customer's data.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Writes the text, in English and with ids, since it is read by support.
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
	 * The connection, of which only the address is told.
	 *
	 * @since 1.1.0
	 * @var Connection
	 */
	private Connection $connection;

	/**
	 * Take what the text tells beside the document.
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
	 * Return the text.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @param string   $failure  Why the last call failed; empty when it did not.
	 * @param string   $problem  What keeps reports from the service; empty for nothing.
	 * @return string
	 */
	public function write( Document $document, string $failure, string $problem ): string {
		$lines = array(
			'Plugin'       => WC_AD_CREDIT_VERSION . ', WordPress ' . get_bloginfo( 'version' ) . ', WooCommerce ' . ( defined( 'WC_VERSION' ) ? WC_VERSION : '-' ) . ', PHP ' . PHP_VERSION,
			'Service'      => $this->connection->service(),
			'Store'        => $this->join( $document, array( 'store.id', 'store.country' ) ) . ', ' . $this->installation->home_url(),
			'Installation' => $this->installation->id(),
			'Offer'        => $document->text( 'programme.id' ),
			'Stage'        => $this->join( $document, array( 'stage', 'verdict', 'as_of' ) ),
			'Ad account'   => $this->join( $document, array( 'account.advertiser_id', 'account.country', 'account.currency', 'account.timezone', 'account.payment', 'account.read_at' ) ),
			'Window'       => $this->join( $document, array( 'window.first_date', 'window.last_date', 'window.state', 'window.bills_until' ) ),
			'Spend'        => $this->join( $document, array( 'spend.qualifying', 'spend.currency', 'spend.final_through', 'spend.read_at' ) ),
			'Award'        => $this->join( $document, array( 'award.id', 'award.state', 'award.credit', 'award.currency', 'award.due_by', 'award.credited_at' ) ),
			'Review'       => $this->join( $document, array( 'review.id', 'review.state' ) ),
			'Last failure' => '' === $failure ? 'none' : $failure,
			'Reports'      => '' === $problem ? 'ok' : $problem,
		);
		$text  = '';
		foreach ( $lines as $name => $value ) {
			$text .= "$name: " . preg_replace( '/\s+/', ' ', $value ) . "\n";
		}
		return $text . $this->troubles( $document ) . $this->rules( $document );
	}

	/**
	 * Return a line for each trouble.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string
	 */
	private function troubles( Document $document ): string {
		$text = '';
		foreach ( $document->each( 'troubles' ) as $trouble ) {
			$text .= 'Trouble: ' . $this->join( $trouble, array( 'id', 'who', 'since' ) ) . "\n";
		}
		return $text;
	}

	/**
	 * Return each rule with its outcome and evidence.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document A status document.
	 * @return string
	 */
	private function rules( Document $document ): string {
		$text = '';
		foreach ( $document->each( 'rules' ) as $rule ) {
			$text .= 'Rule ' . $this->join( $rule, array( 'id', 'outcome' ) ) . "\n";
			foreach ( $rule->each( 'evidence' ) as $line ) {
				$text .= "\t" . $line->text( 'fact' ) . ' = ' . wp_json_encode( $line->value( 'value' ) ) . ' (' . $this->join( $line, array( 'source', 'read_at' ) ) . ")\n";
			}
		}
		return $text;
	}

	/**
	 * Join values of a document; a dash stands for what is not known.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document Any object of the document.
	 * @param string[] $paths    The values' paths.
	 * @return string
	 */
	private function join( Document $document, array $paths ): string {
		$values = array();
		foreach ( $paths as $path ) {
			$value    = $document->text( $path );
			$values[] = '' === $value ? '-' : $value;
		}
		return implode( ', ', $values );
	}
}
