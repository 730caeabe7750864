"""What `compile` takes, as the library takes it."""

from __future__ import annotations

import warnings
from typing import Any

import lacuna
from lacuna import _core
from lacuna._arguments import listed, no_more, shown
from lacuna._types import Identifier


class Compiled:
    """How a model is made ready to train, and what it was given for it."""

    optimizer = loss = metrics = weighted_metrics = loss_weights = sample_weight_mode = history = None

    def compile(
        self,
        optimizer: Identifier,
        loss: Identifier = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        **kwargs: Any,
    ) -> None:
        """Makes the model ready to train.

        optimizer: a name or one of lacuna.optimizers. loss: a name or a function of (y_true, y_pred) for all outputs, a
        list with one for each output, or a dict by output name. metrics: a list, used for all outputs, or a dict by
        output name. "auc" of several columns is the mean over columns. Metrics with a state (lacuna.metrics.AUC(),
        "auc", "precision", …) use the sample weights given to fit; others ignore them. weighted_metrics: as metrics,
        but all of them use the weights: Σ w v / Σ w, named weighted_acc, …. loss_weights: a list or a dict of numbers.
        sample_weight_mode: 'temporal' where sample weights are (rows, steps), or a list or dict of this and None.
        target_tensors: symbols or variables that stand for y: one, a list with one for each output, or a dict by output
        name. A placeholder is fed with y; anything else is computed, and y is then None. Files do not keep them.
        zero_weights_count (a keyword): whether rows of weight 0 count in the number that a weighted loss is divided by;
        they do in Keras 3 and not in Keras 2.2.4, which lacuna.config.set_keras chooses. context, jit_compile,
        steps_per_execution and run_eagerly=False are taken and change nothing. ValueError for an unknown name.

            >>> model = Sequential([Dense(1, activation="sigmoid", input_dim=1000)])
            >>> model.compile(Adagrad(lr=0.1), loss="binary_crossentropy", metrics=["accuracy"])
            >>> model.metrics_names
            ['loss', 'acc']
        """
        zero_weights_count = kwargs.pop("zero_weights_count", None)
        _take_what_changes_nothing(kwargs)
        no_more("compile", kwargs)
        every, by_name = _metrics("metrics", metrics)
        every_weighted, by_name_weighted = _metrics("weighted_metrics", weighted_metrics)
        optimizer = lacuna.optimizers.get(optimizer)
        if isinstance(loss, dict):
            core_loss = {name: lacuna.losses._core_of(one) for name, one in loss.items() if one is not None}
        elif isinstance(loss, (list, tuple)):
            core_loss = [lacuna.losses._core_of(one) for one in loss]
        else:
            core_loss = lacuna.losses._core_of(loss)
        self._core.compile(
            lacuna.optimizers._core_of(optimizer),
            core_loss,
            every,
            by_name,
            list(loss_weights) if isinstance(loss_weights, tuple) else loss_weights,
            every_weighted,
            by_name_weighted,
            _modes(sample_weight_mode),
            zero_weights_count,
            _targets(target_tensors, self.output_names if isinstance(target_tensors, dict) else []),
        )
        self.optimizer, self.loss, self.metrics, self.loss_weights = (
            optimizer,
            loss,
            metrics or [],
            loss_weights,
        )
        self.weighted_metrics = weighted_metrics or []
        self.sample_weight_mode = sample_weight_mode


def _modes(given):
    """sample_weight_mode for the library, which has '' for None."""
    if isinstance(given, dict):
        return {name: _modes(mode) for name, mode in given.items()}
    if isinstance(given, (list, tuple)):
        return [_modes(mode) for mode in given]
    return "" if given is None else given


_told = set()  # Arguments that were told once to change nothing.


def _take_what_changes_nothing(kwargs):
    """Takes arguments of compile that choose machines or compilers, and says once that they change nothing."""
    if kwargs.pop("run_eagerly", None):
        raise ValueError(
            "compile: run_eagerly=True is of Keras, not in Lacuna: a step is a plan that is made once; write a loss, a "
            "metric or a callback, or loop over train_on_batch. Received: run_eagerly=True."
        )
    for name in ("context", "jit_compile", "steps_per_execution", "auto_scale_loss"):
        if kwargs.pop(name, None) is not None and name not in _told:
            _told.add(name)
            warnings.warn(
                f"compile: {name} changes nothing: a step is a plan that runs on the cores of this machine, as "
                "lacuna.config.set_num_threads says.",
                stacklevel=3,
            )


def _targets(given, names):
    """Target tensors for the library: a list, or a dict by output name; None where fit makes them."""
    if given is None:
        return None
    if isinstance(given, dict):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(
                f"compile: target_tensors must name outputs of the model. Received: {shown(unknown[0])}. Known: "
                f"{', '.join(names)}."
            )
        return {name: target for name, target in given.items() if target is not None} or None
    if isinstance(given, (list, tuple)):
        return list(given)
    if not isinstance(given, (_core.Symbol, _core.Variable)):
        raise TypeError(
            "compile: target_tensors must be a symbol, a list of them, or a dict by output name. Received: "
            f"target_tensors={shown(given)}."
        )
    return [given]


def _metrics(argument, given):
    """A pair for the library: the metrics of all outputs, and a dict of those by output name."""
    if given is not None and not isinstance(given, (list, tuple, dict)):
        raise TypeError(
            f"compile: {argument} must be a list or a dict by output name. Received: {argument}={shown(given)}."
        )
    if isinstance(given, dict):
        return [], {name: [lacuna.metrics._core_of(m) for m in listed(some)] for name, some in given.items()}
    return [lacuna.metrics._core_of(m) for m in given or []], {}
