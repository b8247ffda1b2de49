<?php
/**
 * The page under WooCommerce, Settings: drawn from what is kept, without asking anybody.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Page {

	const TAB  = 'ad-credit';
	const PATH = 'admin.php?page=wc-settings&tab=' . self::TAB;

	public static function add( array $tabs ): array {
		return $tabs + array( self::TAB => __( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
	}

	/** Under Marketing, beside TikTok's own page. */
	public static function link_from_marketing(): void {
		add_submenu_page( 'woocommerce-marketing', '', __( 'Ad credit', 'ad-credit-status-for-woocommerce' ), 'manage_woocommerce', self::PATH );
	}

	public static function link_from_plugins( array $links ): array {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Ad credit', 'ad-credit-status-for-woocommerce' ) );
		return array_merge( array( 'wc-ad-credit' => $link ), $links );
	}

	public static function url(): string {
		return admin_url( self::PATH );
	}

	public static function show(): void {
		$GLOBALS['hide_save_button'] = true;
		Answers::want( self::language() );
		self::assets();
		echo '<div id="wc-ad-credit" class="wc-ad-credit" data-refresh="' . esc_url( rest_url( Routes::SPACE . '/refresh' ) )
			. '" data-nonce="' . esc_attr( wp_create_nonce( 'wp_rest' ) ) . '">';
		echo self::content( Actions::said() ); // phpcs:ignore -- the templates escape each value.
		echo '</div>';
	}

	/** What the page says now, as HTML; `$said` is a sentence about what was just asked for. */
	public static function content( string $said = '' ): string {
		$document = Connection::stands() ? Answers::document( self::language() ) : null;
		$values   = array( 'said' => $said, 'document' => $document );
		return Template::render( self::template( $document ), $values );
	}

	public static function language(): string {
		return Answers::tag( get_user_locale() );
	}

	private static function template( ?Document $document ): string {
		if ( ! Connection::stands() ) {
			return 'connect';
		}
		return $document ? 'status' : 'waiting';
	}

	private static function assets(): void {
		$folder = plugins_url( 'assets/', WC_AD_CREDIT_FILE );
		wp_enqueue_style( 'wc-ad-credit', $folder . 'page.css', array(), WC_AD_CREDIT_VERSION );
		wp_enqueue_script( 'wc-ad-credit', $folder . 'page.js', array( 'wp-a11y' ), WC_AD_CREDIT_VERSION, true );
	}
}
