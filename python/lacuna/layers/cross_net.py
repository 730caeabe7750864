"""The layers CrossNet and CrossNetV2, for products of features."""

from __future__ import annotations

from typing import Any

from lacuna._types import Flag, Identifier, Whole
from lacuna.layers.base import Layer

__all__ = [
    "CrossNet",
    "CrossNetV2",
]


def __dir__() -> list[str]:
    return __all__


class CrossNet(Layer):
    """The cross network of Deep & Cross (Wang et al., 2017). Input x and output have the shape (batch, columns); x is
    csr or dense:

        x_0 = x,  x_{l+1} = x (x_l · w_l) + b_l + x_l

    where w_l is a column of the kernel, (columns, num_layers), and b_l a row of the bias, (num_layers, columns). With
    use_bias=False the output for csr is csr, and sparse_weight=True keeps only rows of the kernel that were touched, as
    in Dense. With a bias the output is dense.
    """

    def __init__(
        self,
        num_layers: Whole,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        sparse_weight: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._make("CrossNet", locals())

    @property
    def kernel(self) -> Any:
        """The variable, of shape (columns of x, num_layers)."""
        return self.weights[0]

    @property
    def bias(self) -> Any:
        """The variable, of shape (num_layers, columns of x); None without use_bias."""
        return self.weights[1] if len(self.weights) > 1 else None


class CrossNetV2(Layer):
    """The cross network of DCN V2 (Wang et al., 2021). Input x and output have the shape (batch, columns); x is csr or
    dense:

        x_0 = x,  x_{l+1} = x ∘ (x_l W_l + b_l) + x_l

    where W_l is a matrix (columns, columns), or with projection_dim the product U_l V_lᵀ of two matrices (columns,
    projection_dim). The output for csr is csr with the pattern of x. A full W_l then needs (batch, columns) values in
    addition; U_l V_lᵀ costs only the non-zeros. Weights: U_l, V_l (or W_l) and b_l, layer by layer.
    """

    def __init__(
        self,
        num_layers: Whole,
        projection_dim: Whole | None = None,
        use_bias: Flag = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier = None,
        bias_regularizer: Identifier = None,
        activity_regularizer: Identifier = None,
        kernel_constraint: Identifier = None,
        bias_constraint: Identifier = None,
        **kwargs: Any,
    ) -> None:
        self._make("CrossNetV2", locals())
