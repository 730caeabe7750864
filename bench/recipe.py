"""What all contestants train by: the same sizes and rates in each, Keras' defaults where nothing is said."""

LINEAR_RATE = 0.01
WIDE_RATE = 0.1
MOMENTUM = 0.9
HIDDEN = {"mlp": 2_328, "sections": 128}
VOCABULARY, EMBEDDED = 1_000_000, 128
FACTORS = 16
