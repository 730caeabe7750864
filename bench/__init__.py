"""The benchmark: Lacuna beside its peers and beside hand-written loops, on the same made data. See run.py."""
