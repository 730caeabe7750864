"""Transformers of scikit-learn as layers, and as models whose inputs are the columns: from_sklearn."""

import numpy as np

from lacuna.layers import _sklearn_columns, _sklearn_texts
from lacuna.layers._sklearn_settings import columns_of, fitted_attribute, kind_of, steps_of
from lacuna.layers.input import Input
from lacuna.layers.merge import Concatenate


def converted(fitted, dtype):
    """What from_sklearn returns."""
    kind = kind_of(fitted)
    if kind == "Pipeline" and len(steps_of(fitted)) == 1:
        return converted(steps_of(fitted)[0], dtype)
    if kind in _sklearn_texts.KINDS:
        return _sklearn_texts.layer_of([fitted], _dtype_of(fitted, dtype))
    if kind == "Pipeline" and _is_text(steps_of(fitted)):
        return _sklearn_texts.layer_of(steps_of(fitted), _dtype_of(steps_of(fitted)[0], dtype))
    if kind == "StandardScaler":
        return _sklearn_columns.scaler(fitted, dtype or "float64")
    return _model(fitted, dtype)


def _dtype_of(vectorizer, dtype):
    own = np.dtype(vectorizer.dtype)
    return dtype or (own.name if own in (np.float32, np.float64) else "float64")


def _is_text(steps):
    return len(steps) == 2 and kind_of(steps[0]) in _sklearn_texts.KINDS and kind_of(steps[1]) == "TfidfTransformer"


class _Parts:
    """Makes symbols from steps of scikit-learn, and the inputs that they need."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.inputs = {}  # By names of columns.

    def input(self, name, dtype):
        """The input for a column; one of whole numbers may also be one of numbers."""
        found = self.inputs.setdefault(name, Input((1,), dtype=dtype, name=name))
        if (found.dtype == "string") != (dtype == "string"):
            raise ValueError(
                f"from_sklearn: a column must hold words or numbers. Received: column '{name}' of both, in two "
                "transformers."
            )
        return found

    def of(self, fitted, names, sparse):
        """The symbol of a transformer for the columns of these names, None without any columns. names: None for the
        transformer's own."""
        kind = kind_of(fitted)
        if kind == "Pipeline":
            steps = steps_of(fitted)
            count = 2 if _is_text(steps[:2]) else 1
            if count == 2:
                x = self.text(steps[:2], names, sparse)
            else:
                x = self.of(steps[0], names, sparse)
            return self.then(steps[count:], x)
        if kind in _sklearn_texts.KINDS:
            return self.text([fitted], names, sparse)
        if kind == "ColumnTransformer":
            return self.joined(fitted)
        names = columns_of(fitted) if names is None else names
        if kind == "OneHotEncoder":
            lookups = _sklearn_columns.lookups(fitted, self.dtype, sparse)
            return _one(
                [layer(self.input(name, kind)) for name, (layer, kind) in zip(names, lookups, strict=True)], self.dtype
            )
        if kind == "StandardScaler":
            return _sklearn_columns.scaler(fitted, self.dtype)(self.numbers(names))
        if kind in ("passthrough", "FunctionTransformer"):
            _sklearn_columns.check_identity(fitted)
            return self.numbers(names)
        raise ValueError(
            "from_sklearn: a transformer must be a TfidfVectorizer, CountVectorizer, HashingVectorizer, OneHotEncoder, "
            f"StandardScaler, or a ColumnTransformer or Pipeline of these. Received: {kind}."
        )

    def text(self, steps, names, sparse):
        name = "x0" if names is None else names[0]
        return _sklearn_texts.layer_of(steps, self.dtype, sparse)(self.input(name, "string"))

    def numbers(self, names):
        return _one([self.input(name, self.dtype) for name in names], self.dtype)

    def then(self, steps, x):
        """What the later steps of a Pipeline make of a symbol."""
        for step in steps:
            kind = kind_of(step)
            if kind == "StandardScaler":
                x = _sklearn_columns.scaler(step, self.dtype)(x)
            elif kind != "passthrough":
                raise ValueError(
                    "from_sklearn: the later steps of a Pipeline must be a StandardScaler, or a TfidfTransformer next "
                    f"to a CountVectorizer. Received: {kind}."
                )
        return x

    def joined(self, fitted):
        """What a ColumnTransformer makes, its parts side by side."""
        if fitted.transformer_weights is not None:
            raise ValueError(
                f"from_sklearn: ColumnTransformer: transformer_weights must be None. Received: transformer_weights="
                f"{fitted.transformer_weights!r}."
            )
        all_names = columns_of(fitted)
        sparse = bool(fitted_attribute(fitted, "sparse_output_"))
        used = []
        for _, part, columns in fitted.transformers_:
            names = [all_names[i] for i in _sklearn_columns.places(fitted, columns)]
            if names and kind_of(part) != "drop":
                used.append((part, names))
        for part, names in used:  # Numbers first: a column that is also taken as whole numbers may have others.
            first = steps_of(part)[0] if kind_of(part) == "Pipeline" else part
            if kind_of(first) in ("StandardScaler", "passthrough", "FunctionTransformer"):
                self.numbers(names)
        return _one([self.of(part, names, sparse) for part, names in used], self.dtype)


def _one(parts, dtype):
    if not parts:
        raise ValueError("from_sklearn: the result must have columns. Received: none.")
    return parts[0] if len(parts) == 1 else Concatenate(dtype=dtype)(parts)


def _model(fitted, dtype):
    from lacuna.models import Model  # Here, since models import layers.

    parts = _Parts(dtype or "float64")
    output = parts.of(fitted, None, True)
    order = {name: i for i, name in enumerate(columns_of(fitted, required=False))}
    inputs = [parts.inputs[name] for name in sorted(parts.inputs, key=lambda name: order.get(name, 0))]
    return Model(inputs if len(inputs) > 1 else inputs[0], output)
