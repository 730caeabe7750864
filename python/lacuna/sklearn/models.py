"""Any model of Lacuna as an estimator."""

from __future__ import annotations

import copy
from typing import Any

from lacuna._types import Flag, Number, Whole
from lacuna.models import Model
from lacuna.sklearn import _networks
from lacuna.sklearn._classes import Classifier
from lacuna.sklearn._facts import Facts
from lacuna.sklearn._values import Regressor

__all__ = ["Facts", "LacunaClassifier", "LacunaRegressor"]


def __dir__() -> list[str]:
    return __all__


def _made(model: Any, facts: Facts) -> Any:
    """A model of the user's: what the function makes, or a copy of the model."""
    if model is None:
        return _networks.linear(facts, 0, 0, None, True)
    return copy.deepcopy(model) if isinstance(model, Model) else model(facts)


class LacunaClassifier(Classifier):
    """Any model as a classifier of scikit-learn.

    model: a function that gets the Facts (n_features, n_outputs, classes, the loss and the activation that go with
    them) and returns a model; or a model, of which each fit trains a copy, from the weights that it has. One that is
    not compiled is compiled with `optimizer` and the loss of the facts. None: a linear model. The last layer has
    facts.n_outputs units and facts.activation; decision_function is exact where that is a layer Activation, and
    computed from float32 probabilities otherwise. ValueError for another number of outputs, and for a last activation
    that gives no probabilities.

    optimizer: a name or one of lacuna.optimizers. learning_rate: its rate, also that of a model which comes compiled;
    None: its own. Set later, it holds from the next fit or partial_fit on. learning_rate_schedule:
    'linear' lets the rate fall to 0 at max_iter, 'constant' does not; with early stopping it is constant. max_iter: the
    number of epochs; None: as many as see 40,000 rows, at most 100, and 100 with early stopping. batch_size: rows a
    step; None: a hundredth of all, from 16 to 512. tol, n_iter_no_change: training ends when for so many epochs the
    loss was not better than the best by tol; tol=None: never. early_stopping: the loss is that of validation_fraction
    of the rows, which are held out, and the best weights are kept. shuffle: whether each epoch has another order.
    warm_start: fit goes on with the model there is. class_weight: a dict by label, or 'balanced'. random_state: a
    number for the same bits again, on any number of threads. verbose: as in Model.fit.

    After fit, model_ is the model, classes_ has the labels in order, history_ the losses of epochs, n_iter_ their
    number (of partial_fit: of its calls).

        >>> def build(facts):
        ...     x = Input((facts.n_features,), sparse=True)
        ...     return Model(x, Dense(facts.n_outputs, facts.activation)(Dense(8, "relu")(x)))
        >>> from lacuna.layers import Dense, Input
        >>> classifier = LacunaClassifier(build, max_iter=3, random_state=0)
        >>> x = csr_matrix([[0, 2.0], [1.0, 0], [0, 1.0], [3.0, 0]])
        >>> classifier.fit(x, ["no", "yes", "no", "maybe"]).predict_proba(x).shape
        (4, 3)
    """

    def __init__(
        self,
        model: Any = None,
        optimizer: Any = "adam",
        learning_rate: Number | None = None,
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
        return _made(self.model, facts)


class LacunaRegressor(Regressor):
    """Any model as a regressor of scikit-learn. Parameters as in LacunaClassifier.

    >>> def build(facts):
    ...     return Sequential([Dense(8, "relu", input_dim=facts.n_features), Dense(facts.n_outputs)])
    >>> from lacuna import Sequential
    >>> from lacuna.layers import Dense
    >>> regressor = LacunaRegressor(build, max_iter=3, random_state=0)
    >>> regressor.fit([[0, 2.0], [1.0, 0], [0, 1.0], [3.0, 0]], [1.0, 2.0, 3.0, 4.0]).predict([[1.0, 1.0]]).shape
    (1,)
    """

    def __init__(
        self,
        model: Any = None,
        optimizer: Any = "adam",
        learning_rate: Number | None = None,
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
        return _made(self.model, facts)
