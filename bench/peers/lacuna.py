"""Lacuna, used through its Python API as by a user.

Variants: flag (sparse_weight or sparse_grad: touched rows only), dense (no flag: learns what Keras learns on dense
data), plain (no flag, no momentum).
"""

import pathlib

import numpy as np

from bench import clicks, data, recipe
from bench import texts as made_texts
from bench.text import Reader
from bench.worker import serve
from lacuna import Input, Model, Sequential, config, utils
from lacuna import backend as K
from lacuna import data as datasets
from lacuna.layers import Dense, Embedding, FactorizationMachine, Flatten, TextVectorization
from lacuna.optimizers import SGD, Adam, Ftrl

EPOCHS = 3  # Of the case fit.


class Training:
    """One model on one data set; subclasses, one for each case, say how both are made."""

    def __init__(self, options):
        self.options = options
        K.set_floatx(options.dtype)
        self.x, self.y = self.load(options)
        self.model = self.build()

    def epoch(self):
        history = self.model.fit(self.x, self.y, batch_size=self.options.batch, verbose=0)
        return history.history["loss"][0]

    def predict(self):
        self.model.predict(self.x, batch_size=self.options.batch)

    def predict_one(self, row):
        self.model.predict(self.one_row(row))

    def one_row(self, row):
        if not hasattr(self, "single"):
            self.single = [self.x[i : i + 1] for i in range(1_000)]  # Slicing is scipy's time, not ours.
        return self.single[row]

    def load(self, options):
        x, y = data.load_csr(options.data, options.rows)
        x.data = x.data.astype(options.dtype, copy=False)
        x.indices, x.indptr = (part.astype(options.index, copy=False) for part in (x.indices, x.indptr))
        return x, y if y.dtype.kind == "i" else y.astype(options.dtype, copy=False)


class Linear(Training):
    """The cases linear, wide and units: one layer, with weights that start at zero."""

    def build(self):
        wide = self.options.case == "wide"
        outputs = 1 if self.y.ndim == 1 else self.y.shape[1]
        x = Input((self.x.shape[1],), sparse=True)
        layer = Dense(
            outputs,
            activation="sigmoid" if wide else None,
            kernel_initializer="zeros",
            sparse_weight=self.options.variant == "flag",
        )
        model = Model(x, layer(x))
        model.compile(
            SGD(
                recipe.WIDE_RATE if wide else recipe.LINEAR_RATE,
                momentum=0 if self.options.variant == "plain" else recipe.MOMENTUM,
            ),
            "binary_crossentropy" if wide else "mse",
            metrics=["accuracy" if wide else "mae"],
        )
        return model

    def check(self, rows):
        fit = self.build().fit(self.x[:rows], self.y[:rows], batch_size=self.options.batch, shuffle=False, verbose=0)
        return fit.history["loss"][0]


