"""The category of the library's warnings."""


class LacunaWarning(RuntimeWarning, UserWarning):
    """What the library tells while it runs. It is a UserWarning too, as Keras' are."""
