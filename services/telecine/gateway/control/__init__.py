"""The control API of our own, `/v1`: what a platform does not offer and its stand-in must."""
