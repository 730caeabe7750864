"""Logs by the names of either Keras."""

from lacuna import _core


class Logs(dict):
    """A dict of values by the name of a log. It answers to the names of Keras 2 and of Keras 3: acc and accuracy, mse
    and mean_squared_error, val_acc and val_accuracy."""

    def _name(self, name):
        """The name under which this log is listed."""
        if not isinstance(name, str) or dict.__contains__(self, name):
            return name
        full = _core.full_log_name(name)
        return next((one for one in self if isinstance(one, str) and _core.full_log_name(one) == full), name)

    def __missing__(self, name):
        listed = self._name(name)
        if listed == name:
            raise KeyError(name)
        return self[listed]

    def __contains__(self, name):
        return dict.__contains__(self, self._name(name))

    def get(self, name, default=None):
        """The value of that log, or the default."""
        return dict.get(self, self._name(name), default)
