"""Keeps what nearly every test would do anew: an app and a database of its own each time, of the same make.

Compiled templates, and what werkzeug compiles to build a route's addresses, are the same in every app of a
process. The latter was two thirds of the processor time that an app takes to be made.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


def keep_templates() -> None:
    """For every app that is made from now on."""
    Flask.jinja_options = {"bytecode_cache": _Templates()}


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._compiled[bucket.key + bucket.checksum] = bucket.code


def keep_routes() -> None:
    """Share each route's builders, which ask the rule that they are bound to for everything that differs."""
    compile_anew, kept = Rule._compile_builder, {}

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # their values are compiled in
            return compile_anew(rule, append_unknown)
        key: tuple[Any, ...] = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in kept:
            kept[key] = compile_anew(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]  # werkzeug offers no other way
