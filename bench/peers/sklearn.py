"""scikit-learn: its linear models trained by SGD, one row per step, its reader of libsvm text, and its vectorizers."""

from sklearn.datasets import load_svmlight_file
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier, SGDRegressor

from bench import data, recipe, texts
from bench.worker import serve


class Linear:
    def __init__(self, options):
        self.x, self.y = data.load_csr(options.data, options.rows)
        rate = {"penalty": None, "learning_rate": "constant", "tol": None, "random_state": 0}
        if options.case == "wide":
            self.model = SGDClassifier(loss="log_loss", eta0=recipe.WIDE_RATE, **rate)
        else:
            self.model = SGDRegressor(eta0=recipe.LINEAR_RATE, **rate)
        self.classes = [0, 1] if options.case == "wide" else None
        self.single = [self.x[i : i + 1] for i in range(1_000)]

    def epoch(self):
        self.model.partial_fit(self.x, self.y, *([self.classes] if self.classes else []))

    def predict(self):
        self.ready().predict(self.x)

    def predict_one(self, row):
        self.ready().predict(self.single[row])

    def ready(self):
        if not hasattr(self.model, "coef_"):
            self.model.partial_fit(self.x[:1_000], self.y[:1_000], *([self.classes] if self.classes else []))
        return self.model


class Text:
    def __init__(self, options):
        self.path = f"{options.data}/text.svm" + (".gz" if options.variant == "gz" else "")
        self.mb = data.described(options.data)["mb"]

    def parse(self):
        x, y = load_svmlight_file(self.path)
        assert x.shape[0] == len(y) > 0
        return self.mb


class Features:
    def __init__(self, options):
        self.texts, self.mb = texts.read(options.data)
        way = options.variant
        if way == "tf_idf":
            self.run = TfidfVectorizer().fit(self.texts).transform
        elif way == "adapt":
            self.run = CountVectorizer().fit
        else:
            ngrams = (1, 2) if way == "pairs" else (1, 1)
            self.run = HashingVectorizer(n_features=2**20, alternate_sign=False, ngram_range=ngrams).transform

    def parse(self):
        self.run(self.texts)
        return self.mb


class Estimator:
    """The case estimators: LogisticRegression (lbfgs) and SGDClassifier (sgd), both with their defaults."""

    def __init__(self, options):
        self.x, self.y, self.x_test, self.y_test = data.load_split(options.data)
        self.sgd = options.variant == "sgd"

    def learn(self):
        model = SGDClassifier(loss="log_loss", random_state=0) if self.sgd else LogisticRegression()
        self.model = model.fit(self.x, self.y)

    def score(self):
        return self.model.score(self.x_test, self.y_test)


JOBS = {"linear": Linear, "wide": Linear, "libsvm": Text, "features": Features, "estimators": Estimator}

if __name__ == "__main__":
    serve(lambda options: JOBS[options.case](options))
