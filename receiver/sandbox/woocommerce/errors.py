"""WordPress's error objects: a code, a message, and the HTTP status, repeated inside the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RestError(Exception):
    """An error that a REST route answers instead of data."""

    def __init__(self, code: str, message: str, status: int, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status
        self._data = data or {}

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self._data}}


def no_route() -> RestError:
    """Return the error for a route or a method that does not exist."""
    return RestError("rest_no_route", "No route was found matching the URL and request method.", 404)


def missing_parameters(names: list[str]) -> RestError:
    """Return the error for required parameters that are absent."""
    message = f"Missing parameter(s): {', '.join(names)}"
    return RestError("rest_missing_callback_param", message, 400, {"params": names})


def invalid_parameter(name: str, code: str, message: str, data: Any = None) -> RestError:
    """Return the error for one parameter that is not acceptable, with its own code and message."""
    detail = {"code": code, "message": message, "data": data}
    about = {"params": {name: message}, "details": {name: detail}}
    return RestError("rest_invalid_param", f"Invalid parameter(s): {name}", 400, about)


def not_one_of(name: str, allowed: list[str]) -> RestError:
    """Return the error for a parameter whose value is not among the allowed ones."""
    words = f"{', '.join(allowed[:-1])}, and {allowed[-1]}"
    return invalid_parameter(name, "rest_not_in_enum", f"{name} is not one of {words}.")


def wrong_type(name: str, kind: str) -> RestError:
    """Return the error for a parameter that is not of a type, such as "integer"."""
    return invalid_parameter(name, "rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})
