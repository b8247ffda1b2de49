"""What keeps an installation sound: doctor, metrics, readiness, keys, copies."""
