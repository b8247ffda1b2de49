"""The baseline of the subject `receiving`: a Flask view that reads its body and answers."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

app = Flask(__name__)


@app.post("/noop")
def noop() -> dict[str, Any]:
    request.get_data()
    return {"status": "accepted", "id": 1}
