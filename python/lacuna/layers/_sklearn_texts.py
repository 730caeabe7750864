"""scikit-learn's vectorizers as TextVectorization."""

from lacuna._arguments import shown
from lacuna.layers._sklearn_settings import fitted_attribute, kind_of, require
from lacuna.layers.text_vectorization import TextVectorization

KINDS = ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer")
_PATTERN = r"(?u)\b\w\w+\b"


def layer_of(steps, dtype, sparse=True):
    """The layer for a vectorizer, or for one and the TfidfTransformer after it."""
    vectorizer, weigher = steps[0], steps[-1]
    settings = {**_tokens(vectorizer), "dtype": dtype, "sparse": sparse, "num_oov_indices": 0}
    if kind_of(vectorizer) == "HashingVectorizer":
        return TextVectorization(**settings, **_hashed(vectorizer, weigher))
    words = _words(vectorizer)
    if kind_of(weigher) == "CountVectorizer":
        return TextVectorization(**settings, vocabulary=words, output_mode=_mode(vectorizer))
    if kind_of(weigher) == "TfidfTransformer" and kind_of(vectorizer) == "TfidfVectorizer":
        raise ValueError("from_sklearn: TfidfTransformer must be next to a CountVectorizer. Received: TfidfVectorizer.")
    settings["norm"] = weigher.norm
    if weigher.use_idf:
        require(vectorizer, "binary", False)
        settings["idf_weights"] = _idf(weigher)
    mode = "tf_idf" if weigher.use_idf else _mode(vectorizer)
    if mode != "multi_hot":
        settings["sublinear_tf"] = weigher.sublinear_tf  # Of a count of 1 it is 1.
    return TextVectorization(**settings, vocabulary=words, output_mode=mode)


def _tokens(vectorizer):
    """The settings that say what the tokens of a text are."""
    for setting, allowed in (
        ("input", "content"),
        ("encoding", "utf-8"),
        ("decode_error", "strict"),
        ("strip_accents", None),
        ("preprocessor", None),
        ("tokenizer", None),
        ("analyzer", "word"),
        ("token_pattern", _PATTERN),
    ):
        require(vectorizer, setting, allowed)
    least, most = vectorizer.ngram_range
    # Without the stop words in the vocabulary they are as unknown as others, but pairs reach over them.
    if vectorizer.stop_words is not None and ((least, most) != (1, 1) or kind_of(vectorizer) == "HashingVectorizer"):
        raise ValueError(
            f"from_sklearn: {kind_of(vectorizer)}: stop_words must be None, unless there is a vocabulary of single "
            f"words. Received: stop_words={shown(vectorizer.stop_words)}, ngram_range={(least, most)}."
        )
    return {
        "standardize": "lower" if vectorizer.lowercase else None,
        "split": "words",
        "ngrams": tuple(range(least, most + 1)),
    }


def _mode(vectorizer):
    return "multi_hot" if vectorizer.binary else "count"


def _hashed(vectorizer, weigher):
    if weigher is not vectorizer:
        raise ValueError(
            "from_sklearn: TfidfTransformer must be next to a CountVectorizer. Received: HashingVectorizer."
        )
    return {
        "num_bins": vectorizer.n_features,
        "hash": "murmur3",
        "alternate_sign": bool(vectorizer.alternate_sign) and not vectorizer.binary,  # Of a sign 1 remains.
        "output_mode": _mode(vectorizer),
        "norm": vectorizer.norm,
    }


def _words(vectorizer):
    """The vocabulary in the order of its columns."""
    if not hasattr(vectorizer, "vocabulary_") and vectorizer.vocabulary is not None:
        words = [str(word) for word in vectorizer.get_feature_names_out()]
    else:
        places = fitted_attribute(vectorizer, "vocabulary_")
        words = sorted(places, key=places.get)
    for word in (vectorizer.get_stop_words() or ()) if vectorizer.stop_words is not None else ():
        if word in words:
            raise ValueError(
                f"from_sklearn: {kind_of(vectorizer)}: vocabulary must be without stop_words. Received: '{word}'."
            )
    if "" in words:
        raise ValueError(f"from_sklearn: {kind_of(vectorizer)}: words must not be empty. Received: ''.")
    return words


def _idf(weigher):
    """Checked before use: the property of an unfitted TfidfVectorizer raises errors of several classes."""
    try:
        return weigher.idf_
    except (AttributeError, ValueError):
        raise ValueError(
            f"from_sklearn: the transformer must be fitted. Received: {kind_of(weigher)} without idf_."
        ) from None
