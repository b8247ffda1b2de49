"""Strict marshmallow fields that signals and the service's documents share."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields


class PatternField(fields.Field[Any]):
    """A text of a given form; `right` is the message for any other."""

    def __init__(self, pattern: str, right: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.right = re.compile(pattern, re.ASCII), right

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            raise ValidationError(self.right)
        return value


class StrictBoolean(fields.Field[Any]):
    """true or false, and nothing that only resembles them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value
