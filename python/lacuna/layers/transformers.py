"""from_sklearn: transformers that scikit-learn fitted, as layers and models."""

from __future__ import annotations

from typing import Any

from lacuna._types import DTypeLike

__all__ = [
    "from_sklearn",
]


def __dir__() -> list[str]:
    return __all__


def from_sklearn(fitted: Any, dtype: DTypeLike = None) -> Any:
    """A fitted transformer of scikit-learn as a layer or a model with the same columns and values, to an ulp; saved in
    a model file, it needs no scikit-learn.

    fitted: a TfidfVectorizer, CountVectorizer or HashingVectorizer, also followed by a TfidfTransformer in a Pipeline,
    which give a TextVectorization; a StandardScaler, which gives a Normalization, of csr with with_mean=False. Or what
    takes columns, which gives a Model with an input (batch, 1) for each column that is used, of strings or numbers, by
    scikit-learn's names for them, x0, x1, … where it has none: a OneHotEncoder of words or whole numbers, a
    ColumnTransformer, a Pipeline. Its output is csr where scikit-learn's is sparse; predict makes an array of it.
    dtype: of the values, 'float32' or 'float64'; None: 'float64', or the dtype of a single vectorizer.

    ValueError for another transformer, for one that is not fitted, and for settings that have no equal here, by their
    names: strip_accents, another analyzer or token_pattern, infrequent categories, transformer_weights and others.
    """
    from lacuna.layers._sklearn import converted  # Here, so that importing lacuna is quick.

    return converted(fitted, dtype)
