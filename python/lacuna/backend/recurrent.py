"""The function rnn of lacuna.backend."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._types import Flag, Function, TensorLike, Whole

__all__ = [
    "rnn",
]


def __dir__() -> list[str]:
    return __all__


def rnn(
    step_function: Function,
    inputs: TensorLike,
    initial_states: Any,
    go_backwards: Flag = False,
    mask: TensorLike | None = None,
    constants: Any = None,
    unroll: Flag = False,
    input_length: Whole | None = None,
) -> Any:
    """Runs step_function(x, states) over the time axis of inputs, (batch, time, …); returns the last output, all
    outputs (batch, time, …), and the last states. The function is called once, while the graph is built; it returns an
    output and a list of new states.

    mask: (batch, time); where it is 0, states stay as they are, and outputs are those of the step before.
    constants: symbols that stand at the end of `states`. The function may use any other symbol as well.
    unroll, input_length: have no effect.
    """
    more = list(constants or ())
    return _core.rnn(
        lambda x, states: step_function(x, [*states, *more]),
        inputs,
        list(initial_states),
        _core.flag("rnn", "go_backwards", go_backwards),
        mask,
    )
