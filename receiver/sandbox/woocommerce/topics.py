"""The topics a webhook may have, and the WordPress hooks behind each; one without hooks never fires."""

from __future__ import annotations

RESOURCES = ("coupon", "customer", "order", "product")
EVENTS = ("created", "updated", "deleted", "restored")
REFUSED = (
    "action.woocommerce_login_credentials",
    "action.woocommerce_product_csv_importer_check_import_file_path",
    "action.woocommerce_webhook_should_deliver",
)
OWN_ACTIONS = ("action.woocommerce_", "action.wc_")
HOOKS = {
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
}


def is_valid(topic: str) -> bool:
    """Return whether WooCommerce accepts a topic."""
    if topic in REFUSED:
        return False
    if topic.startswith(OWN_ACTIONS):
        return True
    resource, _, event = topic.partition(".")
    return resource in RESOURCES and event in EVENTS


def stored_topic(topic: str) -> str:
    """Return what WooCommerce stores for an accepted topic: empty if it is valid in lower case only."""
    return topic if is_valid(topic) else ""


def hooks_of(topic: str) -> list[str]:
    """Return the WordPress hooks behind a topic; a topic without hooks never fires."""
    resource, _, event = topic.partition(".")
    return [event] if resource == "action" else HOOKS.get(topic, [])
