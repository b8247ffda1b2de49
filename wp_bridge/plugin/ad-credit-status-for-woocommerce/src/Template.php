<?php
/**
 * Fills a file of templates/ with values; each template escapes what it prints.
 *
 * @package WcAdCredit
 */

namespace WcAdCredit;

defined( 'ABSPATH' ) || exit;

final class Template {

	/** @param array $values What the template may use, by name. */
	public static function render( string $name, array $values ): string {
		ob_start();
		( static function ( string $wc_ad_credit_file, array $wc_ad_credit_values ): void {
			extract( $wc_ad_credit_values ); // phpcs:ignore -- our own names only.
			require $wc_ad_credit_file;
		} )( dirname( __DIR__ ) . "/templates/$name.php", $values );
		return (string) ob_get_clean();
	}

	public static function show( string $name, array $values ): void {
		echo self::render( $name, $values ); // phpcs:ignore -- escaped by the template.
	}

	/** A button that asks for one of Actions; it sends WooCommerce's own form, so that no script is needed. */
	public static function button( string $does, string $label, bool $is_primary = false ): void {
		printf(
			'<button type="submit" class="button%s" name="%s" value="%s" formaction="%s" formmethod="post">%s</button>',
			$is_primary ? ' button-primary' : '',
			esc_attr( Actions::DOES ),
			esc_attr( $does ),
			esc_url( admin_url( 'admin-post.php?action=' . Actions::ACTION ) ),
			esc_html( $label )
		);
	}

	public static function nonce(): void {
		wp_nonce_field( Actions::ACTION, Actions::NONCE, false );
	}
}
