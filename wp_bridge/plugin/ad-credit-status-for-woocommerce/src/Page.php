<?php
/**
 * The page under Marketing: drawn from what is stored, without asking anybody.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

/**
 * Draws the page and registers the ways to it.
 *
 * @since 1.0.0
 */
final class Page {

	const SLUG = 'wc-ad-credit';
	const PATH = 'admin.php?page=' . self::SLUG;

	/** The tab in WooCommerce's settings, which leads to the page. */
	const TAB = 'ad-credit';

	/** Asks for the question before Disconnect. */
	const CONFIRM = 'confirm';

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
	 * Register the hooks.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function register(): void {
		add_action( 'admin_menu', array( $this, 'add_page' ), 99 );
		add_filter( 'woocommerce_settings_tabs_array', array( $this, 'add_settings_tab' ), 50 );
		add_action( 'woocommerce_settings_' . self::TAB, array( $this, 'show_link' ) );
		add_filter( 'plugin_action_links_' . plugin_basename( WC_AD_CREDIT_FILE ), array( $this, 'add_plugin_link' ) );
	}

	/**
	 * Add the page to the Marketing menu, beside TikTok's own.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function add_page(): void {
		$title = __( 'Ad credit', 'ad-credit-status-for-woocommerce' );
		add_submenu_page( 'woocommerce-marketing', $title, $title, 'manage_woocommerce', self::SLUG, array( $this, 'show' ) );
	}

	/**
	 * Add a tab to WooCommerce's settings, where merchants of other extensions look first.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, string> $tabs Labels by id.
	 * @return array<string, string>
	 */
	public function add_settings_tab( array $tabs ): array {
		return $tabs + array( self::TAB => __( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
	}

	/**
	 * Print the settings tab: a link to the page.
	 *
	 * @since 1.1.0
	 *
	 * @return void
	 */
	public function show_link(): void {
		// phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals.NonPrefixedVariableFound -- WooCommerce's own switch.
		$GLOBALS['hide_save_button'] = true;
		printf(
			'<p><a class="button button-primary" href="%s">%s</a></p>',
			esc_url( $this->url() ),
			esc_html__( 'Open Ad credit under Marketing', 'ad-credit-status-for-woocommerce' )
		);
	}

	/**
	 * Add a link to the list of plugins.
	 *
	 * @since 1.0.0
	 *
	 * @param array<string, string> $links The plugin's links.
	 * @return array<string, string>
	 */
	public function add_plugin_link( array $links ): array {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( $this->url() ), esc_html__( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
		return array_merge( array( 'wc-ad-credit' => $link ), $links );
	}

	/**
	 * Return the page's address.
	 *
	 * @since 1.0.0
	 *
	 * @return string
	 */
	public function url(): string {
		return admin_url( self::PATH );
	}

	/**
	 * Print the page.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	public function show(): void {
		$language = $this->language();
		$this->plugin->cache->want( $language );
		if ( $this->plugin->connection->is_established() && ! $this->plugin->cache->document( $language ) ) {
			$this->plugin->schedule->refresh_now();
		}
		$this->enqueue_assets();
		$this->plugin->template->show(
			'page',
			array(
				'content'     => $this->content( $this->plugin->flash->take(), $this->asks_to_confirm() ),
				'refresh_url' => rest_url( Routes::SPACE . '/refresh' ),
				'is_waiting'  => $this->is_waiting(),
			)
		);
	}

	/**
	 * Return what the page says now, as HTML.
	 *
	 * @since 1.0.0
	 *
	 * @param array{codes: string[], fields: array<string, string>} $flash      What is told once.
	 * @param bool                                                  $is_confirm Whether to ask before disconnecting.
	 * @return string
	 */
	public function content( array $flash, bool $is_confirm = false ): string {
		$document = $this->document();
		$this->plugin->format->follow( $document );
		return $this->plugin->template->render(
			$this->template( $document, $is_confirm ),
			array(
				'document'    => $document,
				'flash'       => $this->sentences( $flash['codes'] ),
				'fields'      => $flash['fields'],
				'service'     => $this->plugin->connection->service(),
				'url'         => $this->url(),
				'failure'     => $this->plugin->cache->failure(),
				'read_at'     => $this->plugin->cache->read_at(),
				'problem'     => $this->plugin->deliveries->problem(),
				'has_webhook' => '' !== $this->plugin->webhooks->service() && ! $this->plugin->connection->is_ended(),
			) + ( $document ? $this->about( $document ) : array() )
		);
	}

	/**
	 * Return what the page says about a document beside its own words.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document The document to show.
	 * @return array<string, mixed>
	 */
	private function about( Document $document ): array {
		$problem = $this->plugin->deliveries->problem();
		return array(
			'update_key' => $this->update_key( $document ),
			'button'     => $this->plugin->next_step->button( $document, $this->plugin->integration->state() ),
			'figure'     => $this->plugin->key_figure->of( $document ),
			'market'     => $this->plugin->offer->market( $document ),
			'currency'   => $this->plugin->offer->currency( $document ),
			'chart'      => $this->plugin->chart->draw( $document ),
			'history'    => $this->plugin->cache->history( $this->language() ),
			'support'    => $this->plugin->support->write( $document, $this->plugin->cache->failure(), $problem ? $problem['code'] : '' ),
			'mail'       => $this->plugin->mail->address(),
		);
	}

	/**
	 * Return the language the current user reads.
	 *
	 * @since 1.0.0
	 *
	 * @return string A tag such as es-MX.
	 */
	public function language(): string {
		return $this->plugin->cache->language_tag( get_user_locale() );
	}

	/**
	 * Return the document to show: in the reader's language, or in another where the service cannot be asked.
	 *
	 * @since 1.1.0
	 *
	 * @return Document|null
	 */
	private function document(): ?Document {
		if ( ! $this->plugin->connection->is_established() ) {
			return null;
		}
		$document = $this->plugin->cache->document( $this->language() );
		return $document || '' === $this->plugin->cache->failure() ? $document : $this->plugin->cache->any_document();
	}

	/**
	 * Tell whether the page waits for an answer, which a script may fetch at once.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	private function is_waiting(): bool {
		return $this->plugin->connection->is_established() && ! $this->document() && '' === $this->plugin->cache->failure();
	}

	/**
	 * Return the name of the template that fits.
	 *
	 * @since 1.0.0
	 *
	 * @param Document|null $document   The document to show.
	 * @param bool          $is_confirm Whether to ask before disconnecting.
	 * @return string
	 */
	private function template( ?Document $document, bool $is_confirm ): string {
		if ( ! $this->plugin->connection->is_established() ) {
			return 'connect';
		}
		if ( $is_confirm ) {
			return 'disconnect';
		}
		return $document ? 'status' : 'waiting';
	}

	/**
	 * Return the key of an update that the current user has not seen.
	 *
	 * @since 1.1.0
	 *
	 * @param Document $document The document to show.
	 * @return string Empty when there is none.
	 */
	private function update_key( Document $document ): string {
		$key = $this->plugin->notice->key( $document );
		return $this->plugin->notice->is_dismissed( $key ) ? '' : $key;
	}

	/**
	 * Join the sentences for codes.
	 *
	 * @since 1.1.0
	 *
	 * @param string[] $codes Codes of Messages::sentence().
	 * @return string
	 */
	private function sentences( array $codes ): string {
		return implode( ' ', array_filter( array_map( array( $this->plugin->messages, 'sentence' ), $codes ) ) );
	}

	/**
	 * Tell whether the reader pressed Disconnect and is to be asked.
	 *
	 * @since 1.1.0
	 *
	 * @return bool
	 */
	private function asks_to_confirm(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- it only chooses what is shown.
		return isset( $_GET[ self::CONFIRM ] );
	}

	/**
	 * Load style and script.
	 *
	 * @since 1.0.0
	 *
	 * @return void
	 */
	private function enqueue_assets(): void {
		$folder = plugins_url( 'assets/', WC_AD_CREDIT_FILE );
		wp_enqueue_style( 'wc-ad-credit', $folder . 'page.css', array(), WC_AD_CREDIT_VERSION );
		wp_enqueue_script( 'wc-ad-credit', $folder . 'page.js', array( 'wp-a11y' ), WC_AD_CREDIT_VERSION, true );
	}
}
