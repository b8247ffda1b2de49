"""The WSGI entry: builds the app from the environment; nothing else."""

from receiver.app import create_served_app
from receiver.collector import freeze_start

app = create_served_app()
freeze_start()
