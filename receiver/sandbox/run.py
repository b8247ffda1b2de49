"""The process of `make run`: starts the sandbox's processes, watches them, leaves nothing running."""

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
CHECK_SECONDS = 0.2
COMMAND_PATH = f".venv/bin/{COMMAND}" if IS_CHECKOUT else COMMAND
APP = ("--factory", "receiver.app:create_served_app")  # an installed package has no wsgi.py
WORTH_SHOWING = ("error", "critical", "traceback", "exception")


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C or a signal, and return the exit status.

    That is 0, or 1 after one sentence on stderr where the sandbox cannot start or a process ended.
    """
    if "--end-with-parent" in arguments:
        end_with_parent()
    os.umask(0o077)  # for its processes too: logs, stores' databases and the state are nobody else's
    stop = Stop()
    try:
        paths = find_paths(os.environ)
        prepare_folder(paths)
        check_ports(paths)
        write_settings(paths, os.environ)
        state = _begin(paths)
    except ReceiverError as error:
        print(error, file=sys.stderr)
        return 1
    children = Children(paths.folder, HOME)
    try:
        return _watch(paths, state, children, stop)
    finally:
        children.stop()


def _begin(paths: SandboxPaths) -> SandboxState:
    """Bring the database to where the stores can begin, and return the sandbox's state.

    Every connection is closed again before a process is started; what services log goes to a file.
    """
    print("Replaying the stores' history ...", flush=True)
    container = build_container(read_settings(paths.env_file))
    try:
        with (paths.folder / "past.log").open("w", encoding="utf-8") as log:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
            return seed_sandbox(container, paths)
    finally:
        structlog.reset_defaults()
        container.database.close()


def _watch(paths: SandboxPaths, state: SandboxState, children: Children, stop: Stop) -> int:
    print("Starting web, worker, shops and a stand-in for TikTok ...", flush=True)
    for name, command in _services(paths).items():
        children.start(name, command, os.environ)
    deadline = time.monotonic() + READY_SECONDS
    while not (ready := all(map(_responds, paths.ports))):
        if stop.requested or children.find_ended() or time.monotonic() > deadline:
            break
        time.sleep(CHECK_SECONDS)
    if ready:
        children.start("stores", [sys.executable, "-m", "receiver.sandbox.scenario.stores"], os.environ)
        print(banner(paths, state), flush=True)
    elif not stop.requested and not children.find_ended():
        print(f"The web process did not answer within {READY_SECONDS:.0f} s.", file=sys.stderr)
        return 1
    return _watch_until_stopped(children, stop)


def _services(paths: SandboxPaths) -> dict[str, list[str]]:
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(paths.port)]
    return {
        "tiktok": [python, "-m", "receiver.sandbox.scenario.tiktok_server"],
        "shops": [python, "-m", "receiver.sandbox.scenario.shop_server"],
        "web": [*web, "--blocking-threads", WEB_THREADS, "--workers-kill-timeout", "5", *APP],
        "worker": [python, "-m", "receiver", "worker"],
        "clock": [python, "-m", "receiver.sandbox.clock.mover"],
    }


def _responds(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _watch_until_stopped(children: Children, stop: Stop) -> int:
    while not stop.requested:
        _print_new_lines(children)
        if child := children.find_ended():
            _print_end(child)
            return 1
        time.sleep(CHECK_SECONDS)
    print("\nStopping ...", flush=True)
    return 0


def _print_new_lines(children: Children) -> None:
    """Print every line of the stores, and of the others what looks like trouble; the rest stays in logs."""
    for child in children.running:
        for line in child.new_lines():
            if child.name == "stores" or any(word in line.lower() for word in WORTH_SHOWING):
                print(f"{child.name:<7}| {line}", flush=True)


def _print_end(child: Child) -> None:
    print(f"The {child.name} process ended (exit status {child.process.returncode}).", file=sys.stderr)
    lines = child.last_lines()
    print(f"The last lines of {child.log}:" if lines else f"{child.log} is empty.", file=sys.stderr)
    for line in lines:
        print(f"  {line}", file=sys.stderr)


def banner(paths: SandboxPaths, state: SandboxState) -> str:
    """Return what a start prints: addresses, sign-in, the stores' stories and commands to try."""
    first = MERCHANTS[0]
    revoked = next(item for item in MERCHANTS if item.account and item.account.revoked is not None)
    width = max(len(merchant.name) for merchant in MERCHANTS)
    stores = [f"  {merchant.name:<{width}}  {merchant.story}" for merchant in MERCHANTS]
    return "\n".join(
        [
            "",
            f"  console  {paths.web}/admin/   sign in: {DEMO}   password: {state.password}",
            f"  API      {paths.web}/openapi.json",
            f"  TikTok   {paths.tiktok}   (a stand-in)",
            f"  shops    {paths.shops}/   (WooCommerce, simulated; sign in: owner   password: password)",
            f"  logs     {paths.folder}/*.log",
            "",
            *stores,
            f"  (This sandbox began on {state.born}; delete the folder instance/ to begin anew.)",
            "",
            f"  The status of {first.name}:",
            f"  curl -H 'Authorization: Bearer {state.stores[first.key].token}' {paths.web}/api/v1/status",
            f"  {revoked.name} took its consent back; this answers an address to give it again:",
            f"  curl -X POST -H 'Authorization: Bearer {state.stores[revoked.key].token}' "
            f"{paths.web}/api/v1/connect-tickets",
            "",
            "  In a second terminal, or in the console under Sandbox:",
            f"  {COMMAND_PATH} sandbox clock +30d     thirty days pass, with all that falls due",
            f"  {COMMAND_PATH} sandbox faults         what can go wrong at TikTok, as switches",
            f"  {COMMAND_PATH} sandbox shop-faults    what can go wrong at a shop",
            "",
            "  Ctrl-C stops all of it.",
            "",
        ]
    )
