"""A request with its parameters as PHP sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import Request

from receiver.sandbox.woocommerce.errors import RestError

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class PhpRequest:
    """A request to a shop.

    `uri` is path and query as they were written; where a parameter comes twice, its last value counts.
    """

    method: str
    uri: str
    query: dict[str, str]
    form: dict[str, str]
    body: bytes
    is_json: bool
    authorization: str
    path: dict[str, str] = field(default_factory=dict)  # what the route itself holds, such as an id

    @property
    def params(self) -> dict[str, Any]:
        """The route's own parameters, which prevail over the body's, which prevail over the query's.

        Raises RestError for broken JSON.
        """
        return {**self.query, **self.form, **self._json(), **self.path}

    def _json(self) -> dict[str, Any]:
        if not self.is_json or not self.body:
            return {}
        try:
            data = json.loads(self.body)
        except ValueError:
            about = {"json_error_code": 4, "json_error_message": "Syntax error"}
            raise RestError("rest_invalid_json", "Invalid JSON body passed.", 400, about) from None
        return data if isinstance(data, dict) else {}


def read_request(request: Request) -> PhpRequest:
    """Return a Flask request as PHP would parse it."""
    content_type = request.mimetype
    body = request.get_data()
    return PhpRequest(
        method=request.method,
        uri=request.environ["REQUEST_URI"],
        query=_pairs(request.query_string),
        form=_pairs(body) if content_type == FORM else {},
        body=body,
        is_json=content_type == "application/json",
        authorization=request.headers.get("Authorization", ""),
    )


def _pairs(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
