"""A web process checks for alerts to staff from its first request on, whatever a check raises."""

from threading import Event

from receiver.app import create_app
from receiver.errors import StorageUnavailable
from receiver.web import alert_monitor
from receiver.web.alert_monitor import AlertMonitor


def app(environ, start_response):
    return [b"answered"]


def test_it_looks_from_the_first_request_on_in_one_thread_and_through_faults(monkeypatch):
    monkeypatch.setattr(alert_monitor, "SECONDS", 0.001)
    stopping, has_checked, faults = Event(), Event(), [StorageUnavailable("away"), ValueError("a fault")]

    def check():
        if faults:
            raise faults.pop()
        has_checked.set()

    monitored = AlertMonitor(app, check, stopping)
    assert monitored._thread is None
    assert monitored({}, None) == [b"answered"]
    thread = monitored._thread
    monitored({}, None)
    assert has_checked.wait(120)
    assert monitored._thread is thread
    stopping.set()
    thread.join(120)
    assert not thread.is_alive()


def test_only_a_service_that_can_tell_staff_looks(container):
    assert not isinstance(create_app(container=container).wsgi_app, AlertMonitor)
