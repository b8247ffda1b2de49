"""Operations: doctor, metrics, readiness, keys, copies."""
