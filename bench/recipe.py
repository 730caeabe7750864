"""The settings with which all contestants train: sizes and rates; everything else is Keras' default."""

LINEAR_RATE = 0.01
WIDE_RATE = 0.1
MOMENTUM = 0.9
HIDDEN = {"mlp": 2_328, "sections": 128}
VOCABULARY, EMBEDDED = 1_000_000, 128
FACTORS = 16
