"""Made counts of genes in cells, as single-cell sequencing gives them: most are zero, cells are read to different
depths, and each type of cell has some genes that it uses more than others."""

import numpy as np
import scipy.sparse as sp


def made(cells, genes, types, seed):
    """(csr of counts, float32; the type of each cell). A cell's counts are drawn from the shares of its type, as many
    as its depth says. Types are of families, so that some are hard to tell apart."""
    random = np.random.default_rng(seed)
    usual = random.normal(0, 1.5, genes)
    families = random.normal(0, 0.8, (max(1, types // 3), genes)) * (random.random((max(1, types // 3), genes)) < 0.05)
    own = random.normal(0, 0.9, (types, genes)) * (random.random((types, genes)) < 0.03)
    logits = usual + families[np.arange(types) % len(families)] + own
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    cumulative = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    often = random.dirichlet(np.full(types, 2.0))
    of = random.choice(types, cells, p=often)
    depth = np.maximum(100, random.lognormal(6.2, 0.5, cells)).astype(int)
    rows = np.repeat(np.arange(cells), depth)
    columns = np.empty(len(rows), np.int32)
    for one in range(types):
        drawn = of[rows] == one
        columns[drawn] = np.minimum(genes - 1, np.searchsorted(cumulative[one], random.random(drawn.sum())))
    x = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (cells, genes))
    x.sum_duplicates()
    return x, of


def scaled(x):
    """ln(1 + counts per 10,000), the usual scale; zeros stay zeros."""
    per_cell = np.asarray(x.sum(axis=1)).ravel()
    result = sp.csr_matrix(sp.diags(10_000 / np.maximum(1, per_cell)) @ x, dtype=np.float32)
    result.data = np.log1p(result.data)
    return result
