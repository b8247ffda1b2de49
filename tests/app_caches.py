"""Caches shared by all apps of a test process, since nearly every test makes an app.

Compiled templates, and what werkzeug compiles of a route, are the same in every app of a process. The latter
was two thirds of the processor time of making an app.
"""

from __future__ import annotations

from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


def share_templates() -> None:
    """Share compiled templates among all apps made from now on."""
    Flask.jinja_options = {"bytecode_cache": _Templates()}


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._compiled[bucket.key + bucket.checksum] = bucket.code


def share_routes() -> None:
    """Share what a route is compiled to; its builders ask the rule they are bound to for what differs."""
    compile_anew, compiled = Rule.compile, {}

    def compile_once(rule: Rule) -> None:
        defaults = frozenset(rule.defaults.items()) if rule.defaults else None  # they are compiled in
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, defaults)
        if key not in compiled:
            compile_anew(rule)
            builders = {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
            compiled[key] = rule._parts, rule._trace, rule._converters, rule.arguments, builders
        rule._parts, rule._trace, rule._converters, rule.arguments, builders = compiled[key]
        for name, builder in builders.items():
            setattr(rule, name, builder.__get__(rule))

    Rule.compile = compile_once  # type: ignore[method-assign]  # werkzeug offers no other way
