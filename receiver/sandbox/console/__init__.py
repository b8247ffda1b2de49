"""The sandbox's page in the console and its commands; plug.py registers them on the app."""
