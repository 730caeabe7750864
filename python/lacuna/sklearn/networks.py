"""Networks with hidden layers, alone or beside a linear model."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Number, Whole
from lacuna.sklearn import _networks
from lacuna.sklearn._classes import Classifier
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._settings import hidden_units
from lacuna.sklearn._values import Regressor

__all__ = ["MLPClassifier", "MLPRegressor", "WideDeepClassifier", "WideDeepRegressor"]


def __dir__() -> list[str]:
    return __all__


def _sizes(estimator: Any) -> Any:
    """hidden_layer_sizes as a list."""
    return hidden_units(type(estimator).__name__, estimator.hidden_layer_sizes)


class MLPClassifier(Classifier):
    """A network with hidden layers on sparse or dense rows.

    hidden_layer_sizes: the units of each hidden layer, or a number for one. activation: its name. dropout: what part of
    each hidden layer is dropped in a step. l2: the penalty l2 Σw² of all layers, added to the mean loss of a row.
    sparse_weight: of the first layer, as in LinearClassifier. The other parameters: LacunaClassifier tells about them.

        >>> x, y = csr_matrix([[0, 1.0], [1.0, 0], [0, 0], [1.0, 1.0]]), [1, 1, 0, 0]
        >>> classifier = MLPClassifier(16, learning_rate=0.05, random_state=0).fit(x, y)
        >>> classifier.predict(x)
        array([1, 1, 0, 0])
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Number = 0.0,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        class_weight: Any = None,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.mlp(facts, _sizes(self), self.activation, self.dropout, self.l2, self.sparse_weight)


class MLPRegressor(Regressor):
    """A network with hidden layers, for values. Parameters as in MLPClassifier.

    >>> x, y = csr_matrix([[0, 1.0], [1.0, 0], [0, 0], [1.0, 1.0]]), [1.0, 1.0, 0.0, 0.0]
    >>> MLPRegressor((16, 8), random_state=0).fit(x, y).predict(x).shape
    (4,)
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Number = 0.0,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.mlp(facts, _sizes(self), self.activation, self.dropout, self.l2, self.sparse_weight)


class WideDeepClassifier(Classifier):
    """A linear model that remembers columns, and hidden layers on the sum of a row's embeddings that generalize, in one
    sum (Cheng et al., 2016).

    embedding: the numbers of a column's embedding. The other parameters as in MLPClassifier.

        >>> x, y = csr_matrix([[0, 1.0], [1.0, 0], [0, 0], [1.0, 1.0]]), ["a", "b", "c", "c"]
        >>> WideDeepClassifier((16, 8), random_state=0).fit(x, y).decision_function(x).shape
        (4, 3)
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        embedding: Whole = 16,
        activation: Any = "relu",
        dropout: Number = 0.0,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        class_weight: Any = None,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.wide_deep(
            facts, _sizes(self), self.embedding, self.activation, self.dropout, self.l2, self.sparse_weight
        )


class WideDeepRegressor(Regressor):
    """As WideDeepClassifier, for values.

    >>> x, y = csr_matrix([[0, 1.0], [1.0, 0], [0, 0], [1.0, 1.0]]), [1.0, 1.0, 0.0, 0.0]
    >>> WideDeepRegressor((16, 8), random_state=0).fit(x, y).predict(x).shape
    (4,)
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 32),
        embedding: Whole = 16,
        activation: Any = "relu",
        dropout: Number = 0.0,
        l2: Number = 0.0,
        sparse_weight: Flag | None = None,
        optimizer: Any = "adagrad",
        learning_rate: Number | None = 0.05,
        learning_rate_schedule: str = "linear",
        max_iter: Whole | None = None,
        batch_size: Whole | None = None,
        tol: Number | None = 1e-3,
        n_iter_no_change: Whole = 5,
        early_stopping: Flag = False,
        validation_fraction: Number = 0.1,
        shuffle: Flag = True,
        warm_start: Flag = False,
        random_state: Any = None,
        verbose: Whole = 0,
    ) -> None:
        self._keep(locals())

    def _make(self, facts: Facts) -> Any:
        return _networks.wide_deep(
            facts, _sizes(self), self.embedding, self.activation, self.dropout, self.l2, self.sparse_weight
        )
