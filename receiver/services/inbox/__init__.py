"""Taking deliveries in: verified, durable, answered; or turned away."""
