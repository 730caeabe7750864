"""Models that are made by a word: linear, factorization machine, mlp, wide and deep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lacuna
from lacuna import _core, activations
from lacuna._arguments import dtype_name, shown
from lacuna._custom import custom
from lacuna._types import DTypeLike, Flag, Identifier, Number, Whole
from lacuna.models.files import model_from_config

if TYPE_CHECKING:
    from lacuna.data.dataset import Dataset

__all__ = ["ready_model"]


def __dir__() -> list[str]:
    return __all__


def ready_model(
    text: str,
    input_dim: Whole | Dataset,
    outputs: Whole = 1,
    activation: Identifier = None,
    hidden_activation: Identifier = "relu",
    l1: Number = 0.0,
    l2: Number = 0.0,
    dropout: Number = 0.0,
    use_bias: Flag = True,
    sparse_weight: Flag = True,
    name: str | None = None,
    dtype: DTypeLike = None,
) -> Any:
    """A Model, not compiled yet, that is named by a text, from csr of shape (batch, input_dim) to (batch, outputs):

    "linear": x kernel + bias. "fm:16": FactorizationMachine of 16 factors, one for each output. "mlp:128,64": hidden
    layers of 128 and of 64 units. "wide-deep:128,64:16": a linear model plus an mlp on the weighted sum of a row's
    embeddings, of 16 numbers each (Cheng et al., 2016). What stands after the name may be left out; the numbers here
    are those that then hold. Weights of `linear`, and of the wide part, begin at 0: columns that were never seen add
    nothing.

    input_dim: the number of columns, or a Dataset: the model then has its inputs by their names, side by side if there
        are several: csr, dense matrices, and ids.
    activation: of the outputs, by name or one of lacuna.activations; None: softmax of several outputs, and none of one.
        hidden_activation: that of hidden layers. l1, l2: of all kernels, the loss gets l1 Σ|w| + l2 Σw².
        dropout: after each hidden layer. use_bias: of the outputs. sparse_weight: as in Dense, of kernels that csr
        meets. dtype: of the input and of the weights; None: floatx.
    ValueError for a text that names no model, for sizes that are not positive, and for inputs that are texts. TypeError
    for a function of your own as an activation.

        >>> model = lacuna.models.ready_model("linear", 2**40, activation="sigmoid")
        >>> model.predict(csr_matrix(([3.0], ([0], [2**39])), shape=(1, 2**40)))
        array([[0.5]], dtype=float32)
    """
    settings = {
        "outputs": outputs,
        "activation": _name_of("activation", activation),
        "hidden_activation": _name_of("hidden_activation", hidden_activation),
        "l1": l1,
        "l2": l2,
        "dropout": dropout,
        "use_bias": use_bias,
        "sparse_weight": sparse_weight,
        "dtype": dtype_name(dtype),
    }
    if name is not None:
        settings["name"] = name
    of = input_dim._core if isinstance(input_dim, lacuna.data.Dataset) else input_dim
    return model_from_config(_core.ready_config(text, of, settings))


def _name_of(argument, given):
    """The library makes the model from names alone, and one's own function may have the name of one of its own."""
    if given is None or (isinstance(given, str) and given not in custom):
        return given
    name = next((function.__name__ for function in activations._functions if function is given), None)
    if name is None:
        raise TypeError(
            f"ready_model: {argument} must be the name of an activation, or one of lacuna.activations; build a model "
            f"with a function of your own by layers. Received: {argument}={shown(given)}."
        )
    return name
