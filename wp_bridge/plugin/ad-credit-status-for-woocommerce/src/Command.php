<?php
/**
 * `wp ad-credit`: the same answer in a terminal.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_CLI;

defined( 'ABSPATH' ) || exit;

final class Command {

	/**
	 * Tells where the store stands, by the last answer of the service.
	 *
	 * ## OPTIONS
	 *
	 * [--refresh]
	 * : Ask the service first.
	 *
	 * [--format=<format>]
	 * : text or json (the whole status document).
	 * ---
	 * default: text
	 * options:
	 *   - text
	 *   - json
	 * ---
	 */
	public function status( array $args, array $options ): void {
		if ( isset( $options['refresh'] ) && ! Refresher::ask_anew() ) {
			WP_CLI::warning( Words::of_answer( Refresher::why_not() ) );
		}
		$document = Answers::document( Answers::tag( get_locale() ) );
		if ( ! $document ) {
			WP_CLI::error( Words::of_answer( Refresher::why_not() ) );
		}
		if ( 'json' === ( $options['format'] ?? 'text' ) ) {
			WP_CLI::line( (string) wp_json_encode( $document->all() ) );
			return;
		}
		WP_CLI::line( $document->text( 'headline' ) );
		WP_CLI::line( $document->text( 'next_step' ) );
		WP_CLI::line( Format::age( Answers::read_at() ) );
	}
}
