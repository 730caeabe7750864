"""Models in what is open already: files and groups of h5py, and streams of bytes."""

import io

import numpy as np

from lacuna import _core
from lacuna._arguments import flag, shown
from lacuna._files import FileExistsError, path_of

_UNSEALED = "lacuna, unsealed"  # The attribute `backend` of what h5py wrote: without the seal that our files have.


def _is_group(given):
    return hasattr(given, "create_group") and hasattr(given, "attrs")


def is_open(given):
    """Whether a file is no path but a group of h5py or a stream."""
    return _is_group(given) or hasattr(given, "write") or hasattr(given, "read")


def opened(where, given):
    """The model in a file: at a path, in a group of h5py, or in a stream, which is read to its end."""
    return _core.open_model_bytes(bytes_of(where, given)) if is_open(given) else _core.open_model(path_of(where, given))


def bytes_of(where, given):
    """The bytes of a file that is open."""
    if _is_group(given):
        return _image(where, given)
    data = given.read() if hasattr(given, "read") else None
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"{where}: a stream must be open for reading bytes. Received: {shown(given)}.")
    return bytes(data)


def write(where, given, data, overwrite):
    """Puts the bytes of a file into a group of h5py, or at the place of a stream."""
    if _is_group(given):
        return _into(where, given, data, flag(where, "overwrite", overwrite))
    if not hasattr(given, "write"):
        raise TypeError(f"{where}: a stream must be open for writing bytes. Received: {shown(given)}.")
    given.write(data)
    return None


def _image(where, group):
    import h5py

    with h5py.File("lacuna", "w", driver="core", backing_store=False, libver="latest") as held:
        _copy(group, held)
        _mark(held)
        held.flush()
        return held.id.get_file_image()


def _into(where, group, data, overwrite):
    import h5py

    with h5py.File(io.BytesIO(data), "r") as held:
        taken = [name for name in held if name in group] + [name for name in held.attrs if name in group.attrs]
        if taken and not overwrite:
            raise FileExistsError(
                17, f"{where}: the group must not hold {taken[0]!r} unless overwrite is True. Received: {group!r}.", ""
            )
        _copy(held, group)
    _mark(group)


def _mark(group):
    for one in (group, group.get("model_weights")):
        if one is not None and one.attrs.get("backend") in ("lacuna", b"lacuna"):
            one.attrs["backend"] = np.bytes_(_UNSEALED)


def _copy(source, target):
    for name in source:
        if name in target:
            del target[name]
        source.copy(name, target)
    for name, value in source.attrs.items():
        target.attrs[name] = value
