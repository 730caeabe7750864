"""The settings with which all contestants train: sizes and rates; everything else is Keras' default."""

LINEAR_RATE = 0.01
WIDE_RATE = 0.1
MOMENTUM = 0.9
HIDDEN = {"mlp": 2_328, "sections": 128}
VOCABULARY, EMBEDDED = 1_000_000, 128
FACTORS = 16
ONLINE_BITS = 22  # Of the table of weights of the case online.
FTRL_RATE, FTRL_BETA = 0.2, 0.1  # Vowpal Wabbit's alpha and beta.
