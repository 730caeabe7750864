"""Keras 2.2.4 on MXNet, used as in its tutorial on sparse data: flagged weights, and only rows that fill whole
batches."""

import os

os.environ["KERAS_BACKEND"] = "mxnet"

from bench.peers import old_names  # noqa: F401, I001  (must come before keras)

import numpy as np
from keras import initializers, layers, models, optimizers
from keras.utils.data_utils import prepare_sliced_sparse_data

from bench import data, recipe
from bench.worker import serve

# MXNet stores no rows for zeros, and its momentum does not accept a weight with missing rows.
NEAR_ZERO = initializers.RandomNormal(stddev=1e-20)


class Training:
    """One model on one data set; subclasses, one for each case, say how both are made."""

    def __init__(self, options):
        self.batch, self.case = options.batch, options.case
        self.x, self.y = self.load(options)
        self.model = self.build()

    def epoch(self):
        history = self.model.fit(self.x, self.y, epochs=1, batch_size=self.batch, verbose=0)
        return history.history["loss"][0]

    def predict(self):
        self.model.predict(self.x, batch_size=self.batch)

    def load(self, options):
        x, y = data.load_csr(options.data, options.rows)
        x = prepare_sliced_sparse_data(x, self.batch)
        return x, y[: x.shape[0]]


class Linear(Training):
    def build(self):
        wide = self.case == "wide"
        x = layers.Input(batch_shape=(None, self.x.shape[1]), dtype="float32", sparse=True)
        activation = "sigmoid" if wide else "linear"
        y = layers.Dense(1, activation=activation, kernel_initializer=NEAR_ZERO, sparse_weight=True)(x)
        model = models.Model(x, y)
        model.compile(
            loss="binary_crossentropy" if wide else "mse",
            optimizer=optimizers.SGD(recipe.WIDE_RATE if wide else recipe.LINEAR_RATE, momentum=recipe.MOMENTUM),
            metrics=["accuracy" if wide else "mae"],
        )
        return model

    def check(self, rows):
        x, y = self.x[:rows], self.y[:rows]
        fit = self.build().fit(x, y, epochs=1, batch_size=self.batch, shuffle=False, verbose=0)
        return fit.history["loss"][0]

    def predict_one(self, row):
        if not hasattr(self, "single"):
            self.single = prepare_sliced_sparse_data(self.x[:1_000], 1)
        self.model.predict(self.single[row], batch_size=1)


class Classifier(Training):
    def load(self, options):
        x, y = super().load(options)
        return x, np.eye(int(y.max()) + 1, dtype=np.float32)[y]

    def build(self):
        x = layers.Input(batch_shape=(None, self.x.shape[1]), dtype="float32", sparse=True)
        hidden = layers.Dense(recipe.HIDDEN[self.case], activation="relu", sparse_weight=True)(x)
        model = models.Model(x, layers.Dense(self.y.shape[1], activation="softmax")(hidden))
        model.compile(loss="categorical_crossentropy", optimizer=optimizers.Adam(), metrics=["accuracy"])
        return model


class Embedded(Training):
    def load(self, options):
        return data.load_ids(options.data, options.rows)

    def build(self):
        embedding = layers.Embedding(recipe.VOCABULARY, recipe.EMBEDDED, input_length=self.x.shape[1], sparse_grad=True)
        model = models.Sequential([embedding, layers.Flatten(), layers.Dense(1, activation="sigmoid")])
        model.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(), metrics=["accuracy"])
        return model


JOBS = {"linear": Linear, "wide": Linear, "mlp": Classifier, "sections": Classifier, "embedding": Embedded}

if __name__ == "__main__":
    serve(lambda options: JOBS[options.case](options))
