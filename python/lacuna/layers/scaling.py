"""Layers of features that are numbers: Normalization, Rescaling, Discretization."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._types import Flag, Number, Whole
from lacuna.layers._feature import Feature

__all__ = [
    "Discretization",
    "Normalization",
    "Rescaling",
]


def __dir__() -> list[str]:
    return __all__


class Normalization(Feature):
    """(x - mean) / max(sqrt(variance), 1e-7), for each feature. adapt computes mean and variance over all rows: they
    are weights that do not learn. Or both are given: a number, or a list with one a feature.

    axis: the axes that have moments of their own, the batch not among them; None: one mean and variance for all values.
    invert: from normalized values to those before. center: False only divides, which keeps the zeros of csr; csr is a
    ValueError without it. The shape stays.

        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
        >>> layer(np.array([[3.0, 10.0]]))
        array([[ 1., -1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: Flag = False,
        center: Flag = True,
        **kwargs: Any,
    ) -> None:
        mean, variance = (one.tolist() if hasattr(one, "tolist") else one for one in (mean, variance))
        self._make("Normalization", locals())


class Rescaling(Feature):
    """x scale + offset: numbers, or lists with one for each place of the last axis. csr stays csr if the offset is 0.

    >>> Rescaling(1 / 4, offset=1)(np.array([[0, 4, 2]])).tolist()
    [[1.0, 2.0, 1.5]]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        scale, offset = (one.tolist() if hasattr(one, "tolist") else one for one in (scale, offset))
        self._make("Rescaling", locals())


class Discretization(Feature):
    """The bin of each number: how many boundaries are at or below it.

    bin_boundaries: numbers that ascend; or num_bins, and adapt puts the boundaries where the bins hold equally many of
    the values it saw. They are exact up to 2**20 values; beyond, a boundary may be a millionth of the rows away. NaN is
    above all boundaries, and a ValueError of adapt. epsilon: Keras' error of quantiles; has no effect. output_mode:
    'int', of the shape of the input; 'one_hot', 'multi_hot', 'count': rows with a column for each bin, csr unless
    sparse=False.

        >>> Discretization([0.0, 1.0, 2.0])(np.array([-1.5, 1.0, 3.4, 0.5])).tolist()
        [0, 2, 3, 1]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: Whole | None = None,
        epsilon: Number = 0.01,
        output_mode: str = "int",
        sparse: Flag = True,
        **kwargs: Any,
    ) -> None:
        if hasattr(bin_boundaries, "tolist"):
            bin_boundaries = bin_boundaries.tolist()
        self._make("Discretization", locals())
        del vars(self)["bin_boundaries"]  # The property.

    @property
    def bin_boundaries(self) -> list:
        """The boundaries, given or of adapt; empty before there are any."""
        return _core.bin_boundaries(self._core)
