"""The table of cases: the data and the timed command of each, and its contestants with their variants."""

from typing import NamedTuple

from bench import documents


class Contestant(NamedTuple):
    """`learns` names the algorithm: contestants that share it must reach the same loss."""

    peer: str
    variant: str
    learns: str = ""
    rows: int = 0  # Rows of an epoch, fewer for contestants whose step updates the whole weight; 0: all.
    options: tuple[str, ...] = ()  # Further options of the command line.

    @property
    def label(self):
        return " ".join([self.peer, self.variant, *(o for o in self.options if not o.startswith("-"))])


class Case(NamedTuple):
    """worker: the name of the case on the contestants' command line. command: the command that is timed."""

    name: str
    data: str
    worker: str
    contestants: list[Contestant]
    command: str = "epoch"
    batch: int = 512
    features: int = 0
    exact: bool = False  # Weights start at zero, so that all learn exactly the same; else they start at random.

    @property
    def label(self):
        parts = [self.name]
        if self.features:
            parts.append(f"{self.features:.0e}".replace("e+0", "e") + " columns")
        if self.command == "epoch":
            parts.append(f"batch {self.batch}")
        return ", ".join(parts)


LAZY, EXACT, PLAIN = "momentum on touched rows", "momentum", "sgd"
LAZY_ADAM, DENSE_ADAM = "adam on touched rows", "adam"

LINEAR = [
    Contestant("lacuna", "flag", LAZY),
    Contestant("lacuna", "dense", EXACT),
    Contestant("lacuna", "plain", PLAIN),
    Contestant("loop", "flag", LAZY),
    Contestant("loop", "dense", EXACT),
    Contestant("loop", "plain", PLAIN),
    Contestant("keras_mxnet", "flag", LAZY),
    Contestant("keras3", "dense", EXACT),
    Contestant("pytorch", "bag", PLAIN),
    Contestant("pytorch", "csr", EXACT),
    Contestant("sklearn", "plain"),  # One row per step.
]
WIDE = [one for one in LINEAR if (one.peer, one.variant) != ("loop", "dense")]
FEW = 20_480
CLASSIFIER = [
    Contestant("lacuna", "flag", LAZY_ADAM),
    Contestant("lacuna", "dense", DENSE_ADAM),
    Contestant("loop", "flag", LAZY_ADAM),
    Contestant("keras_mxnet", "flag", LAZY_ADAM, rows=FEW),
    Contestant("keras3", "dense", DENSE_ADAM, rows=FEW),
    Contestant("pytorch", "dense", DENSE_ADAM, rows=FEW),
    Contestant("pytorch", "bag", LAZY_ADAM, rows=FEW),
]
EMBEDDING = [
    Contestant("lacuna", "flag", LAZY_ADAM),
    Contestant("loop", "flag", LAZY_ADAM),
    Contestant("keras_mxnet", "flag", LAZY_ADAM, rows=FEW),
    Contestant("keras3", "dense", DENSE_ADAM, rows=FEW),
    Contestant("pytorch", "bag", LAZY_ADAM, rows=FEW),
]
FM = [
    Contestant("lacuna", "flag", LAZY_ADAM),
    Contestant("loop", "flag", LAZY_ADAM),
    Contestant("pytorch", "bag", LAZY_ADAM, rows=FEW),
]
TEXT = [
    Contestant("lacuna", "plain"),
    Contestant("lacuna", "stream"),
    Contestant("lacuna", "gz"),
    Contestant("loop", "plain"),
    Contestant("sklearn", "plain"),
    Contestant("sklearn", "gz"),
    Contestant("gzip", "gz"),
]
CLICKS = [
    *(Contestant("lacuna", variant) for variant in ("plain", "gz", "zst", "vw", "pack", "packed")),
    *(Contestant("pyarrow", variant) for variant in ("plain", "gz")),
    Contestant("polars", "plain"),
    Contestant("duckdb", "plain"),
    Contestant("vowpalwabbit", "plain"),
]
FIT = [
    Contestant("lacuna", f"{source} {algorithm}".replace(" sgd", ""), algorithm)
    for algorithm in (PLAIN, LAZY)
    for source in ("memory", "packed", "text")
]
WAYS = ("hash", "pairs", "adapt", "tf_idf")
FEATURES = [
    *(Contestant("lacuna", way) for way in WAYS),
    *(Contestant("sklearn", way) for way in WAYS),
    *(Contestant("keras3", way) for way in ("adapt", "tf_idf")),
]
ESTIMATORS = [Contestant("lacuna", "plain"), Contestant("sklearn", "lbfgs"), Contestant("sklearn", "sgd")]
ONLINE = [Contestant("lacuna", "ftrl"), Contestant("vowpalwabbit", "ftrl")]
REAL = ("newsgroups", "a9a")
TRAINING = ("linear", "mlp", "embedding", "wide", "fm", "sections")
NAMES = (
    *TRAINING,
    "predict",
    "predict_one",
    "libsvm",
    "clicks",
    "fit",
    "features",
    "estimators",
    "online",
    "import",
    "threads",
)
WIDE_COLUMNS = (10_000, 1_000_000, 10_000_000, 1_000_000_000)
LARGEST_DENSE = 10_000_000  # With more columns no contestant with a dense weight is run.


