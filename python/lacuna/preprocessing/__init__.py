"""Preparation of sequences and texts. Images are not prepared here: lacuna.preprocessing.image says what to do."""

from __future__ import annotations

from lacuna.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]


def __dir__() -> list[str]:
    return __all__
