<?php
/** WooCommerce's menus, its settings page with one form around each tab, and its system status page. */

namespace Automattic\WooCommerce\Utilities {
	final class FeaturesUtil {
		public static function declare_compatibility( string $feature, string $file, bool $is ): bool {
			update_option( "stand_in_declared_$feature", plugin_basename( $file ) . ( $is ? ' yes' : ' no' ) );
			return true;
		}
	}
}

namespace {
	function stand_in_print_settings(): void {
		$tabs    = apply_filters( 'woocommerce_settings_tabs_array', array( 'general' => 'General' ) );
		$current = sanitize_title( wp_unslash( $_GET['tab'] ?? 'general' ) );
		echo '<div class="wrap woocommerce"><h1 class="screen-reader-text">' . esc_html( $tabs[ $current ] ?? '' ) . '</h1>';
		echo '<form method="post" id="mainform" action="" enctype="multipart/form-data"><nav class="nav-tab-wrapper woo-nav-tab-wrapper">';
		foreach ( $tabs as $id => $label ) {
			printf(
				'<a href="%s" class="nav-tab%s">%s</a>',
				esc_url( admin_url( "admin.php?page=wc-settings&tab=$id" ) ),
				$id === $current ? ' nav-tab-active' : '',
				esc_html( $label )
			);
		}
		echo '</nav>';
		do_action( "woocommerce_settings_$current" );
		if ( empty( $GLOBALS['hide_save_button'] ) ) {
			echo '<p class="submit"><button name="save" class="button-primary" type="submit">Save changes</button></p>';
		}
		wp_nonce_field( 'woocommerce-settings' );
		echo '</form></div>';
	}

	function stand_in_print_status(): void {
		echo '<div class="wrap woocommerce"><h1>Status</h1>';
		do_action( 'woocommerce_system_status_report' );
		echo '</div>';
	}

	add_action(
		'admin_menu',
		static function (): void {
			add_menu_page( 'WooCommerce', 'WooCommerce', 'manage_woocommerce', 'woocommerce', '__return_null' );
			add_submenu_page( 'woocommerce', 'Settings', 'Settings', 'manage_woocommerce', 'wc-settings', 'stand_in_print_settings' );
			add_submenu_page( 'woocommerce', 'Status', 'Status', 'manage_woocommerce', 'wc-status', 'stand_in_print_status' );
			add_menu_page( 'Marketing', 'Marketing', 'manage_woocommerce', 'woocommerce-marketing', '__return_null' );
		},
		5
	);
}
