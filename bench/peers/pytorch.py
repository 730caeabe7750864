"""PyTorch, used as is common for sparse rows.

Variants: bag (EmbeddingBag with sparse gradients; its SGD has no sparse momentum, its Adam is SparseAdam), csr (a csr
tensor times a dense weight, with momentum), dense (EmbeddingBag with a dense gradient, Adam).
"""

import warnings

import numpy as np
import torch
from torch.nn import functional as F

from bench import data, recipe
from bench.worker import serve

warnings.filterwarnings("ignore", message=".*[Ss]parse.*beta state")


class Training:
    """Batches are consecutive rows, in shuffled order: slicing single rows would be slow in PyTorch."""

    def __init__(self, options):
        self.options = options
        self.load(options)
        self.build()

    def epoch(self):
        starts = np.arange(0, self.rows, self.options.batch)
        return self.pass_over(np.random.permutation(starts), self.rows)

    def check(self, rows):
        self.build()
        return self.pass_over(np.arange(0, rows, self.options.batch), rows)

    def pass_over(self, starts, rows):
        total = 0.0
        for begin in map(int, starts):
            end = min(rows, begin + self.options.batch)
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            loss = self.loss(self.forward(begin, end), self.y[begin:end])
            loss.backward()
            for optimizer in self.optimizers:
                optimizer.step()
            total += loss.item() * (end - begin)
        return total / rows

    def predict(self):
        with torch.no_grad():
            for begin in range(0, self.rows, self.options.batch):
                self.forward(begin, min(self.rows, begin + self.options.batch))

    def predict_one(self, row):
        with torch.no_grad():
            self.forward(row, row + 1)

    def load(self, options):
        x, y = data.load_csr(options.data, options.rows)
        self.rows, self.columns = x.shape
        self.indices = torch.from_numpy(x.indices.astype(np.int64))
        self.indptr = torch.from_numpy(x.indptr.astype(np.int64))
        self.values = torch.from_numpy(x.data)
        self.y = torch.from_numpy(y.astype(np.int64) if y.dtype.kind == "i" else y)

    def bag(self, module, begin, end):
        first, last = self.indptr[begin], self.indptr[end]
        return module(
            self.indices[first:last], self.indptr[begin:end] - first, per_sample_weights=self.values[first:last]
        )


def as_keras(linear):
    """A linear layer with the initial weights of Keras' Dense."""
    torch.nn.init.xavier_uniform_(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    return linear


class Linear(Training):
    def build(self):
        wide = self.options.case == "wide"
        self.loss = F.binary_cross_entropy_with_logits if wide else F.mse_loss
        rate = recipe.WIDE_RATE if wide else recipe.LINEAR_RATE
        self.bias = torch.zeros(1, requires_grad=True)
        if self.options.variant == "bag":
            self.table = torch.nn.EmbeddingBag(self.columns, 1, mode="sum", sparse=True)
            torch.nn.init.zeros_(self.table.weight)
            self.optimizers = [torch.optim.SGD([self.table.weight, self.bias], rate)]
        else:
            self.weight = torch.zeros(self.columns, 1, requires_grad=True)
            self.optimizers = [torch.optim.SGD([self.weight, self.bias], rate, momentum=recipe.MOMENTUM)]

    def forward(self, begin, end):
        if self.options.variant == "bag":
            return self.bag(self.table, begin, end).squeeze(1) + self.bias
        first, last = self.indptr[begin], self.indptr[end]
        rows = torch.sparse_csr_tensor(
            self.indptr[begin : end + 1] - first,
            self.indices[first:last],
            self.values[first:last],
            (end - begin, self.columns),
            check_invariants=False,
        )
        return (rows @ self.weight).squeeze(1) + self.bias


class Classifier(Training):
    def build(self):
        hidden, classes = recipe.HIDDEN[self.options.case], int(self.y.max()) + 1
        sparse = self.options.variant == "bag"
        self.table = torch.nn.EmbeddingBag(self.columns, hidden, mode="sum", sparse=sparse)
        torch.nn.init.xavier_uniform_(self.table.weight)  # EmbeddingBag starts at N(0, 1), a layer must not.
        self.bias = torch.zeros(hidden, requires_grad=True)
        self.top = as_keras(torch.nn.Linear(hidden, classes))
        rest = [self.bias, *self.top.parameters()]
        if sparse:
            self.optimizers = [torch.optim.SparseAdam([self.table.weight]), torch.optim.Adam(rest)]
        else:
            self.optimizers = [torch.optim.Adam([self.table.weight, *rest])]
        self.loss = F.cross_entropy

    def forward(self, begin, end):
        return self.top(F.relu(self.bag(self.table, begin, end) + self.bias))


class Embedded(Training):
    def load(self, options):
        ids, y = data.load_ids(options.data, options.rows)
        self.rows, self.ids, self.y = len(y), torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(y)

    def build(self):
        self.table = torch.nn.Embedding(recipe.VOCABULARY, recipe.EMBEDDED, sparse=True)
        torch.nn.init.uniform_(self.table.weight, -0.05, 0.05)  # As Keras; PyTorch starts at N(0, 1).
        self.top = as_keras(torch.nn.Linear(self.ids.shape[1] * recipe.EMBEDDED, 1))
        self.optimizers = [torch.optim.SparseAdam([self.table.weight]), torch.optim.Adam(self.top.parameters())]
        self.loss = F.binary_cross_entropy_with_logits

    def forward(self, begin, end):
        return self.top(self.table(self.ids[begin:end]).flatten(1)).squeeze(1)


class Factorization(Embedded):
    def load(self, options):
        x, y = data.load_csr(options.data, options.rows)
        self.rows, self.columns = x.shape
        ids = x.indices.astype(np.int64).reshape(self.rows, -1)
        self.ids, self.y = torch.from_numpy(ids), torch.from_numpy(y)

    def build(self):
        self.linear = torch.nn.Embedding(self.columns, 1, sparse=True)
        self.factors = torch.nn.Embedding(self.columns, recipe.FACTORS, sparse=True)
        for table in (self.linear, self.factors):
            torch.nn.init.uniform_(table.weight, -0.05, 0.05)
        self.optimizers = [torch.optim.SparseAdam([self.linear.weight, self.factors.weight])]
        self.loss = F.binary_cross_entropy_with_logits

    def forward(self, begin, end):
        ids = self.ids[begin:end]
        v = self.factors(ids)
        pairs = 0.5 * (v.sum(1).square() - v.square().sum(1)).sum(1)
        return self.linear(ids).sum((1, 2)) + pairs


JOBS = {
    "linear": Linear,
    "wide": Linear,
    "mlp": Classifier,
    "sections": Classifier,
    "embedding": Embedded,
    "fm": Factorization,
}


def make(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    np.random.seed(0)
    return JOBS[options.case](options)


if __name__ == "__main__":
    serve(make)
