"""The routes `wc/v3/settings` and `wc/v3/data/currencies/current`: country and currency of a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from babel import Locale

from receiver.sandbox.woocommerce.errors import RestError
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.rest import CANNOT_LIST, CANNOT_VIEW, Answer, Endpoint, Route
from receiver.sandbox.woocommerce.rest_webhooks import CANNOT_EDIT

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

BASE, GENERAL, CURRENCIES = "/wc/v3/settings", "general", "/wc/v3/data/currencies"
GROUPS = {
    "wc_admin": "WooCommerce Admin",
    "general": "General",
    "products": "Products",
    "tax": "Tax",
    "shipping": "Shipping",
    "checkout": "Payments",
    "account": "Accounts &amp; Privacy",
    "email": "Emails",
    "integration": "Integration",
    "site-visibility": "Site visibility",
    "point-of-sale": "Point of Sale",
    "advanced": "Advanced",
    "email_new_order": "New order",
    "email_cancelled_order": "Cancelled order",
    "email_customer_cancelled_order": "Cancelled order",
    "email_failed_order": "Failed order",
    "email_customer_failed_order": "Failed order",
    "email_customer_on_hold_order": "Order on-hold",
    "email_customer_processing_order": "Processing order",
    "email_customer_completed_order": "Completed order",
    "email_customer_refunded_order": "Refunded order",
    "email_customer_invoice": "Order details",
    "email_customer_note": "Customer note",
    "email_customer_reset_password": "Reset password",
    "email_customer_new_account": "New account",
    "email_customer_pos_completed_order": "POS completed order",
    "email_customer_pos_refunded_order": "POS refunded order",
}
# Name and symbol as WooCommerce writes them.
CURRENCY_LABELS = {
    "USD": ("United States (US) dollar", "&#36;"),
    "GBP": ("Pound sterling", "&pound;"),
    "EUR": ("Euro", "&euro;"),
    "THB": ("Thai baht", "&#3647;"),
    "CAD": ("Canadian dollar", "&#36;"),
    "AUD": ("Australian dollar", "&#36;"),
    "CHF": ("Swiss franc", "&#67;&#72;&#70;"),
    "JPY": ("Japanese yen", "&yen;"),
}
COUNTRIES = {
    code: name for code, name in sorted(Locale("en").territories.items()) if len(code) == 2 and code.isalpha()
}
STATES_EACH = 12  # made up: the true list of states makes the group as long as this does
# Label, type, default and options of each.
SETTINGS: dict[str, tuple[str, str, str, dict[str, str] | None]] = {
    "woocommerce_store_address": ("Address line 1", "text", "", None),
    "woocommerce_store_city": ("City", "text", "", None),
    "woocommerce_default_country": (
        "Country / State",
        "select",
        "US:CA",
        {
            "US:CA": "United States (US) — California",
            **COUNTRIES,
            **{
                f"{code}:{n:02}": f"{name} — {n:02}"
                for code, name in COUNTRIES.items()
                for n in range(STATES_EACH)
            },
        },
    ),
    "woocommerce_store_postcode": ("Postcode / ZIP", "text", "", None),
    "woocommerce_specific_allowed_countries": ("Sell to specific countries", "multiselect", "", COUNTRIES),
    "woocommerce_specific_ship_to_countries": ("Ship to specific countries", "multiselect", "", COUNTRIES),
    "woocommerce_calc_taxes": ("Enable taxes", "checkbox", "no", None),
    "woocommerce_currency": (
        "Currency",
        "select",
        "USD",
        {code: f"{name} ({symbol}) — {code}" for code, (name, symbol) in CURRENCY_LABELS.items()},
    ),
    "woocommerce_price_num_decimals": ("Number of decimals", "number", "2", None),
}


def list_groups(shop: SandboxShop, _: PhpRequest, __: Key | None) -> Answer:
    """Return the groups of settings."""
    return Answer([_group(shop, id, label) for id, label in GROUPS.items()])


def show_group(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Return the general settings, over 100 kB because of their options; the other groups have none here."""
    _check_group(request.path["group"])
    return Answer([{**_setting(shop, id), "_links": _links(shop, id)} for id in SETTINGS])


