"""The WSGI entry: builds the app from the environment; nothing else."""

from receiver.app import create_app
from receiver.collector import freeze_start

app = create_app()
freeze_start()
