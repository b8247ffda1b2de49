"""What the bytes a WooCommerce store sends mean."""
