"""Readers of files."""

from lacuna import _core
from lacuna._arguments import dtype_name, flag, whole
from lacuna._files import path_of


def load_libsvm(path, n_features=None, dtype="float32", multilabel=False, zero_based="auto", query_id=False):
    """Reads a libsvm (svmlight) file, plain, gz, xz or bz2, or a list of them as if they were one: (x, y), or
    (x, y, query_id) with query_id.

    x is a csr matrix of scipy, of shape (lines, n_features) or as many columns as are named; y an array of
    numbers, or with multilabel a list of tuples. zero_based: whether the first column is called 0; 'auto'
    finds out. A file to test with takes n_features=x.shape[1] of the one to train with, and the same
    zero_based. ValueError, with the line, for text that is no such file.
    """
    from scipy.sparse import csr_matrix

    where = "load_libsvm"
    if isinstance(zero_based, str) and zero_based != "auto":
        raise ValueError(f"{where}: zero_based must be True, False or 'auto'. Received: zero_based={zero_based!r}.")
    file = _core.load_libsvm(
        [path_of(where, one) for one in (path if isinstance(path, (list, tuple)) else [path])],
        0 if n_features is None else whole(where, "n_features", n_features),
        dtype_name(dtype),
        flag(where, "multilabel", multilabel),
        None if isinstance(zero_based, str) else flag(where, "zero_based", zero_based),
        flag(where, "query_id", query_id),
    )
    x = csr_matrix((file["data"], file["indices"], file["indptr"]), shape=file["shape"])
    if multilabel:
        ends, labels = file["label_ptr"], file["labels"].tolist()
        y = [tuple(labels[begin:end]) for begin, end in zip(ends[:-1], ends[1:])]
    else:
        y = file["y"]
    return (x, y, file["qid"]) if query_id else (x, y)
