<?php
/**
 * The command wp ad-credit: the same answer in a terminal.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Prints where the store stands.
 *
 * @since 1.0.0
 */
final class Command {

	/**
	 * The plugin's parts.
	 *
	 * @since 1.1.0
	 * @var Plugin
	 */
	private Plugin $plugin;

	/**
	 * Take the plugin's parts.
	 *
	 * @since 1.1.0
	 *
	 * @param Plugin $plugin The plugin.
	 */
	public function __construct( Plugin $plugin ) {
		$this->plugin = $plugin;
	}

	/**
	 * Prints where the store stands, by the last answer of the service.
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
			if ( ! in_array( $code, array( 'requested', 'recent', 'latest' ), true ) ) {
				WP_CLI::warning( $messages->sentence( $code ) );
			}
		}
		$document = $cache->document( $cache->language_tag( get_locale() ) ) ?? $cache->any_document();
		if ( ! $document ) {
			WP_CLI::error( $messages->sentence( $this->plugin->refresher->failure() ) );
		}
		if ( 'json' === ( $options['format'] ?? 'text' ) ) {
			WP_CLI::line( (string) wp_json_encode( $document->all() ) );
			return;
		}
		WP_CLI::line( $document->text( 'headline' ) );
		WP_CLI::line( $document->text( 'next_step' ) );
		WP_CLI::line( $this->plugin->format->age( $cache->read_at() ) );
	}
}
