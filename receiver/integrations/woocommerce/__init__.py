"""WooCommerce: its signatures, webhooks, events and shops."""
