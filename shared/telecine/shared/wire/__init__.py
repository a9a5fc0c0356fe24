"""The wire between services: NATS, its streams, what is taken from them and asked over it."""
