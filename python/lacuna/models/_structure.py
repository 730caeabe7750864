"""What a model consists of: its layers, inputs and outputs, what it adds to the loss, and how it is applied."""

from __future__ import annotations

from typing import Any

from lacuna import _core
from lacuna._arguments import listed, shown, text, whole
from lacuna._types import Whole
from lacuna._weights import HasWeights
from lacuna.layers._added import number_or_symbol
from lacuna.layers._calls import HasCalls, Node, masks_of, one_or_all
from lacuna.layers._given import listed_shapes, masked
from lacuna.layers.base import found


class Structure(HasWeights, HasCalls):
    """A network of layers: what models have whether they are trained or not."""

    @property
    def layers(self) -> Any:
        """The layers, from the inputs to the outputs."""
        return list(self._layers)

    def get_layer(self, name: str | None = None, index: Whole | None = None) -> Any:
        """The layer with that name, or at that index of `layers`. ValueError if there is none.

        >>> model = Sequential([Dense(2, input_dim=1000, name="hidden"), Dense(1, name="score")])
        >>> model.get_layer("hidden").output_shape, model.get_layer(index=-1).name
        ((None, 2), 'score')
        """
        if index is not None:
            index = whole("get_layer", "index", index)
            if not -len(self._layers) <= index < len(self._layers):
                raise ValueError(
                    f"get_layer: index must be below the number of layers. Received: index={index}, "
                    f"layers={len(self._layers)}."
                )
            return self._layers[index]
        if name is None:
            raise ValueError("get_layer: name or index must be given. Received: neither.")
        text("get_layer", "name", name)
        for layer in self._layers:
            if layer.name == name:
                return layer
        return found(self._core.get_layer(name))  # Its error lists the names that exist.

    @property
    def inputs(self) -> Any:
        """The symbols that are fed."""
        return self._core.inputs

    @property
    def outputs(self) -> Any:
        """The symbols that the model computes."""
        return self._core.outputs

    @property
    def input(self) -> Any:
        """The symbol that is fed, or a list of them."""
        return one_or_all(self.inputs)

    @property
    def output(self) -> Any:
        """The symbol that the model computes, or a list of them."""
        return one_or_all(self.outputs)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`; the batch dimension, first, is None."""
        return one_or_all([s.shape for s in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of `output`; the batch dimension, first, is None."""
        return one_or_all([s.shape for s in self.outputs])

    @property
    def input_names(self) -> Any:
        """The names of the inputs: the keys of a dict x."""
        return self._core.input_names

    @property
    def output_names(self) -> Any:
        """The names of the layers that compute the outputs: the keys of a dict y."""
        return self._core.output_names

    @property
    def built(self) -> Any:
        """Whether the weights exist."""
        return True

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps a state from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self.layers)

    def reset_states(self) -> None:
        """Makes the next batch of all stateful layers start from zeros."""
        for layer in self.layers:
            if getattr(layer, "stateful", hasattr(layer, "layers")):
                layer.reset_states()

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds a symbol, computed from the model's layers, or a number, or a list of them, to the loss; of one that is
        no scalar, the mean counts. It takes effect at the next compile, which then needs no loss. Files do not keep
        it."""
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            self._core.add_loss(number_or_symbol(loss, self.outputs[0].dtype))

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Adds a symbol, computed from the model's layers, to what fit and evaluate report: its mean over the rows,
        under that name. It takes effect at the next compile. Files do not keep it."""
        if aggregation not in ("mean", None):
            raise ValueError(f"add_metric: aggregation must be 'mean'. Received: aggregation={shown(aggregation)}.")
        self._core.add_metric(value, name)

    @property
    def losses(self) -> Any:
        """The symbols that are added to the loss: penalties of weights, those of layers, and those of add_loss."""
        return self._core.penalties + self._core.losses

    def get_losses_for(self, inputs: Any) -> Any:
        """The losses that depend on the model's inputs; for None, the others: the penalties of weights."""
        return self._core.penalties if inputs is None else self._core.losses

    @property
    def updates(self) -> Any:
        """The updates that a training step makes beside the changes of weights; none of layers that are not
        trainable."""
        return self._core.updates

    @property
    def state_updates(self) -> Any:
        """The updates of layers that keep a state from batch to batch."""
        return [u for layer in self.layers if layer.stateful for u in getattr(layer, "state_updates", layer.updates)]

    def get_updates_for(self, inputs: Any) -> Any:
        """The updates that depend on the model's inputs; for None, the others."""
        return [u for u in self.updates if bool(_core.placeholders(u.value)) == (inputs is not None)]

    # As a layer

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The outputs for other symbols, with the same weights; mask: a mask, or None, for each input."""
        inputs = listed(inputs)
        return self(one_or_all(inputs if mask is None else masked(inputs, listed(mask))))

    def compute_mask(self, inputs: Any, mask: Any) -> Any:
        """The mask of each output for inputs that have these masks."""
        return masks_of(self.call(inputs, mask))

    def run_internal_graph(self, inputs: Any, masks: Any = None) -> Any:
        """The outputs for these inputs, their masks and their shapes: three lists."""
        outputs = listed(self.call(inputs, masks))
        return outputs, masks_of(outputs), [s.shape for s in outputs]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of each output for inputs of that shape, or for a list of shapes."""
        return one_or_all(self._core.compute_output_shape(listed_shapes(self.name, input_shape)[0]))

    @property
    def input_spec(self) -> Any:
        """What the inputs must be: the InputSpec of each input, or None."""
        return one_or_all([layer.input_spec for layer in self._input_layers])

    @property
    def uses_learning_phase(self) -> bool:
        """Whether an output is another one in training."""
        return any(s._uses_learning_phase for s in self.outputs)

    def _make_predict_function(self):
        """Nothing: what Keras prepares here, for other threads, is made when it is needed, in any thread."""

    _make_test_function = _make_train_function = _make_predict_function

    @property
    def _input_layers(self):
        return [s._keras_history[0] for s in self.inputs]

    @property
    def _output_layers(self):
        return [s._keras_history[0] for s in self.outputs]

    def _all_calls(self):
        return [(self.inputs, self.outputs), *super()._all_calls()]

    @property
    def _inbound_nodes(self) -> list[Node]:
        return [Node(self, self.inputs, self.outputs), *super()._inbound_nodes]
