"""Starts the sandbox's processes, watches over them, and leaves nothing running behind."""

from __future__ import annotations

import os
import sys
import time
from http.client import HTTPConnection, HTTPException

import structlog

from receiver.container import build_container
from receiver.errors import ReceiverError
from receiver.home import COMMAND, HOME, IS_CHECKOUT
from receiver.processes import Child, Children, Stop, end_with_parent
from receiver.sandbox.paths import (
    WEB_THREADS,
    SandboxPaths,
    check_ports,
    find_paths,
    prepare_folder,
    write_settings,
)
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.seed import DEMO, seed_sandbox
from receiver.sandbox.scenario.state import SandboxState
from receiver.settings import read_settings

READY_SECONDS = 60.0
LOOK_SECONDS = 0.2
TYPED = f".venv/bin/{COMMAND}" if IS_CHECKOUT else COMMAND
APP = ("--factory", "receiver.app:create_served_app")  # an installed package has no wsgi.py
WORTH_SHOWING = ("error", "critical", "traceback", "exception")


def main(arguments: list[str]) -> int:
    """Run until told to stop: 0; 1 with one sentence when it cannot start or a process fell."""
    if "--end-with-parent" in arguments:
        end_with_parent()
    os.umask(0o077)  # for its processes too: logs, stores' databases and memory are nobody else's
    stop = Stop()
    try:
        place = find_paths(os.environ)
        prepare_folder(place)
        check_ports(place)
        write_settings(place, os.environ)
        memory = _begin(place)
    except ReceiverError as error:
        print(error, file=sys.stderr)
        return 1
    children = Children(place.folder, HOME)
    try:
        return _watch(place, memory, children, stop)
    finally:
        children.stop()


def _begin(place: SandboxPaths) -> SandboxState:
    """Every connection is closed again before a process is started; what services log goes to a file."""
    print("Letting the stores' past happen ...", flush=True)
    container = build_container(read_settings(place.env_file))
    try:
        with (place.folder / "past.log").open("w", encoding="utf-8") as log:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
            return seed_sandbox(container, place)
    finally:
        structlog.reset_defaults()
        container.database.close()


def _watch(place: SandboxPaths, memory: SandboxState, children: Children, stop: Stop) -> int:
    print("Starting web, worker, shops and a stand-in for TikTok ...", flush=True)
    for name, command in _services(place).items():
        children.start(name, command, os.environ)
    deadline = time.monotonic() + READY_SECONDS
    while not (ready := all(map(_answers, place.ports))):
        if stop.asked or children.fallen() or time.monotonic() > deadline:
            break
        time.sleep(LOOK_SECONDS)
    if ready:
        children.start("stores", [sys.executable, "-m", "receiver.sandbox.scenario.stores"], os.environ)
        print(banner(place, memory), flush=True)
    elif not stop.asked and not children.fallen():
        print(f"The web process did not answer within {READY_SECONDS:.0f} s.", file=sys.stderr)
        return 1
    return _until_stopped(children, stop)


def _services(place: SandboxPaths) -> dict[str, list[str]]:
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(place.port)]
    return {
        "tiktok": [python, "-m", "receiver.sandbox.scenario.tiktok_server"],
        "shops": [python, "-m", "receiver.sandbox.scenario.shop_server"],
        "web": [*web, "--blocking-threads", WEB_THREADS, "--workers-kill-timeout", "5", *APP],
        "worker": [python, "-m", "receiver", "worker"],
        "clock": [python, "-m", "receiver.sandbox.clock.mover"],
    }


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _until_stopped(children: Children, stop: Stop) -> int:
    while not stop.asked:
        _show_news(children)
        if fallen := children.fallen():
            _show_fall(fallen)
            return 1
        time.sleep(LOOK_SECONDS)
    print("\nStopping ...", flush=True)
    return 0


def _show_news(children: Children) -> None:
    """All the stores say, and of the others what looks like trouble; the rest is in their logs."""
    for child in children.running:
        for line in child.new_lines():
            if child.name == "stores" or any(word in line.lower() for word in WORTH_SHOWING):
                print(f"{child.name:<7}| {line}", flush=True)


def _show_fall(child: Child) -> None:
    print(f"The {child.name} process ended (exit status {child.process.returncode}).", file=sys.stderr)
    lines = child.last_lines()
    print(f"The last lines of {child.log}:" if lines else f"{child.log} is empty.", file=sys.stderr)
    for line in lines:
        print(f"  {line}", file=sys.stderr)


def banner(place: SandboxPaths, memory: SandboxState) -> str:
    first = MERCHANTS[0]
    revoked = next(item for item in MERCHANTS if item.account and item.account.revoked is not None)
    width = max(len(merchant.name) for merchant in MERCHANTS)
    stores = [f"  {merchant.name:<{width}}  {merchant.story}" for merchant in MERCHANTS]
    return "\n".join(
        [
            "",
            f"  console  {place.web}/admin/   sign in: {DEMO}   password: {memory.password}",
            f"  API      {place.web}/openapi.json",
            f"  TikTok   {place.tiktok}   (a stand-in)",
            f"  shops    {place.shops}/   (WooCommerce, as it behaves; sign in: owner   password: password)",
            f"  logs     {place.folder}/*.log",
            "",
            *stores,
            f"  (This world began on {memory.born}; without the folder instance/ the next run begins anew.)",
            "",
            f"  Where {first.name} stands:",
            f"  curl -H 'Authorization: Bearer {memory.stores[first.key].token}' {place.web}/api/v1/status",
            f"  {revoked.name} took its consent back; this answers an address to give it again:",
            f"  curl -X POST -H 'Authorization: Bearer {memory.stores[revoked.key].token}' "
            f"{place.web}/api/v1/connect-tickets",
            "",
            "  In a second terminal, or in the console under Sandbox:",
            f"  {TYPED} sandbox clock +30d     thirty days pass, with all that falls due",
            f"  {TYPED} sandbox faults         what can go wrong at TikTok, as switches",
            f"  {TYPED} sandbox shop-faults    what can go wrong at a shop",
            "",
            "  Ctrl-C stops all of it.",
            "",
        ]
    )
