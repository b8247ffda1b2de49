"""The WSGI entry: builds the app from the environment; nothing else."""

from receiver.app import create_app

app = create_app()
