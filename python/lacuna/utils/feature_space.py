"""FeatureSpace: columns of words and numbers, by name, as one matrix or as a matrix each."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacuna import _core
from lacuna._arguments import shown, whole
from lacuna._arrays import scipy_csr, view
from lacuna._types import Number, Whole

__all__ = [
    "FeatureSpace",
]


def __dir__() -> list[str]:
    return __all__


_MODES = ("int", "one_hot")


class Feature:
    """What becomes of a column: FeatureSpace.feature."""

    def __init__(self, dtype, preprocessor, output_mode):
        self.dtype = dtype
        self.preprocessor = preprocessor
        self.output_mode = _one_of("output_mode", output_mode, (*_MODES, "float"))


class Cross:
    """Combinations of columns: FeatureSpace.cross."""

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        self.feature_names = tuple(feature_names)
        self.crossing_dim = whole("FeatureSpace.cross", "crossing_dim", crossing_dim)
        self.output_mode = _one_of("output_mode", output_mode, _MODES)

    @property
    def name(self):
        """The names of the features, joined by _X_."""
        return "_X_".join(self.feature_names)


def _one_of(setting, value, allowed):
    if value not in allowed:
        must = " or ".join(map(repr, allowed))
        raise ValueError(f"FeatureSpace: {setting} must be {must}. Received: {setting}={shown(value)}.")
    return value


class FeatureSpace:
    """Columns of words and numbers, by name, as the rows of one matrix, or as a matrix each; Keras' FeatureSpace.

    features: a dict of what becomes of each column: 'float', as it is; 'float_rescaled'; 'float_normalized';
    'float_discretized', bins of equally many values; 'integer_categorical' and 'string_categorical', by a vocabulary;
    'integer_hashed' and 'string_hashed', by bins of hashes; or what the methods of these names return. output_mode:
    'concat', the features in the order of their names and then the crosses, side by side, csr if any of them is;
    'dict', a dict of them. crosses: a list of tuples of features, whose combinations get crossing_dim bins, or of
    FeatureSpace.cross. hashing_dim, num_discretization_bins: of features that are given by their types' names.

    Call adapt first, then the space on a dict of arrays; or make a model of get_inputs and get_encoded_features.
    ValueError for another type, and for data without a column of these names.

        >>> space = lacuna.utils.FeatureSpace({"city": "string_categorical", "price": "float"})
        >>> space.adapt({"city": ["Rome", "Oslo", "Rome"], "price": [1, 2, 3]})
        >>> space({"city": ["Rome", "Paris"], "price": [5, 0]}).toarray()
        array([[0., 1., 0., 5.],
               [1., 0., 0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        features: Any,
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: Whole = 32,
        hashing_dim: Whole = 32,
        num_discretization_bins: Whole = 32,
        name: str | None = None,
    ) -> None:
        from lacuna.layers import Input  # Here, since layers import utils.

        if not isinstance(features, dict) or not features:
            raise ValueError(f"FeatureSpace: features must be a dict of columns. Received: features={shown(features)}.")
        self.name = name or "feature_space"
        self.output_mode = _one_of("output_mode", output_mode, ("concat", "dict"))
        self.crossing_dim = whole("FeatureSpace", "crossing_dim", crossing_dim)
        self.hashing_dim = whole("FeatureSpace", "hashing_dim", hashing_dim)
        self.num_discretization_bins = whole("FeatureSpace", "num_discretization_bins", num_discretization_bins)
        self.features = {name: self._feature(name, features[name]) for name in sorted(features)}
        self.preprocessors = {name: feature.preprocessor for name, feature in self.features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.crosses.sort(key=lambda cross: cross.name)
        self.inputs = {name: Input((1,), dtype=one.dtype, name=name) for name, one in self.features.items()}
        self._learning = [name for name, layer in self.preprocessors.items() if _learns(layer)]
        self._is_adapted = not self._learning
        self._names = [*self.features, *(cross.name for cross in self.crosses)]
        self._encoded = None

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Any:
        """A feature of one's own: the dtype of its input, 'float32', 'int64' or 'string'; the layer that takes it, None
        for values as they are; output_mode: 'one_hot', rows of ones of the layer's ids; 'int', its ids, or 'float', its
        result as it is."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: Whole, output_mode: str = "one_hot") -> Any:
        """The combinations of features as crossing_dim bins of hashes: rows of ones, or with output_mode='int' ids."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Any:
        """A number as it is."""
        return Feature("float32", None, "float")

    @classmethod
    def float_rescaled(cls, scale: Number = 1.0, offset: Number = 0.0, name: str | None = None) -> Any:
        """x scale + offset."""
        return _made("Rescaling", "float32", "float", name, scale=scale, offset=offset)

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Any:
        """(x - mean) / deviation, which adapt learns."""
        return _made("Normalization", "float32", "float", name)

    @classmethod
    def float_discretized(
        cls, num_bins: Whole, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Any:
        """The bin of a number: by bin_boundaries, or by those of adapt, that put equally many values into each."""
        settings = {"num_bins": num_bins, "bin_boundaries": bin_boundaries}
        return _made("Discretization", "float32", output_mode, name, **settings)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: Whole | None = None,
        num_oov_indices: Whole = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Any:
        """The index of a whole number in the vocabulary of adapt: see layers.IntegerLookup."""
        settings = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _made("IntegerLookup", "int64", output_mode, name, **settings)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: Whole | None = None,
        num_oov_indices: Whole = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Any:
        """The index of a word in the vocabulary of adapt: see layers.StringLookup."""
        settings = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _made("StringLookup", "string", output_mode, name, **settings)

    @classmethod
    def integer_hashed(cls, num_bins: Whole, output_mode: str = "one_hot", name: str | None = None) -> Any:
        """The bin of a whole number: see layers.Hashing."""
        return _made("Hashing", "int64", output_mode, name, num_bins=num_bins)

    @classmethod
    def string_hashed(cls, num_bins: Whole, output_mode: str = "one_hot", name: str | None = None) -> Any:
        """The bin of a word: see layers.Hashing."""
        return _made("Hashing", "string", output_mode, name, num_bins=num_bins)

    def _feature(self, name, given):
        if isinstance(given, Feature):
            return given
        sizes = {"float_discretized": [self.num_discretization_bins]}
        sizes |= dict.fromkeys(("integer_hashed", "string_hashed"), [self.hashing_dim])
        plain = ("float", "float_rescaled", "float_normalized", "integer_categorical", "string_categorical")
        if not isinstance(given, str) or given not in (*plain, *sizes):
            raise ValueError(
                "FeatureSpace: the type of a feature must be one of "
                f"{', '.join(map(repr, (*plain, *sizes)))}. Received: {name!r} of type {shown(given)}."
            )
        return getattr(self, given)(*sizes.get(given, ()))

    def _cross(self, given):
        cross = given if isinstance(given, Cross) else Cross(given, self.crossing_dim)
        for name in cross.feature_names:
            if name not in self.features:
                raise ValueError(
                    f"FeatureSpace: a cross must be of features of the space. Received: {name!r} in {cross.name!r}."
                )
        return cross

    def adapt(self, dataset: Any) -> None:
        """Learns vocabularies, moments and boundaries; what was learned before is forgotten.

        dataset: a dict of arrays, a frame, a lacuna.data.Dataset with inputs of the features' names, or an iterable of
        dicts of arrays, a part of the rows each. To be called before get_encoded_features and the first call."""
        if not self.features:
            raise ValueError(f"FeatureSpace: adapt: a space from a file cannot learn anew. Received: {self.name!r}.")
        core = getattr(dataset, "_core", None)
        layers = [self.preprocessors[name] for name in self._learning]
        if isinstance(core, _core.Dataset):
            for name, layer in zip(self._learning, layers, strict=True):
                _core.adapt_to_dataset(layer._core, core, name)
        else:
            whole_data = isinstance(dataset, dict) or hasattr(dataset, "columns") or hasattr(dataset, "column_names")
            for layer in layers:
                layer.reset_state()
            for part in [dataset] if whole_data else dataset:
                for name, layer in zip(self._learning, layers, strict=True):
                    layer.update_state(self._column(part[0] if isinstance(part, tuple) else part, name))
            for layer in layers:
                layer.finalize_state()
        self._is_adapted = True

    def _column(self, data, name):
        try:
            return data[name]
        except (KeyError, IndexError, TypeError):
            raise ValueError(
                f"FeatureSpace: there must be a column for each feature. Received: none for {name!r}."
            ) from None

    def get_inputs(self) -> dict:
        """The symbols of the inputs, (batch, 1), by the features' names."""
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbol of the matrix, (batch, columns), or with output_mode='dict' a dict of them. ValueError before
        adapt, if there is anything to learn."""
        if self._encoded is None:
            self._encoded = self._encode()
        return self._encoded[0] if self.output_mode == "concat" else dict(zip(self._names, self._encoded, strict=True))

    def _encode(self):
        from lacuna.layers import Concatenate, HashedCrossing

        if not self._is_adapted:
            raise ValueError(
                f"FeatureSpace: adapt must be called first, since {self._learning[0]!r} learns from data. Received: no "
                "call."
            )
        made = {
            name: self.inputs[name] if layer is None else layer(self.inputs[name])
            for name, layer in self.preprocessors.items()
        }
        parts = [
            self._finished(name, made[name], one.output_mode, _ids(name, one)) for name, one in self.features.items()
        ]
        for cross in self.crosses:
            x = HashedCrossing(cross.crossing_dim, name=cross.name)([made[name] for name in cross.feature_names])
            parts.append(self._finished(cross.name, x, cross.output_mode, cross.crossing_dim))
        return [Concatenate()(parts)] if self.output_mode == "concat" and len(parts) > 1 else parts

    def _finished(self, name, x, mode, ids):
        from lacuna.layers import CategoryEncoding

        if mode == "one_hot":
            return CategoryEncoding(ids, output_mode="multi_hot")(x)
        if self.output_mode == "concat" and (mode == "int" or not str(x.dtype).startswith("float")):
            raise ValueError(
                "FeatureSpace: ids are no columns of a matrix; write output_mode='dict'. Received: "
                f"{name!r}, output_mode={mode!r}."
            )
        return x

    def __call__(self, data: Any) -> Any:
        """The values for a dict of arrays or a frame, with a column (batch,) or (batch, 1) for each feature: an array,
        or a matrix of scipy where the result is sparse; with output_mode='dict' a dict of these. Of a dict of single
        values, the only row."""
        self.get_encoded_features()
        columns = [self._column(data, name) for name in self.inputs]
        single = [isinstance(one, (str, bytes)) or np.ndim(one) == 0 for one in columns if not hasattr(one, "schema")]
        alone = bool(single) and all(single)
        where = "FeatureSpace"
        arrays = [view([one] if alone else one, f"{where}: column {name!r}", strings=True)
                  for name, one in zip(self.inputs, columns, strict=True)]  # fmt: skip
        values = _core.values_of(where, [*self.inputs], [*self.inputs.values()], self._encoded, arrays)
        values = [scipy_csr(*one) if isinstance(one, tuple) else one for one in values]
        values = [one[0] for one in values] if alone else values
        return values[0] if self.output_mode == "concat" else dict(zip(self._names, values, strict=True))

    def save(self, filepath: Any) -> None:
        """Saves a model of get_inputs and get_encoded_features, which C++ loads too."""
        from lacuna.models import Model

        self.get_encoded_features()
        Model(list(self.inputs.values()), self._encoded, name=f"{self.output_mode}_of_{self.name}").save(filepath)

    @classmethod
    def load(cls, filepath: Any) -> FeatureSpace:
        """The space of a file that save wrote, in Python or in C++. It gives what the saved one did, and cannot adapt
        again. ValueError for another file."""
        from lacuna.models import load_model

        model = load_model(filepath, compile=False)
        mode, _, name = model.name.partition("_of_")
        if mode not in ("concat", "dict") or not name:
            raise ValueError(
                f"FeatureSpace: load: the file must be one that FeatureSpace.save wrote. Received: a model of name "
                f"{model.name!r}."
            )
        space = cls.__new__(cls)
        space.name, space.output_mode, space.features, space.preprocessors = name, mode, {}, {}
        space.inputs = dict(sorted(zip(model.input_names, model.inputs, strict=True)))
        crosses = sorted(one.name for one in model.layers if type(one).__name__ == "HashedCrossing")
        space._names, space._encoded, space._model = [*space.inputs, *crosses], model.outputs, model
        return space


def _made(layer, dtype, output_mode, name, **settings):
    import lacuna.layers  # Here, since layers import utils.

    name = None if name is None else f"{name}_preprocessor"
    return Feature(dtype, getattr(lacuna.layers, layer)(name=name, **settings), output_mode)


def _learns(layer):
    """Whether adapt is for the layer: not where it was made with what it needs."""
    kind = type(layer).__name__
    if kind in ("StringLookup", "IntegerLookup", "TextVectorization"):
        return layer.get_config()["vocabulary"] is None and layer.get_config().get("num_bins") is None
    if kind == "Discretization":
        return len(layer.bin_boundaries) == 0
    return kind == "Normalization" and layer.mean is None


def _ids(name, feature):
    """How many ids the preprocessor of a feature gives, where that is wanted."""
    layer, kind = feature.preprocessor, type(feature.preprocessor).__name__
    if feature.output_mode != "one_hot":
        return None
    if kind in ("StringLookup", "IntegerLookup"):
        return layer.vocabulary_size()
    if kind in ("Hashing", "Discretization"):
        return len(layer.bin_boundaries) + 1 if layer.num_bins is None else layer.num_bins
    raise ValueError(
        "FeatureSpace: output_mode='one_hot' needs a preprocessor that gives ids: Hashing, Discretization, "
        f"StringLookup or IntegerLookup. Received: {name!r} by a {kind}."
    )
