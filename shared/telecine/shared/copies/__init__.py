"""Running copies of a service: their signs of life, who of them leads, and the run they live in."""
