"""A page on which a person acts as the merchant of a shop; real shops have no such page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import redirect
from markupsafe import Markup
from werkzeug import Response

from receiver.sandbox.html_page import page
from receiver.sandbox.woocommerce import companion
from receiver.sandbox.woocommerce.faults import DOES, ShopFault
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import StoredWebhook
from receiver.sandbox.woocommerce.rest_settings import setting_options, setting_value
from receiver.sandbox.woocommerce.shop import SAVED_AS

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

PATH = "wp-admin/"
PLUGIN = "1.1.0"
# What the shop does as a whole, and what it does with one webhook.
ACTIONS: dict[str, Callable[[SandboxShop], None]] = {
    "Run the plugin's daily check": lambda shop: shop.signal("state"),
    "Lose the link to TikTok": lambda shop: shop.lose_link(),
    "Revoke all keys": lambda shop: shop.revoke(*shop.records.keys),
    "Disconnect in the plugin": companion.disconnect,
    "Delete the plugin": companion.uninstall,
    "Delete the plugin's files": companion.delete_files,
    "Install the plugin": lambda shop: setattr(shop.setup, "companion", PLUGIN),
    "Lose the plugin's token": companion.lose_token,
    "Restore a backup of five signals ago": lambda shop: companion.restore(
        shop, max(0, shop.records.seq - 5)
    ),
}
STATUSES = {"Pause": "paused", "Disable": "disabled", "Activate": "active"}
DELETE = "Delete"
BODY = Markup("""<p>{name} sells in {currency} from {country}, with WooCommerce {wc} on WordPress {wp}.
{connect}</p>
<form method="post"><label>Country <input name="country" value="{country}"></label>
<label>Currency <input name="currency" value="{currency}"></label>
<button class="button" name="do" value="save">Save the settings</button></form>
<h2>Webhooks</h2>
<table><tr><th>id<th>topic<th>status<th>failures<th>sent to<th></tr>{hooks}</table>
<h2>Keys</h2><ul>{keys}</ul>
<p>The plugin {token} a status token.</p>
<form method="post">{deeds}</form>
<h2>Faults</h2>
<form method="post"><table>{faults}</table></form>""")
FAULT = Markup(
    '<tr><td>{name}<td>{does}<td><button class="button" name="{switch}" value="{fault}">{label}</button></tr>'
)
CONNECT = Markup('<a class="button" href="{service}/connect?shop={shop}">Connect it</a>')
HOOK = Markup('<tr><td>{id}<td>{topic}<td>{status}<td>{failures}<td class="address">{url}<td>{buttons}</tr>')
HOOK_FORM = Markup('<form method="post"><input type="hidden" name="hook" value="{id}">{buttons}</form>')
BUTTON = Markup('<button class="button" name="do" value="{value}">{value}</button> ')
KEY = Markup("<li>{description}: {permissions}, as {user}</li>")
SHOP = Markup('<li><a href="{url}/{path}">{name}</a></li>')


def list_shops(shops: Iterable[SandboxShop]) -> Response:
    """Return the page that links to every shop."""
    rows = (SHOP.format(url=shop.url, path=PATH, name=shop.setup.name) for shop in shops)
    return page("Shops", Markup("<ul>{}</ul>").format(Markup().join(rows)))


def respond(shop: SandboxShop, request: PhpRequest) -> Response:
    """Return the page of a shop; after a POST, apply the form and redirect to the page."""
    if request.method == "POST":
        _run_action(shop, request.form.get("do", ""), request.form.get("hook"))
        _save_settings(shop, request.form)
        _switch_fault(shop, request.form)
        return redirect(f"{shop.url}/{PATH}", 303)
    return page(shop.setup.name, _body(shop))


def _run_action(shop: SandboxShop, action: str, hook_id: str | None) -> None:
    """Run an action on the shop or on one of its webhooks; ignore an unknown action."""
    webhook = shop.find_webhook(int(hook_id)) if hook_id and hook_id.isdigit() else None
    if webhook is None:
        if action in ACTIONS:
            ACTIONS[action](shop)
        return
    with shop.changing():
        if action == DELETE:
            shop.records.hooks.remove(webhook)
        webhook.status = STATUSES.get(action, webhook.status)


def _save_settings(shop: SandboxShop, form: Mapping[str, str]) -> None:
    """Save the country and the currency of the form where WooCommerce offers their values."""
    values = {
        name: form[name] for name, setting in SAVED_AS.items() if form.get(name) in setting_options(setting)
    }
    if values:
        shop.save_settings(**values)


def _switch_fault(shop: SandboxShop, form: Mapping[str, str]) -> None:
    """Switch a fault of this shop on or off; one that is on for every shop is switched elsewhere."""
    for word, switch in (("on", shop.faults.on), ("off", shop.faults.off)):
        if form.get(word) in set(ShopFault):
            switch(ShopFault(form[word]), shop.id)


def _body(shop: SandboxShop) -> Markup:
    setup = shop.setup
    connect = CONNECT.format(service=setup.service, shop=quote(shop.url, safe="")) if setup.service else ""
    return BODY.format(
        name=setup.name,
        currency=setting_value(shop, SAVED_AS["currency"]),
        country=setting_value(shop, SAVED_AS["country"]),
        wc=setup.wc_version,
        wp=setup.wp_version,
        connect=connect,
        hooks=Markup().join(_webhook_row(webhook) for webhook in shop.records.hooks),
        keys=Markup().join(
            KEY.format(description=key.description, permissions=key.permissions, user=key.user)
            for key in shop.records.keys
        ),
        token="keeps" if shop.records.token else "waits for",
        faults=Markup().join(_fault_row(shop, fault, does) for fault, does in DOES.items()),
        deeds=Markup().join(BUTTON.format(value=action) for action in ACTIONS),
    )


def _fault_row(shop: SandboxShop, fault: ShopFault, does: str) -> Markup:
    switch, label = ("off", "Switch off") if shop.has_fault(fault) else ("on", "Switch on")
    return FAULT.format(name=fault.replace("-", " "), does=does, switch=switch, fault=fault, label=label)


def _webhook_row(webhook: StoredWebhook) -> Markup:
    buttons = Markup().join(BUTTON.format(value=action) for action in (*STATUSES, DELETE))
    return HOOK.format(
        id=webhook.id,
        topic=webhook.topic,
        status=webhook.status,
        failures=webhook.failures,
        url=webhook.delivery_url,
        buttons=HOOK_FORM.format(id=webhook.id, buttons=buttons),
    )
