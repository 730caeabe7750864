"""The base class of optimizers, initializers, regularizers, constraints and metrics."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import settings_of
from lacuna._types import Config


class Settings:
    """An object that its settings describe completely. Its repr is the call that makes it. A copy (pickle,
    copy.deepcopy) has the same settings, but no state, such as that of an optimizer."""

    _maker = None  # The library's function that makes such an object from a name and settings.

    def _make(self, class_name, arguments):
        """Makes and holds the library's object of that class. arguments: the locals() of __init__."""
        settings = {**settings_of(arguments), **arguments.get("kwargs", {})}
        self._core = type(self)._maker(class_name, settings)

    def get_config(self) -> Config:
        """The settings, by the names of the arguments."""
        return dict(self._core.config)

    @classmethod
    def from_config(cls, config: Any) -> Any:
        """Makes an object from the dict that get_config returned."""
        return cls(**config)

    def __reduce__(self):
        own = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return _again, (type(self), self.get_config(), own)

    def __repr__(self) -> str:
        try:
            settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        except Exception:  # Before super().__init__(), or a get_config of one's own may fail; a repr must not.
            return object.__repr__(self)
        return f"{type(self).__name__}({settings})"


def _again(cls, config, own):
    result = cls.from_config(config)
    result.__dict__.update(own)
    return result
