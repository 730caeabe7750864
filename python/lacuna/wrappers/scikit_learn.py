"""Models as estimators of scikit-learn: in pipelines, cross-validation and searches for settings. csr stays csr."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from lacuna._arguments import no_more, shown
from lacuna._types import ArrayLike, Config
from lacuna.models import Model
from lacuna.utils.generic_utils import has_arg

__all__ = [
    "BaseWrapper",
    "KerasClassifier",
    "KerasRegressor",
]

_METHODS = ("fit", "predict", "evaluate")


def __dir__() -> list[str]:
    return __all__


class BaseWrapper:
    """What KerasClassifier and KerasRegressor have in common.

    build_fn: a function, or an object with __call__, that returns a compiled model; a class of your own that derives
    from the wrapper may define __call__ instead. sk_params: arguments of build_fn, and of the model's fit, predict and
    evaluate (epochs, batch_size, verbose, …); each call uses those that it knows. After fit, `model` is the model.

        >>> def build(units=8):
        ...     model = Sequential([Dense(units, activation="relu", input_dim=3), Dense(1, activation="sigmoid")])
        ...     model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        ...     return model
        >>> from lacuna.layers import Dense
        >>> from lacuna.models import Sequential
        >>> classifier = KerasClassifier(build, units=4, epochs=2, verbose=0)
        >>> history = classifier.fit([[0, 0, 1], [1, 0, 0]], ["no", "yes"])
        >>> classifier.predict_proba([[0, 0, 1]]).shape
        (1, 2)
    """

    model: Any = None

    def __init__(self, build_fn: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _builder(self) -> Any:
        """What makes the model: build_fn, or this object where a subclass defines __call__."""
        builder = self if self.build_fn is None else self.build_fn
        if not callable(builder):
            raise TypeError(
                f"{type(self).__name__}: build_fn must be a function that returns a compiled model. Received: "
                f"build_fn={shown(self.build_fn)}."
            )
        return builder if inspect.isfunction(builder) or inspect.ismethod(builder) else builder.__call__

    def check_params(self, params: Config) -> None:
        """ValueError for a name that neither build_fn nor fit, predict or evaluate has as an argument."""
        if not isinstance(params, dict):
            raise TypeError(f"{type(self).__name__}: params must be a dict. Received: params={shown(params)}.")
        users = [self._builder(), *(getattr(Model, method) for method in _METHODS)]
        for name in params:
            if name != "nb_epoch" and not (isinstance(name, str) and any(_takes(one, name) for one in users)):
                raise ValueError(
                    f"{type(self).__name__}: a parameter must be an argument of build_fn, or of the model's fit, "
                    f"predict or evaluate. Received: {shown(name)}."
                )

    def get_params(self, **params: Any) -> Config:
        """build_fn and all parameters, by name. scikit-learn's deep=… makes no difference."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Any:
        """Changes parameters, and returns the wrapper. The next fit uses them."""
        params = dict(params)
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn: Any, override: Config | None = None) -> Config:
        """Those parameters that a function has as arguments. override: a dict of others, which win."""
        if not isinstance(override, dict | None):
            raise TypeError(f"filter_sk_params: override must be a dict. Received: override={shown(override)}.")
        return {**{k: v for k, v in self.sk_params.items() if has_arg(fn, k)}, **(override or {})}

    def fit(self, x: ArrayLike, y: ArrayLike, **kwargs: Any) -> Any:
        """Makes a new model and trains it. x, y: as of Model.fit. kwargs: arguments of Model.fit. Returns its
        History."""
        builder = self._builder()
        model = builder(**self.filter_sk_params(builder))
        if not isinstance(model, Model) or model.loss is None:
            raise TypeError(
                f"{type(self).__name__}: build_fn must return a model that is compiled. Received: {shown(model)}."
            )
        self.model = model
        if _is(model.loss, "categorical_crossentropy") and np.ndim(y) != 2:
            from lacuna.utils.np_utils import to_categorical

            y = to_categorical(y)
        return model.fit(x, y, **self.filter_sk_params(Model.fit, kwargs))

    def _arguments(self, method: str, kwargs: Config) -> Config:
        if self.model is None:
            raise ValueError(f"{type(self).__name__}: fit must be called before {method}. Received: no model.")
        users = Model.evaluate if method == "score" else Model.predict
        for name in kwargs:
            if not has_arg(users, name):
                no_more(f"{type(self).__name__}.{method}", {name: None})
        return self.filter_sk_params(users, kwargs)

    def _evaluated(self, x: Any, y: Any, arguments: Config) -> dict[str, float]:
        """The loss and the metrics, by name."""
        values = self.model.evaluate(x, y, **arguments)
        return dict(zip(self.model.metrics_names, values if isinstance(values, list) else [values]))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks: the kind of the estimator, and that it takes sparse matrices."""
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        kind = getattr(self, "_estimator_type", None)
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
            input_tags=InputTags(sparse=True),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there is a model."""
        return self.model is not None


