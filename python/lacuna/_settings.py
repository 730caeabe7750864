"""What optimizers, initializers, regularizers, constraints and metrics share."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import settings_of
from lacuna._types import Config


class Settings:
    """An object that its settings tell. It is shown as the call that makes it, and a copy (pickle, copy.deepcopy) is
    made of them: of what it has come to since then, as an optimizer's states, it has nothing."""

    _maker = None  # The library's function that makes such an object of a name and settings.

    def _make(self, class_name, arguments):
        """Holds the library's object of that class, of the arguments of __init__, as locals() has them."""
        settings = {**settings_of(arguments), **arguments.get("kwargs", {})}
        self._core = type(self)._maker(class_name, settings)

    def get_config(self) -> Config:
        """The settings, by the names of the arguments."""
        return dict(self._core.config)

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """The object of such settings."""
        return cls(**config)

    def __reduce__(self):
        own = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return _again, (type(self), self.get_config(), own)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"


def _again(cls, config, own):
    result = cls.from_config(config)
    result.__dict__.update(own)
    return result