def cases(name, batch=None, features=None, dtype="float32", index="int32"):
    """The cases with that name; batch and features choose one of several. With another dtype or index type, Lacuna is
    also run with that."""
    made = [case._replace(contestants=_typed(case, dtype, index)) for case in _cases(name, features)]
    if batch:
        made = [case._replace(batch=batch) for case in made if case.command == "epoch"]
        return list({case.label: case for case in made}.values())
    return made


def _cases(name, features):
    if name == "linear":
        return [Case(name, "linear", "linear", LINEAR, batch=batch, exact=True) for batch in (512, 64)]
    if name == "mlp":
        return [Case(name, "mlp", "mlp", CLASSIFIER, batch=128)]
    if name == "sections":
        return [Case(name, "sections", "sections", CLASSIFIER, batch=128)]
    if name == "embedding":
        return [Case(name, "embedding", "embedding", EMBEDDING, batch=1024)]
    if name == "fm":
        return [Case(name, "wide-1000000", "fm", FM, batch=1000, features=1_000_000)]
    if name == "wide":
        return [_wide(columns) for columns in ([features] if features else WIDE_COLUMNS)]
    if name in ("predict", "predict_one"):
        some = [one for one in LINEAR if one.learns != PLAIN or one.peer not in ("lacuna", "loop")]
        return [Case(name, "linear", "linear", some, command=name)]
    if name == "libsvm":
        return [Case(name, "libsvm-1000000", "libsvm", TEXT, command="parse")]
    if name == "clicks":
        return [Case(name, "clicks-300000", "clicks", CLICKS, command="parse")]
    if name == "fit":
        return [Case(name, "log-1200000", "fit", FIT, command="fit", batch=4_096, exact=True)]
    if name == "features":
        return [Case(name, "texts-20000", "features", FEATURES, command="parse")]
    if name == "estimators":
        made = ["documents-120000", *(f"real_{one}" for one in REAL if documents.is_here(one))]
        return [Case(f"{name} {one.split('-')[0]}", one, name, ESTIMATORS, command="learn") for one in made]
    if name == "online":
        return [Case(name, "online-200000", name, ONLINE, command="learn")]
    raise ValueError(f"case must be one of {', '.join(NAMES)}. Received: {name}.")


def _wide(columns):
    contestants = WIDE
    if columns > LARGEST_DENSE:
        contestants = [one for one in WIDE if one.peer in ("lacuna", "loop") and one.variant == "flag"]
    return Case("wide", f"wide-{columns}", "wide", contestants, features=columns, exact=True)


def _typed(case, dtype, index):
    if (dtype, index) == ("float32", "int32"):
        return case.contestants
    more = [
        one._replace(options=("--dtype", dtype, "--index", index), learns="")
        for one in case.contestants
        if one.peer == "lacuna"
    ]
    return [*case.contestants, *more] if case.worker in ("linear", "mlp", "sections") else case.contestants
