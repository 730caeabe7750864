"""What the last layer of a model must be, so that its values are what the estimator takes them for."""

from __future__ import annotations

from typing import Any

from lacuna._arguments import shown
from lacuna.layers import Activation
from lacuna.models import Model, Sequential
from lacuna.sklearn._facts import Facts

# Of a layer with one of these, values are not probabilities.
_NO_PROBABILITIES = "elu exponential linear relu selu softplus softsign tanh".split()


def check_outputs(where: str, model: Model, facts: Facts) -> None:
    """ValueError unless the model, which is built if need be, has one output of the width and the kind of the facts."""
    if isinstance(model, Sequential) and not model.built:
        model.build((None, facts.n_features))
    shapes = [tuple(output.shape) for output in model.outputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] != facts.n_outputs:
        advice = "; two classes have one unit with a sigmoid" if facts.kind == "binary" else ""
        raise ValueError(
            f"{where}: a model must have one output, of facts.n_outputs units{advice}. Received: outputs={shapes}, "
            f"n_outputs={facts.n_outputs}, kind={facts.kind!r}."
        )
    if facts.kind == "values":
        return
    name = _activation(_last(model))
    if name in _NO_PROBABILITIES or (name == "softmax" and facts.n_outputs == 1):
        raise ValueError(
            f"{where}: the last layer of a model must give probabilities; give it facts.activation. Received: "
            f"activation={shown(name)}, facts.activation={facts.activation!r}."
        )


def before_activation(model: Model, facts: Facts) -> Any:
    """The model up to a last layer Activation that is the one of the facts; None if it ends in another way."""
    last = _last(model, inside=False)
    if facts.kind == "values" or not isinstance(last, Activation) or _activation(last) != facts.activation:
        return None
    try:
        return Model(model.inputs, last.input)
    except AttributeError:  # A layer that is called more than once.
        return None


def _last(model: Any, inside: bool = True) -> Any:
    """The layer that gives the output; inside: also of a model that is the last layer."""
    layers = model._output_layers
    if len(layers) != 1:
        return None
    return _last(layers[0]) if inside and isinstance(layers[0], Model) else layers[0]


def _activation(layer: Any) -> Any:
    """The name of a layer's activation; None if it has none, or one of its own."""
    return getattr(getattr(layer, "activation", None), "__name__", None)
