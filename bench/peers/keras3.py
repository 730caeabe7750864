"""Keras 3 on TensorFlow: sparse input, dense weights."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import tensorflow as tf
from keras import layers, optimizers

from bench import data, recipe, texts
from bench.worker import serve


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
        self.model.predict(self.x, batch_size=self.batch, verbose=0)

    def predict_one(self, row):
        if not hasattr(self, "single"):
            self.single = [self.x[i : i + 1] for i in range(1_000)]
        self.model.predict(self.single[row], batch_size=1, verbose=0)

    def load(self, options):
        return data.load_csr(options.data, options.rows)


class Linear(Training):
    def build(self):
        wide = self.case == "wide"
        x = layers.Input((self.x.shape[1],), dtype="float32", sparse=True)
        y = layers.Dense(1, activation="sigmoid" if wide else None, kernel_initializer="zeros")(x)
        model = keras.Model(x, y)
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


class Classifier(Training):
    def build(self):
        x = layers.Input((self.x.shape[1],), dtype="float32", sparse=True)
        hidden = layers.Dense(recipe.HIDDEN[self.case], activation="relu")(x)
        model = keras.Model(x, layers.Dense(int(self.y.max()) + 1, activation="softmax")(hidden))
        model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(), metrics=["accuracy"])
        return model


class Embedded(Training):
    def load(self, options):
        return data.load_ids(options.data, options.rows)

    def build(self):
        embedding = layers.Embedding(recipe.VOCABULARY, recipe.EMBEDDED)
        model = keras.Sequential([embedding, layers.Flatten(), layers.Dense(1, activation="sigmoid")])
        model.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(), metrics=["accuracy"])
        return model


class Features:
    def __init__(self, options):
        made, self.mb = texts.read(options.data)
        self.texts = tf.data.Dataset.from_tensor_slices(made).batch(1024)
        self.layer = layers.TextVectorization(output_mode="tf_idf", max_tokens=100_000)
        if options.variant == "tf_idf":
            self.layer.adapt(self.texts)
        self.adapts = options.variant == "adapt"

    def parse(self):
        if self.adapts:
            self.layer.adapt(self.texts)
        else:
            for some in self.texts:
                self.layer(some)
        return self.mb


JOBS = {
    "linear": Linear,
    "wide": Linear,
    "mlp": Classifier,
    "sections": Classifier,
    "embedding": Embedded,
    "features": Features,
}


def make(options):
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    return JOBS[options.case](options)


if __name__ == "__main__":
    serve(make)
