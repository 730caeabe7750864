"""Small functions that Keras' own code and its users share: arguments, lists, serialized objects and functions."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from lacuna._arguments import flag, shown, text
from lacuna._custom import custom, custom_object_scope
from lacuna._types import Config, Flag
from lacuna.utils.progbar import Progbar

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "deserialize_keras_object",
    "func_dump",
    "func_load",
    "get_custom_objects",
    "has_arg",
    "is_all_none",
    "object_list_uid",
    "serialize_keras_object",
    "slice_arrays",
    "to_list",
    "transpose_shape",
    "unpack_singleton",
]

CustomObjectScope = custom_object_scope


def __dir__() -> list[str]:
    return __all__


def get_custom_objects() -> Any:
    """The dict of your own classes and functions by name that reading configs and files uses; you may change it."""
    return custom


def has_arg(fn: Any, name: str, accept_all: Flag = False) -> bool:
    """Whether a function can be called with an argument of this name. accept_all: **kwargs counts too.

    >>> has_arg(sorted, "key"), has_arg(sorted, "order")
    (True, False)
    """
    name, accept_all = text("has_arg", "name", name), flag("has_arg", "accept_all", accept_all)
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        raise TypeError(f"has_arg: fn must be a function. Received: fn={shown(fn)}.") from None
    kind = inspect.Parameter
    if name in parameters and parameters[name].kind in (kind.POSITIONAL_OR_KEYWORD, kind.KEYWORD_ONLY):
        return True
    return accept_all and any(one.kind is kind.VAR_KEYWORD for one in parameters.values())


def to_list(x: Any, allow_tuple: Flag = False) -> Any:
    """x if it is a list, else a list of x alone. allow_tuple: a tuple becomes a list of its elements."""
    if isinstance(x, list):
        return x
    return list(x) if flag("to_list", "allow_tuple", allow_tuple) and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """The element of a list or tuple of one; anything else as it is."""
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """A text that names the identities of the objects in a list."""
    return ", ".join(str(id(one)) for one in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Whether a value, or all elements of a list or tuple, are None."""
    return all(one is None for one in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays: Any, start: Any = None, stop: Any = None) -> Any:
    """The rows from start to stop, or those in the list `start`, of an array or a list of arrays; csr stays csr, None
    stays None. ValueError if stop is given with a list."""
    if arrays is None:
        return [None]
    rows = hasattr(start, "__len__")
    if rows and stop is not None:
        raise ValueError(f"slice_arrays: stop must be None where start is a list. Received: stop={shown(stop)}.")
    if isinstance(arrays, list):
        return [None if one is None else _rows("slice_arrays", one, start, stop, rows) for one in arrays]
    return _rows("slice_arrays", arrays, start, stop, rows)


def _rows(where: str, array: Any, start: Any, stop: Any, rows: bool) -> Any:
    if hasattr(array, "tocsr"):  # Some formats of scipy have no rows to take.
        array = array.tocsr()
    try:
        return array[np.asarray(start) if hasattr(array, "shape") else start] if rows else array[start:stop]
    except (TypeError, IndexError, ValueError, KeyError) as error:
        raise ValueError(
            f"{where}: rows of arrays must be taken by whole numbers: {str(error)[:100]}. Received: {shown(array)}, "
            f"start={shown(start)}, stop={shown(stop)}."
        ) from None


def transpose_shape(shape: Any, target_format: str, spatial_axes: Any) -> Any:
    """A shape in channels_last turned to target_format, 'channels_first' or 'channels_last'. spatial_axes: the
    positions of height, width, …. A list gives a list."""
    if not isinstance(target_format, str) or target_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"transpose_shape: target_format must be 'channels_first' or 'channels_last'. Received: "
            f"{shown(target_format)}."
        )
    if not isinstance(shape, (list, tuple)) or not isinstance(spatial_axes, (list, tuple)):
        raise TypeError(
            f"transpose_shape: shape and spatial_axes must be lists or tuples. Received: shape={shown(shape)}, "
            f"spatial_axes={shown(spatial_axes)}."
        )
    if target_format == "channels_last":
        return shape
    try:
        order = [*range(spatial_axes[0]), len(shape) - 1, *spatial_axes]
        return type(shape)(shape[axis] for axis in order)
    except (IndexError, TypeError):
        raise ValueError(
            f"transpose_shape: spatial_axes must be positions in the shape. Received: shape={shown(shape)}, "
            f"spatial_axes={shown(spatial_axes)}."
        ) from None