def _takes(function: Any, name: str) -> bool:
    try:
        return has_arg(function, name)
    except TypeError:  # A function of another language has no signature.
        return False


def _is(loss: Any, name: str) -> bool:
    return (loss if isinstance(loss, str) else getattr(loss, "__name__", None)) == name


class KerasClassifier(BaseWrapper):
    """A classifier of scikit-learn. Its model ends in a softmax over the classes, or in one sigmoid."""

    _estimator_type = "classifier"
    classes_: Any = None

    def fit(self, x: ArrayLike, y: ArrayLike, sample_weight: ArrayLike = None, **kwargs: Any) -> Any:
        """Makes a new model and trains it. y: labels of any kind, of shape (rows,) or (rows, 1), or one-hot rows;
        `classes_` has the labels in order. kwargs: arguments of Model.fit. Returns its History."""
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y.ravel())
        else:
            raise ValueError(f"KerasClassifier: y must have shape (rows,) or (rows, classes). Received: {y.shape}.")
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def _numbered(self, y: Any) -> Any:
        """The places of labels in classes_, as the model's loss needs them."""
        if y.ndim == 2 and y.shape[1] > 1:
            return y
        if not np.isin(y, self.classes_).all():
            raise ValueError(
                f"KerasClassifier: labels must be among those of fit. Received: {shown(y)}, classes={self.classes_}."
            )
        y = np.searchsorted(self.classes_, y.ravel())
        if not _is(self.model.loss, "categorical_crossentropy"):
            return y
        from lacuna.utils.np_utils import to_categorical

        return to_categorical(y, len(self.classes_))

    def predict(self, x: ArrayLike, **kwargs: Any) -> Any:
        """The label of each row, of shape (rows,). kwargs: arguments of Model.predict."""
        arguments = self._arguments("predict", kwargs)
        values = self.model.predict(x, **arguments)
        return self.classes_[(values[:, 0] > 0.5).astype(int) if values.shape[1] == 1 else values.argmax(axis=1)]

    def predict_proba(self, x: ArrayLike, **kwargs: Any) -> Any:
        """The probabilities of the classes, (rows, classes); of a sigmoid as two columns. kwargs: arguments of
        Model.predict."""
        arguments = self._arguments("predict_proba", kwargs)
        values = self.model.predict(x, **arguments)
        return np.hstack([1 - values, values]) if values.shape[1] == 1 else values

    def score(self, x: ArrayLike, y: ArrayLike, **kwargs: Any) -> float:
        """The accuracy, which the model must have as a metric. kwargs: arguments of Model.evaluate."""
        arguments = self._arguments("score", kwargs)
        y = self._numbered(np.asarray(y))
        values = self._evaluated(x, y, arguments)
        for name in ("acc", "accuracy"):
            if name in values:
                return values[name]
        raise ValueError(
            "KerasClassifier: the model must have the accuracy as a metric; write compile(…, metrics=['accuracy']). "
            f"Received: metrics {list(values)}."
        )


class KerasRegressor(BaseWrapper):
    """A regressor of scikit-learn."""

    _estimator_type = "regressor"

    def predict(self, x: ArrayLike, **kwargs: Any) -> Any:
        """The value of each row, of shape (rows,), or (rows, values). kwargs: arguments of Model.predict."""
        arguments = self._arguments("predict", kwargs)
        values = self.model.predict(x, **arguments)
        return values[..., 0] if values.shape[-1] == 1 else values

    def score(self, x: ArrayLike, y: ArrayLike, **kwargs: Any) -> float:
        """The loss with its sign turned, so that more is better. kwargs: arguments of Model.evaluate."""
        return -self._evaluated(x, y, self._arguments("score", kwargs))["loss"]
