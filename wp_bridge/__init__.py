"""The bridge to a WooCommerce store: the signal both sides agreed on, REST calls, the companion plugin."""