def serialize_keras_object(instance: Any) -> Any:
    """{'class_name', 'config'} of an object with get_config, the name of a function; None gives None."""
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not inspect.isclass(instance):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ValueError(
        f"serialize_keras_object: an object must have get_config, or a name. Received: instance={shown(instance)}."
    )


def deserialize_keras_object(
    identifier: Any,
    module_objects: Config | None = None,
    custom_objects: Config | None = None,
    printable_module_name: str = "object",
) -> Any:
    """What serialize_keras_object returned, as an object again; a name as a function.

    Names are looked up in custom_objects, then in those of custom_object_scope, then in module_objects: dicts by name.
    printable_module_name: what errors call the object. ValueError for an unknown name."""
    for name, given in (("module_objects", module_objects), ("custom_objects", custom_objects)):
        if given is not None and not isinstance(given, dict):
            raise TypeError(f"deserialize_keras_object: {name} must be a dict by name. Received: {shown(given)}.")
    what = text("deserialize_keras_object", "printable_module_name", printable_module_name)
    known = {**(module_objects or {}), **custom, **(custom_objects or {})}

    def found(name: Any) -> Any:
        if not isinstance(name, str) or known.get(name) is None:
            raise ValueError(
                f"deserialize_keras_object: unknown {what[:50]}; make it "
                f"known by custom_objects or custom_object_scope. Received: {shown(name)}."
            )
        return known[name]

    if isinstance(identifier, str):
        return found(identifier)
    if (
        not isinstance(identifier, dict)
        or not isinstance(identifier.get("config"), dict)
        or "class_name" not in identifier
    ):
        raise ValueError(
            f"deserialize_keras_object: a name, or a dict with class_name and config, must be given. Received: "
            f"{shown(identifier)}."
        )
    cls, config = found(identifier["class_name"]), identifier["config"]
    with custom_object_scope(custom_objects):
        if not hasattr(cls, "from_config"):
            return cls(**config)
        more = {"custom_objects": {**custom}} if has_arg(cls.from_config, "custom_objects") else {}
        return cls.from_config(config, **more)


def func_dump(func: Any) -> tuple[str, Any, Any]:
    """A function as text: (its byte code in base64, its defaults, the values that it closes over)."""
    import base64
    import marshal

    if not inspect.isfunction(func):
        raise TypeError(f"func_dump: a function written in Python must be given. Received: func={shown(func)}.")
    closure = tuple(cell.cell_contents for cell in func.__closure__) if func.__closure__ else None
    return base64.encodebytes(marshal.dumps(func.__code__)).decode("ascii"), func.__defaults__, closure


def func_load(code: Any, defaults: Any = None, closure: Any = None, globs: Any = None) -> Any:
    """A function from what func_dump returned, as three arguments or as one tuple, by the same version of Python.
    globs: the dict of its globals. Only for code that you trust: it can do whatever you can, once it is called."""
    import base64
    import marshal
    import re
    import types

    if isinstance(code, (tuple, list)):
        if len(code) != 3:
            raise ValueError(f"func_load: code must be a text or what func_dump returned. Received: {shown(code)}.")
        code, defaults, closure = code
    defaults = tuple(defaults) if isinstance(defaults, list) else defaults
    try:
        written = text("func_load", "code", code)
        # Keras before 2.1.2 wrote the bytes themselves, and no base64.
        in_base64 = re.fullmatch(r"[A-Za-z0-9+/=\s]*", written)
        compiled = marshal.loads(base64.b64decode(written) if in_base64 else written.encode("raw_unicode_escape"))
        cells = None if closure is None else tuple(types.CellType(_content(one)) for one in closure)
        return types.FunctionType(compiled, globals() if globs is None else globs, compiled.co_name, defaults, cells)
    except (ValueError, TypeError, AttributeError, EOFError) as error:
        raise ValueError(
            f"func_load: code must be what func_dump of this version of Python returned: {str(error)[:100]}. Received: "
            f"{shown(code)}."
        ) from None


def _content(value: Any) -> Any:
    import types

    return value.cell_contents if isinstance(value, types.CellType) else value
