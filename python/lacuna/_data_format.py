"""Keras' data_format: 'channels_last' or 'channels_first'."""

from lacuna.backend.settings import image_data_format


def format_of(data_format):
    """The data_format; None means K.image_data_format()."""
    return image_data_format() if data_format is None else data_format
