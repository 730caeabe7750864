"""The models of the ready estimators, each with its last activation as a layer of its own, so that what stands before
it can be asked for."""

from __future__ import annotations

from typing import Any

from lacuna.initializers import RandomNormal
from lacuna.layers import Activation, Add, Concatenate, Dense, Dropout, FactorizationMachine, Input
from lacuna.models import Model
from lacuna.regularizers import L1L2
from lacuna.sklearn._facts import Facts

# From so many values on, a weight is a table of the rows that were touched. Below, an array takes little memory, and
# finding rows in a table costs more than it saves.
_LARGE = 2**22


def is_table(facts: Facts, units: int, sparse_weight: Any) -> bool:
    """Whether the weight on the columns is a table, unless the user says it."""
    return facts.n_features * units > _LARGE if sparse_weight is None else bool(sparse_weight)


def penalty(l1: Any, l2: Any) -> Any:
    """The regularizer l1 Σ|w| + l2 Σw²; None without one."""
    return L1L2(l1=float(l1), l2=float(l2)) if l1 or l2 else None


def _input(facts: Facts, dtype: str = "float32") -> Any:
    return Input((facts.n_features,), sparse=True, dtype=dtype)


def _ended(inputs: Any, scores: Any, facts: Facts) -> Any:
    return Model(inputs, scores if facts.kind == "values" else Activation(facts.activation)(scores))


def _linear(inputs: Any, facts: Facts, l1: Any, l2: Any, sparse_weight: Any, bias: Any) -> Any:
    return Dense(
        facts.n_outputs,
        use_bias=bool(bias),
        kernel_initializer="zeros",
        kernel_regularizer=penalty(l1, l2),
        sparse_weight=is_table(facts, facts.n_outputs, sparse_weight),
        dtype=inputs.dtype,
    )(inputs)


def linear(facts: Facts, l1: Any, l2: Any, sparse_weight: Any, bias: Any) -> Any:
    """One layer, whose weights begin at 0."""
    inputs = _input(facts)
    return _ended(inputs, _linear(inputs, facts, l1, l2, sparse_weight, bias), facts)


def _hidden(inputs: Any, facts: Facts, units: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any) -> Any:
    x, dtype = inputs, facts.dtype
    for place, one in enumerate(units):
        first = place == 0
        flag = is_table(facts, int(one), sparse_weight) if first else False
        x = Dense(int(one), activation, kernel_regularizer=penalty(0, l2), sparse_weight=flag, dtype=dtype)(x)
        if dropout:
            x = Dropout(float(dropout))(x)
    return Dense(facts.n_outputs, kernel_regularizer=penalty(0, l2), dtype=dtype)(x)


def mlp(facts: Facts, units: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any) -> Any:
    """Hidden layers, and one that gives a value for each output. The dtype is that of X, as in scikit-learn's networks:
    its checks of them need more digits than the products of float32 have."""
    inputs = _input(facts, facts.dtype)
    return _ended(inputs, _hidden(inputs, facts, units, activation, dropout, l2, sparse_weight), facts)


def wide_deep(facts: Facts, units: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any) -> Any:
    """The sum of a linear layer and of hidden layers, in the dtype of X."""
    inputs = _input(facts, facts.dtype)
    wide = _linear(inputs, facts, 0, l2, sparse_weight, False)
    deep = _hidden(inputs, facts, units, activation, dropout, l2, sparse_weight)
    return _ended(inputs, Add()([wide, deep]), facts)


def fm(facts: Facts, factors: Any, l2: Any, sparse_weight: Any) -> Any:
    """A factorization machine for each output."""
    inputs, factors = _input(facts), int(factors)
    flag = is_table(facts, factors + 1, sparse_weight)

    def machine() -> Any:
        start = RandomNormal(stddev=0.01)
        return FactorizationMachine(
            factors, kernel_initializer=start, kernel_regularizer=penalty(0, l2), sparse_weight=flag
        )(inputs)

    each = [machine() for _ in range(facts.n_outputs)]
    return _ended(inputs, each[0] if len(each) == 1 else Concatenate()(each), facts)