def show_setting(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Return one general setting."""
    id = _setting_id(request)
    return Answer(_setting(shop, id), links=_links(shop, id))


def write_setting(shop: SandboxShop, request: PhpRequest, _: Key | None) -> Answer:
    """Store the value of a setting; fires no action, unlike saving on the admin screen."""
    id = _setting_id(request)
    value = str(request.params.get("value", ""))
    if SETTINGS[id][3] is not None and value not in setting_options(id):
        raise RestError("rest_setting_value_invalid", "An invalid setting value was passed.", 400)
    with shop.changing():
        shop.records.values[id] = value
    return Answer(_setting(shop, id), links=_links(shop, id))


def show_currency(shop: SandboxShop, _: PhpRequest, __: Key | None) -> Answer:
    """Return the shop's currency: code, name and symbol."""
    code = setting_value(shop, "woocommerce_currency")
    name, symbol = currency_label(code)
    own = {"href": f"{shop.rest_url(CURRENCIES)}/{code}", "targetHints": {"allow": ["GET"]}}
    links = {"self": [own], "collection": [{"href": shop.rest_url(CURRENCIES)}]}
    return Answer({"code": code, "name": name, "symbol": symbol}, links=links)


def currency_label(code: str) -> tuple[str, str]:
    """Return the name and the symbol of a currency; its code for both if it is not known."""
    return CURRENCY_LABELS.get(code, (code, code))


def setting_value(shop: SandboxShop, id: str) -> str:
    """Return the value that was written to a setting; else that of the set-up, else the default."""
    initial = {
        "woocommerce_currency": shop.setup.currency,
        "woocommerce_default_country": shop.setup.country,
    }
    return shop.records.values.get(id, initial.get(id, SETTINGS[id][2]))


def setting_options(id: str) -> Mapping[str, str]:
    """Return the options of a setting by their values; empty if it has none."""
    return SETTINGS[id][3] or {}


ROUTES = [
    Route(BASE, {"GET": Endpoint(list_groups, CANNOT_LIST)}),
    Route(f"{BASE}/(?P<group>[\\w-]+)", {"GET": Endpoint(show_group, CANNOT_LIST)}),
    Route(
        f"{BASE}/(?P<group>[\\w-]+)/(?P<id>[\\w-]+)",
        {
            "GET": Endpoint(show_setting, CANNOT_LIST),
            "POST, PUT, PATCH": Endpoint(write_setting, CANNOT_EDIT),
        },
    ),
    Route(f"{CURRENCIES}/current", {"GET": Endpoint(show_currency, CANNOT_VIEW)}),
]


def _group(shop: SandboxShop, id: str, label: str) -> Mapping[str, Any]:
    options = {"options": [{"href": f"{shop.rest_url(BASE)}/{id}"}]}
    return {"id": id, "label": label, "description": "", "parent_id": "", "sub_groups": [], "_links": options}


def _check_group(id: str) -> None:
    if id != GENERAL:
        raise RestError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)


def _setting_id(request: PhpRequest) -> str:
    _check_group(request.path["group"])
    if request.path["id"] not in SETTINGS:
        raise RestError("rest_setting_setting_invalid", "Invalid setting.", 404)
    return request.path["id"]


def _setting(shop: SandboxShop, id: str) -> dict[str, Any]:
    label, kind, default, options = SETTINGS[id]
    about = {"id": id, "label": label, "description": "", "type": kind, "default": default}
    choice = {} if options is None else {"options": options}
    return {**about, **choice, "tip": "", "value": setting_value(shop, id), "group_id": GENERAL}


def _links(shop: SandboxShop, id: str) -> dict[str, Any]:
    above = f"{shop.rest_url(BASE)}/{GENERAL}"
    own = {"href": f"{above}/{id}", "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH"]}}
    return {"self": [own], "collection": [{"href": above}]}
