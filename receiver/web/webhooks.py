"""The webhook addresses, in front of Flask: what Flask adds to a request costs more than the work here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from receiver.integrations.providers import PROVIDERS
from receiver.logs import get_logger
from receiver.services.inbox.rate_limit import TokenBucket
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse, unavailable
from receiver.services.inbox.verify import KEPT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESSES = "/webhooks/"
MOST_PARTS = 2  # of an address, behind its provider's name
# What is read of a call, by its name in a WSGI environ.
HEADERS = tuple(
    (f"{'' if name.startswith('content-') else 'HTTP_'}{name.upper().replace('-', '_')}", name)
    for name in (*KEPT_HEADERS, "transfer-encoding")
)
STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
JSON = ("Content-Type", "application/json")
PIECE = 64 * 1024
LONGEST_LOGGED = 64
LINES = 20  # a minute for each status; all refusals are counted, and samples of them kept

log = get_logger(__name__)


class WebhookMiddleware:
    """WSGI middleware that answers the webhook addresses and passes everything else on."""

    def __init__(self, app: WSGIApplication, reception: WebhookReceiver) -> None:
        self._app = app
        self._reception = reception
        self._lines = TokenBucket(LINES, LINES / 60)
        self._unlogged: Counter[int] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = _call(environ)
        if call is None:
            return self._app(environ, start_response)
        answer = self._answer(call)
        if answer.reason is not None:
            self._log_refusal(answer.status, answer.reason, _short(call.store_id or call.provider.source))
        return _respond(answer, call.method, start_response)

    def _log_refusal(self, status: int, reason: str, store: str) -> None:
        """Write a line for some of each status a minute, with how many had none: strangers cause them."""
        if not self._lines.allow(str(status), datetime.now(UTC)):
            self._unlogged[status] += 1
            return
        unlogged = {"unlogged": more} if (more := self._unlogged.pop(status, 0)) else {}
        log.warning("webhook refused", status=status, reason=reason, store=store, **unlogged)

    def _answer(self, call: WebhookRequest) -> WebhookResponse:
        try:
            return self._reception.answer(call)
        except (
            Exception
        ) as error:  # the edge: to a fault of ours the sender must hear "not kept", and no more
            log.error("webhook not kept", error=type(error).__name__, place=_place(error))
            return unavailable(type(error).__name__)


def _call(environ: WSGIEnvironment) -> WebhookRequest | None:
    """Return the call where its address is one of a provider's."""
    path: str = environ.get("PATH_INFO", "")
    if not path.startswith(ADDRESSES):
        return None
    name, *parts = path[len(ADDRESSES) :].removesuffix("/").split("/")
    provider = PROVIDERS.get(name)
    if provider is None or len(parts) > MOST_PARTS or "" in parts:
        return None
    headers = {name: environ[key] for key, name in HEADERS if key in environ}
    method, read = environ["REQUEST_METHOD"], _reader(environ["wsgi.input"].read)
    if provider.is_per_store:
        store_id, hook_id = [*parts, None, None][:MOST_PARTS]
        return WebhookRequest(provider, method, headers, read, store_id, hook_id) if store_id else None
    topic = provider.paths.get("".join(f"/{part}" for part in parts))
    return WebhookRequest(provider, method, headers, read, topic=topic) if topic else None


def _reader(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Return a function that reads on until all has come: one read may give less."""

    def read_all(length: int) -> bytes:
        first = read(min(length, PIECE)) if length else b""
        if len(first) == length:  # nearly always
            return first
        pieces, piece = [first], first
        while piece and (length := length - len(piece)):
            pieces.append(piece := read(min(length, PIECE)))
        return b"".join(pieces)

    return read_all


def _respond(answer: WebhookResponse, method: str, start_response: StartResponse) -> list[bytes]:
    body = answer.encoded()
    length = ("Content-Length", str(len(body)))
    start_response(STATUS[answer.status], [JSON, length, *answer.headers.items()])
    return [] if method == "HEAD" else [body]


def _short(text: str) -> str:
    return "".join(char for char in text if "!" <= char <= "~")[:LONGEST_LOGGED]


def _place(error: BaseException) -> str:
    """Return where an error happened, without the values in its message or in the lines of its traceback."""
    trace: Any = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "-"
