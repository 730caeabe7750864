"""CrossNet and CrossNetV2."""

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
    """The cross network of Deep & Cross (Wang et al., 2017), of the shape of its input x, (batch, columns), csr or
    dense:

        x_0 = x,  x_{l+1} = x (x_l · w_l) + b_l + x_l

    with w_l the columns of the kernel, (columns, num_layers), and b_l the rows of the bias, (num_layers, columns). With
    use_bias=False csr stays csr, and sparse_weight=True keeps only rows of the kernel that were touched, as in Dense;
    with bias the output is dense.
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
    """The cross network of DCN V2 (Wang et al., 2021), of the shape of its input x, (batch, columns), csr or dense:

        x_0 = x,  x_{l+1} = x ∘ (x_l W_l + b_l) + x_l

    with W_l a matrix (columns, columns), or with projection_dim U_l V_lᵀ, both (columns, projection_dim). csr stays
    csr, with the pattern of x; a whole W_l then costs (batch, columns) beside it, U_l V_lᵀ the non-zeros alone.
    Weights: U_l, V_l (or W_l) and b_l, layer by layer.
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