class Classifier(Training):
    """The cases mlp and sections: one hidden layer."""

    def build(self):
        x = Input((self.x.shape[1],), sparse=True)
        hidden = Dense(
            recipe.HIDDEN[self.options.case], activation="relu", sparse_weight=self.options.variant == "flag"
        )(x)
        model = Model(x, Dense(int(self.y.max()) + 1, activation="softmax")(hidden))
        model.compile(Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model


class Embedded(Training):
    """The case embedding: looks up rows of a large table."""

    def load(self, options):
        return data.load_ids(options.data, options.rows)

    def build(self):
        model = Sequential(
            [
                Embedding(
                    recipe.VOCABULARY,
                    recipe.EMBEDDED,
                    input_length=self.x.shape[1],
                    sparse_grad=self.options.variant == "flag",
                ),
                Flatten(),
                Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(Adam(), "binary_crossentropy", metrics=["accuracy"])
        return model


class Factorization(Training):
    """The case fm: a factorization machine on csr."""

    def build(self):
        x = Input((self.x.shape[1],), sparse=True)
        y = FactorizationMachine(recipe.FACTORS, activation="sigmoid", sparse_weight=self.options.variant == "flag")(x)
        model = Model(x, y)
        model.compile(Adam(), "binary_crossentropy", metrics=["accuracy"])
        return model


class Text:
    """The case libsvm, with the variants plain, gz and stream: a dataset, of which no row is kept."""

    def __init__(self, options):
        self.stream = options.variant == "stream"
        self.path = f"{options.data}/text.svm" + (".gz" if options.variant == "gz" else "")
        described = data.described(options.data)
        self.columns, self.mb = described["shape"][1], described["mb"]

    def parse(self):
        if self.stream:
            _read_through(datasets.libsvm(self.path, n_features=self.columns, zero_based=False))
        else:
            x, y = datasets.load_libsvm(self.path)
            assert x.shape[0] == len(y) > 0
        return self.mb


def _read_through(dataset):
    """Reads all rows and keeps none."""
    assert dataset.skip(2**60).load()[0].shape[0] == 0 < dataset.report.rows


def click_log(path):
    """The click log of bench/clicks.py with 10^6 columns: buckets of numbers, and hashes of words."""
    return datasets.csv(
        path,
        [
            datasets.label("click"),
            *datasets.numbers(f"I{{1..{clicks.NUMBERS}}}", transform="log1p", buckets=32),
            *datasets.categories(f"C{{1..{clicks.WORDS}}}", bins=38_462),
        ],
        delimiter="\t",
        header=False,
    )


class Clicks(Reader):
    """The case clicks, with the variants plain, gz and zst, vw (the same as text of Vowpal Wabbit), pack (text to a
    packed file) and packed (that read)."""

    endings = Reader.endings | {"vw": "vw"}

    def __init__(self, options):
        super().__init__(options)
        self.variant, self.packed = options.variant, f"{options.data}/{options.variant}.lac"
        if self.variant == "packed":
            click_log(self.path).pack(self.packed)

    def read(self, path):
        if self.variant == "pack":
            pathlib.Path(self.packed).unlink(missing_ok=True)  # What fits is not made anew.
            return click_log(path).pack(self.packed).rows
        if self.variant == "packed":
            dataset = datasets.open(self.packed)
        else:
            dataset = datasets.vw(path, bins=2**20) if self.variant == "vw" else click_log(path)
        _read_through(dataset)
        return dataset.report.rows


class Fitted:
    """The case fit: logistic regression from arrays in memory, from a packed file in the page cache, and from text.
    Variants: that source; and momentum on touched rows, or none."""

    def __init__(self, options):
        source, _, self.algorithm = options.variant.partition(" ")
        self.batch = options.batch
        text = click_log(f"{options.data}/text.tsv")
        self.rows = text if source == "text" else text.pack(f"{options.data}/fit {self.algorithm}.lac")
        self.columns = self.rows.take(1).load()[0].shape[1]
        self.arrays = self.rows.load()[:2] if source == "memory" else None
        self.model = self.build()

    def build(self):
        x = Input((self.columns,), sparse=True)
        lazy = bool(self.algorithm)
        layer = Dense(1, activation="sigmoid", kernel_initializer="zeros", sparse_weight=lazy)
        model = Model(x, layer(x))
        model.compile(SGD(recipe.WIDE_RATE, momentum=recipe.MOMENTUM if lazy else 0), "binary_crossentropy")
        return model

    def fit(self):
        given = self.arrays or (self.rows,)
        self.model.fit(*given, batch_size=self.batch, epochs=EPOCHS, verbose=0)

    def check(self, rows):
        given = tuple(part[:rows] for part in self.arrays) if self.arrays else (self.rows.take(rows),)
        fit = self.build().fit(*given, batch_size=self.batch, shuffle=False, verbose=0)
        return fit.history["loss"][0]


class Features:
    """The case features: texts to rows of hashed words, and of words and pairs; a vocabulary; tf-idf rows."""

    def __init__(self, options):
        texts, self.mb = made_texts.read(options.data)
        self.texts, way = np.array(texts, object), options.variant
        hashed = {"split": "words", "num_bins": 2**20, "hash": "murmur3", "output_mode": "count", "norm": "l2"}
        learned = {"split": "words", "output_mode": "tf_idf", "num_oov_indices": 0, "idf": "smooth", "norm": "l2"}
        more = {"hash": hashed, "pairs": {**hashed, "ngrams": 2}}.get(way, learned)
        self.layer = TextVectorization(standardize="lower", **more)
        if way == "tf_idf":
            self.layer.adapt(self.texts)
        self.run = self.layer.adapt if way == "adapt" else self.layer

    def parse(self):
        self.run(self.texts)
        return self.mb


class Estimator:
    """The case estimators: LinearClassifier with its defaults, as by a user of scikit-learn; in each round with another
    order of the rows, since its accuracy depends on that."""

    seed = -1

    def __init__(self, options):
        from lacuna.sklearn import LinearClassifier  # Here, since only this case needs scikit-learn.

        self.make = LinearClassifier
        self.x, self.y, self.x_test, self.y_test = data.load_split(options.data)

    def learn(self):
        self.seed += 1
        self.model = self.make(random_state=self.seed).fit(self.x, self.y)

    def score(self):
        return self.model.score(self.x_test, self.y_test)


class Online:
    """The case online: each row is predicted and then learned, from text, by FTRL. The score is the mean loss."""

    def __init__(self, options):
        self.rows = datasets.vw(str(pathlib.Path(options.data) / "text.vw"), bins=2**recipe.ONLINE_BITS)
        self.rows = self.rows.map_labels({-1: 0, 1: 1})

    def learn(self):
        x = Input((2**recipe.ONLINE_BITS,), sparse=True)
        layer = Dense(1, activation="sigmoid", kernel_initializer="zeros", sparse_weight=True)
        model = Model(x, layer(x))
        model.compile(Ftrl(recipe.FTRL_RATE, beta=recipe.FTRL_BETA, initial_accumulator_value=0), "binary_crossentropy")
        self.seen = model.progressive(self.rows)

    def score(self):
        return self.seen.loss


JOBS = {
    "linear": Linear,
    "wide": Linear,
    "units": Linear,
    "mlp": Classifier,
    "sections": Classifier,
    "embedding": Embedded,
    "fm": Factorization,
    "libsvm": Text,
    "clicks": Clicks,
    "fit": Fitted,
    "features": Features,
    "estimators": Estimator,
    "online": Online,
}


def make(options):
    config.set_num_threads(options.threads)
    utils.set_random_seed(0)
    np.random.seed(0)
    return JOBS[options.case](options)


if __name__ == "__main__":
    serve(make)
