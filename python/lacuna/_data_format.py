"""Keras' data_format: 'channels_last' or 'channels_first'; None means K.image_data_format()."""

from lacuna._arguments import shown


def format_of(data_format):
    """The data_format; None means K.image_data_format()."""
    from lacuna.backend.settings import image_data_format  # The backend imports this module.

    return image_data_format() if data_format is None else data_format


def is_first(where, data_format):
    """Whether channels are first; ValueError unless it is one of the two formats."""
    data_format = format_of(data_format)
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"{where}: data_format must be 'channels_last' or 'channels_first'. Received: "
            f"data_format={shown(data_format)}."
        )
    return data_format == "channels_first"
