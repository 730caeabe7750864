"""A user's program, for a type checker alone: test_types.py runs mypy --strict over it."""

from __future__ import annotations

import numpy as np
import scipy.sparse  # type: ignore[import-untyped]

from lacuna import backend as K
from lacuna import callbacks, initializers, losses, metrics, optimizers, regularizers
from lacuna.layers import Concatenate, Dense, Dropout, Embedding, Input, Layer
from lacuna.models import Model, Sequential, load_model
from lacuna.utils import set_random_seed, to_categorical


class Scaled(Layer):
    """A user's own layer."""

    def __init__(self, factor: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.weight = self.add_weight("weight", (input_shape[-1],), initializer="ones")

    def call(self, inputs: K.Symbol) -> K.Symbol:
        result: K.Symbol = self.factor * inputs * self.weight
        return result

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "factor": self.factor}


def my_loss(y_true: K.Symbol, y_pred: K.Symbol) -> K.Symbol:
    result: K.Symbol = K.mean(K.square(y_true - y_pred), axis=-1)
    return result


def wide_and_deep(columns: int, ids: int) -> Model:
    rows = Input((columns,), sparse=True)
    words = Input((8,), dtype="int32")
    wide = Dense(np.int64(1), sparse_weight=True, kernel_regularizer=regularizers.l2(1e-5))(rows)
    deep = Embedding(ids, 16, sparse_grad=True, combiner="mean", mask_zero=True)(words)
    deep = Dropout(0.5)(Scaled(2.0)(Dense(8, "relu", kernel_initializer=initializers.HeNormal(seed=3))(deep)))
    return Model([rows, words], Dense(1, activation="sigmoid")(Concatenate()([wide, deep])))


def main() -> float:
    K.set_floatx("float32")
    set_random_seed(1)
    x = scipy.sparse.random(64, 100, 0.1, "csr", dtype=np.float32)
    y = (np.arange(64).reshape(64, 1) % 2).astype(np.float32)
    model = wide_and_deep(100, 50)
    model.compile(optimizers.Adam(lr=np.float32(0.01), lazy_update=False), my_loss, metrics=["accuracy", metrics.AUC()])
    stop = callbacks.EarlyStopping(monitor="loss", patience=2)
    history = model.fit([x, np.zeros((64, 8), np.int32)], y, epochs=2, batch_size=16, verbose=0, callbacks=[stop])
    model.save("model.h5")
    small = Sequential([Dense(3, input_shape=(100,)), Dense(2, activation="softmax")])
    small.compile("sgd", losses.categorical_crossentropy)
    small.fit(x, to_categorical(np.zeros(64), 2), verbose=0)
    load_model("model.h5", custom_objects={"Scaled": Scaled, "my_loss": my_loss}).summary()
    return float(history.history["loss"][-1])


if __name__ == "__main__":
    print(main())
