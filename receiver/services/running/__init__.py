"""What operators and staff need to run the service."""
