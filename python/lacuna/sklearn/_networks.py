"""The models of the ready estimators: lacuna.models.ready_model, with the last activation as a layer of its own, so
that what stands before it can be asked for."""

from __future__ import annotations

from typing import Any

from lacuna.layers import Activation
from lacuna.models import Model, ready_model
from lacuna.sklearn._facts import Facts

# From so many values on, a weight is a table of the rows that were touched. Below, an array takes little memory, and
# finding rows in a table costs more than it saves.
_LARGE = 2**22


def ready(text: str, facts: Facts, width: int, sparse_weight: Any, **settings: Any) -> Any:
    """The model that the text names. width: the values that a column has in the largest weight. sparse_weight: whether
    that is a table; None: if it is large. settings: those of ready_model."""
    table = facts.n_features * width > _LARGE if sparse_weight is None else bool(sparse_weight)
    model = ready_model(text, facts.n_features, facts.n_outputs, activation="linear", sparse_weight=table, **settings)
    if facts.kind == "values":
        return model
    scores = model.outputs[0]
    return Model(model.inputs, Activation(facts.activation, dtype=scores.dtype)(scores))


def linear(facts: Facts, l1: Any, l2: Any, sparse_weight: Any, bias: Any) -> Any:
    """One layer, whose weights begin at 0."""
    return ready("linear", facts, facts.n_outputs, sparse_weight, l1=l1, l2=l2, use_bias=bias)


def fm(facts: Facts, factors: Any, l2: Any, sparse_weight: Any) -> Any:
    """A factorization machine for each output."""
    factors = int(factors)
    return ready(f"fm:{factors}", facts, factors + 1, sparse_weight, l2=l2)


def mlp(facts: Facts, units: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any) -> Any:
    """Hidden layers, and one that gives a value for each output. The dtype is that of X, as in scikit-learn's networks:
    its checks of them need more digits than the products of float32 have."""
    text = f"mlp:{','.join(map(str, units))}"
    return _hidden(text, facts, units[0], activation, dropout, l2, sparse_weight)


def wide_deep(
    facts: Facts, units: Any, embedding: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any
) -> Any:
    """The sum of a linear layer, and of hidden layers on the sum of embeddings, in the dtype of X."""
    text = f"wide-deep:{','.join(map(str, units))}:{int(embedding)}"
    return _hidden(text, facts, max(int(embedding), facts.n_outputs), activation, dropout, l2, sparse_weight)


def _hidden(text: str, facts: Facts, width: Any, activation: Any, dropout: Any, l2: Any, sparse_weight: Any) -> Any:
    settings = {"hidden_activation": activation, "dropout": dropout, "l2": l2, "dtype": facts.dtype}
    return ready(text, facts, int(width), sparse_weight, **settings)
