"""One module a contestant; each is run as a process of its own, in its own environment."""
