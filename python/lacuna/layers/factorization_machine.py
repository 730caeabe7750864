"""The layer FactorizationMachine."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Identifier, Whole
from lacuna.layers.base import Layer

__all__ = [
    "FactorizationMachine",
]


def __dir__() -> list[str]:
    return __all__


class FactorizationMachine(Layer):
    """activation(Σ x_j l_j + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j + bias), of shape (batch, 1): a linear model and, for each pair
    of features, the product of their factors v (Rendle, 2010). x: csr or dense, (batch, columns).

    factors: the length of v. Row j of the kernel, (columns, factors + 1), is v_j followed by l_j; kernel_initializer
    fills both. sparse_weight: only rows of the kernel that were touched are made and kept, as in Dense.

    ids: if True, x holds whole numbers in [0, input_dim), (batch, fields), as for an Embedding: the features that are
    1; an id that occurs n times counts n times. mask_zero: id 0 is padding. input_dim must be given.
    """

    def __init__(
        self,
        factors: Whole,
        activation: Identifier = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        sparse_weight: Flag = False,
        input_dim: Whole | None = None,
        ids: Flag = False,
        mask_zero: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("FactorizationMachine", locals())

    @property
    def kernel(self) -> Any:
        """The variable, of shape (columns of x, factors + 1)."""
        return self.weights[0]

    @property
    def bias(self) -> Any:
        """The variable, of shape (1,); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None
