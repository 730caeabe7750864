"""The contestants, one module each; each runs as a separate process in its own environment."""
