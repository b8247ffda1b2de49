<?php
/**
 * The WP-CLI command wp ad-credit.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Prints the store's status in a terminal.
 *
 * @since 1.0.0
 */
final class Command {

	/**
	 * The plugin, which holds the objects.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Set the dependencies.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin, which holds the objects.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Print the store's status from the last answer of the service.
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
	 *
	 * @since 1.0.0
	 *
	 * @param string[]              $args    Not used.
	 * @param array<string, string> $options The options above.
	 * @return void
	 */
	public function status( array $args, array $options ): void {
		$messages = $this->plugin->messages;
		$cache    = $this->plugin->cache;
		if ( isset( $options['refresh'] ) ) {
			$code = $this->plugin->refresher->refresh();
			if ( ! in_array( $code, Refresher::SUCCESS_CODES, true ) ) {
				WP_CLI::warning( $messages->get_message( $code ) );
			}
		}
		$document = $cache->get_site_document();
		if ( ! $document ) {
			WP_CLI::error( $messages->get_message( $this->plugin->refresher->get_failure_code() ) );
		}
		if ( 'json' === ( $options['format'] ?? 'text' ) ) {
			WP_CLI::line( (string) wp_json_encode( $document->to_array() ) );
			return;
		}
		WP_CLI::line( $document->get_text( 'headline' ) );
		WP_CLI::line( $document->get_text( 'next_step' ) );
		WP_CLI::line( $this->plugin->format->format_age( $cache->get_read_time() ) );
	}
}
