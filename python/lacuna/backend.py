"""Keras' backend, imported as K: functions on symbols. Where an op has no rule for csr, that is an error;
to_dense says that zeros may be stored."""

import builtins

import numpy as np

from lacuna import _core
from lacuna._arguments import axes_of, dims, dtype_name, shape_of, shown, symbols_of, unsupported, whole
from lacuna._arrays import assign, constant_view, scipy_csr
from lacuna._elementwise import *  # noqa: F403
from lacuna._products import *  # noqa: F403
from lacuna.activations import elu, hard_sigmoid, relu, sigmoid, softmax, softplus, softsign, tanh  # noqa: F401

Symbol, Variable = _core.Symbol, _core.Variable


def backend():
    """'lacuna'"""
    return "lacuna"


def floatx():
    """The dtype of inputs and weights where none is named: 'float32' unless set."""
    return _core.floatx()


def set_floatx(floatx):
    """'float32' or 'float64', for what is made from now on."""
    _core.set_floatx(dtype_name(floatx))


def epsilon():
    """What keeps divisions and logarithms away from 0."""
    return 1e-7


def image_data_format():
    """'channels_last'"""
    return "channels_last"


def clear_session():
    """Names of layers are numbered from 1 again."""
    _core.reset_names()


# What symbols are


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None):
    """A value that is given later; the batch is part of the shape, None an open dimension. sparse: csr, of
    rank 2."""
    if shape is None:
        if ndim is None:
            raise ValueError("placeholder: shape or ndim must be given. Received: neither.")
        shape = (None,) * whole("placeholder", "ndim", ndim)
    return _core.placeholder(shape, dtype_name(dtype), sparse, name)


def variable(value, dtype=None, name=None, constraint=None, sparse_weight=False):
    """A variable of that value, of a dtype (floatx unless given): an array, a list or a number, or a matrix of scipy,
    which stays csr. sparse_weight: its rows are kept as those of a weight with that flag."""
    unsupported("variable", constraint=constraint)
    return _core.variable(constant_view(value, "variable"), name, dtype_name(dtype), sparse_weight)


def constant(value, dtype=None, shape=None, name=None):
    """A symbol of that value, repeated to a shape where one is given; of a matrix of scipy csr."""
    if shape is not None:
        value = np.broadcast_to(value, dims("constant", "shape", shape))
    return _core.constant(constant_view(value), dtype_name(dtype))


def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return variable(np.zeros(dims("zeros", "shape", shape)), dtype, name)


def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return variable(np.ones(dims("ones", "shape", shape)), dtype, name)


def is_sparse(tensor):
    """Whether it is stored sparse: a symbol or a variable, or a matrix of scipy."""
    return hasattr(tensor, "tocoo") or builtins.bool(getattr(tensor, "is_sparse", False))


def to_dense(tensor):
    """The same values, dense; of a matrix of scipy an array."""
    if not hasattr(tensor, "toarray"):
        return _core.to_dense(tensor)
    _core.constant(constant_view(tensor, "to_dense"), None)  # Of one that is broken scipy writes beyond the array.
    return tensor.toarray()


def cast_storage(x, stype):
    """The same values in another storage, as MXNet's: 'csr' or 'row_sparse' of dense x drop zeros, 'default' is
    to_dense. csr and row_sparse become each other too. The gradient has the storage of x."""
    return _core.cast_storage(x, stype)


def identity(x, name=None):
    """x itself, as a symbol."""
    return x if is_tensor(x) else constant(x)


def is_tensor(x):
    """Whether it is a symbol or a variable."""
    return isinstance(x, (Symbol, Variable))


def int_shape(x):
    """The shape, None where a dimension is open."""
    return shape_of("int_shape", x)


def ndim(x):
    """The number of dimensions, the batch included."""
    return len(shape_of("ndim", x))


def dtype(x):
    """The name of the dtype."""
    shape_of("dtype", x)
    return str(x.dtype)


def count_params(x):
    """The number of values of a variable."""
    dims = shape_of("count_params", x)
    if None in dims:
        raise ValueError(f"count_params: no dimension may be open. Received: {shown(x)}.")
    return int(np.prod(dims, dtype=object))


def shape(x):
    """A symbol of the dimensions, int64: those that are open as they are when it runs."""
    return _core.shape(x)


_LIMIT = 2**30  # Bytes of an array that nobody asked for by that size.


def _array(value):
    """The NumPy array of what the library answers."""
    if not isinstance(value, tuple):
        return value[()]
    dims, data = value[0], value[-1] if len(value) == 3 else value[1]
    nbytes = int(np.prod(dims, dtype=object)) * data.itemsize
    if nbytes > _LIMIT:
        raise ValueError(
            f"eval: the array of a sparse value must take 1 GiB at most; K.to_scipy gives a csr value as it is, "
            f"weight.rows() the rows of a weight. Received: shape={dims}, bytes={nbytes}."
        )
    if len(value) == 4:
        return scipy_csr(*value).toarray()
    array = np.zeros(dims, data.dtype)
    array[value[1]] = data
    return array


def eval(x):
    """The value of a symbol that depends on variables and constants alone, as an array, or a number where it is a
    scalar. A sparse value above 1 GiB of zeros is an error: see to_scipy. ValueError where x needs a placeholder."""
    return _array(_core.eval(x))


def to_scipy(x):
    """The value of a csr symbol or variable as a matrix of scipy, without zeros that are not stored."""
    value = _core.eval(x)
    if not isinstance(value, tuple) or len(value) != 4:
        raise ValueError(f"to_scipy: x must be csr. Received: {shown(x)}.")
    return scipy_csr(*value)


def learning_phase():
    """A placeholder: as an input of K.function, 1 where it runs as in training, else 0."""
    return _core.learning_phase()


def function(inputs, outputs, updates=None, **kwargs):
    """A function of a list of values (arrays, or csr matrices where a placeholder is sparse) that gives the
    list of arrays of the outputs; of one symbol for outputs its array. updates: of K.update and its like, or
    (variable, symbol) pairs, done after each run."""
    unsupported("function", **kwargs)
    several = isinstance(outputs, (list, tuple))
    changes = [update(*one) if isinstance(one, tuple) else one for one in updates or []]
    inputs = [inputs] if is_tensor(inputs) else symbols_of("function", inputs)
    run = _core.Function(inputs, list(outputs) if several else [outputs], changes)

    def call(values):
        if not isinstance(values, (list, tuple)):
            raise TypeError(f"function: a list of values must be given. Received: {type(values).__name__}.")
        results = [_array(value) for value in run([constant_view(value) for value in values])]
        return results if several else results[0]

    return call


def get_value(x):
    """The value of a variable: an array, or a number where it is a scalar. Of a sparse one above 1 GiB an error:
    to_scipy gives a csr one, x.rows() the rows of a weight."""
    return _array(_core.eval(x))


def _require_variable(where, x):
    if not isinstance(x, Variable):
        raise TypeError(f"{where}: x must be a variable. Received: {shown(x)}.")


def set_value(x, value):
    """Gives a variable another value of its shape."""
    _require_variable("set_value", x)
    assign(x, value)


def batch_get_value(ops):
    """The values of several variables."""
    return [get_value(x) for x in ops]


def batch_set_value(tuples):
    """Sets several variables: (variable, value) pairs."""
    for x, value in tuples:
        set_value(x, value)


def update(x, new_x):
    """For Layer.add_update: the variable x becomes new_x, of its shape, when a step of training is over."""
    return _core.update(x, new_x, 0.0)


def update_add(x, increment):
    """For Layer.add_update: the variable x grows by increment."""
    _require_variable("update_add", x)
    return _core.update(x, x + increment, 0.0)


def update_sub(x, decrement):
    """For Layer.add_update: the variable x is made smaller by decrement."""
    _require_variable("update_sub", x)
    return _core.update(x, x - decrement, 0.0)


def moving_average_update(x, value, momentum):
    """For Layer.add_update: the variable x becomes x momentum + value (1 - momentum)."""
    return _core.update(x, value, momentum)


def gradients(loss, variables):
    """Symbols of the gradients of a scalar; None where it does not depend on a variable."""
    return _core.gradients(loss, list(variables) if isinstance(variables, (list, tuple)) else [variables])


def stop_gradient(variables):
    """The same value, through which no gradient flows."""
    return _core.stop_gradient(variables)


# Element by element: see also _elementwise


def _floats(where, x):
    shape_of(where, x)
    return x if str(x.dtype).startswith("float") else cast(x, floatx())


def zeros_like(x, dtype=None, name=None):
    """Zeros in the shape, the storage and (for csr) at the entries of x."""
    return cast(_core.zeros_like(_floats("zeros_like", x)), dtype or str(x.dtype))


def ones_like(x, dtype=None, name=None):
    """Ones in the shape of a dense x."""
    return cast(_core.ones_like(_floats("ones_like", x)), dtype or str(x.dtype))


def l2_normalize(x, axis=None):
    """x / √max(Σ x², 1e-12) along an axis, or of the whole; csr stays csr."""
    squares = _core.square_sum(x, axes_of("l2_normalize", axis), True)
    return _core.divide(x, _core.sqrt(_core.maximum(squares, 1e-12)))


def cast(x, dtype):
    """The same values in another dtype."""
    return _core.cast(x, dtype_name(dtype))


def dropout(x, level, noise_shape=None, seed=None):
    """In training 0 with probability `level`, else x / (1 - level); csr keeps its pattern. noise_shape: 1 along axes
    whose values share their fate, else None or the size of x."""
    return _core.dropout(x, level, () if noise_shape is None else noise_shape, seed)


def in_train_phase(x, alt, training=None):
    """x in training, else alt, of one shape, dtype and storage. training: True or False decides at once. Either may be a
    function without arguments."""
    return _in_phase(x, alt, training)


def in_test_phase(x, alt, training=None):
    """x outside of training, else alt: see in_train_phase."""
    return _in_phase(alt, x, training)


def _in_phase(x, alt, training):
    if training in (True, 1):
        return x() if callable(x) else x
    if training in (False, 0) and training is not None:
        return alt() if callable(alt) else alt
    return _core.in_train_phase(x() if callable(x) else x, alt() if callable(alt) else alt)


# Over axes


def sum(x, axis=None, keepdims=False):
    """The sum over one axis, some, or all (None); of csr dense. row_sparse stays so with keepdims and without
    axis 0, here and in mean, square_sum, norm, max and min. Elements that are not stored are zeros like any
    other in all that follow, at the cost of the stored ones. Of integers sum and prod are int64, max and min
    of their dtype, mean, var and std floats."""
    return _core.sum(x, axes_of("sum", axis), keepdims)


def mean(x, axis=None, keepdims=False):
    """The mean over one axis, some, or all; of csr dense, over all elements, stored or not."""
    return _core.mean(x, axes_of("mean", axis), keepdims)


def max(x, axis=None, keepdims=False):
    """The largest over one axis, some, or all; elements that tie share the gradient."""
    return _core.max(x, axes_of("max", axis), keepdims)


def min(x, axis=None, keepdims=False):
    """The smallest over one axis, some, or all; elements that tie share the gradient."""
    return _core.min(x, axes_of("min", axis), keepdims)


def prod(x, axis=None, keepdims=False):
    """The product over one axis, some, or all."""
    return _core.prod(x, axes_of("prod", axis), keepdims)


def cumsum(x, axis=0):
    """Sums along an axis up to each place, of x of rank 1 or more; integers keep their dtype, where NumPy makes int64
    of int32; of csr an error that names to_dense."""
    return _core.cumsum(x, whole("cumsum", "axis", axis), False)


def cumprod(x, axis=0):
    """Products along an axis up to each place, as cumsum; of csr an error that names to_dense."""
    return _core.cumprod(x, whole("cumprod", "axis", axis))


def var(x, axis=None, keepdims=False):
    """The mean of (x - mean)² over one axis, some, or all."""
    return _core.var(x, axes_of("var", axis), keepdims)


def std(x, axis=None, keepdims=False):
    """The root of the variance over one axis, some, or all."""
    return _core.std(x, axes_of("std", axis), keepdims)


def logsumexp(x, axis=None, keepdims=False):
    """log Σ exp(x) over one axis, some, or all, without overflow."""
    return _core.logsumexp(x, axes_of("logsumexp", axis), keepdims)


def norm(x, ord=2, axis=None, keepdims=False):
    """Σ|x| (ord=1) or √Σx² (ord=2 or 'fro') over one axis, some, or all, as MXNet's."""
    return _core.norm(x, ord, axes_of("norm", axis), keepdims)


def square_sum(x, axis=None, keepdims=False):
    """Σx² over one axis, some, or all, as MXNet's."""
    return _core.square_sum(x, axes_of("square_sum", axis), keepdims)


def any(x, axis=None, keepdims=False):
    """1 where an element over one axis, some, or all is not 0, else 0."""
    return _core.any(_floats("any", x), axes_of("any", axis), keepdims)


def all(x, axis=None, keepdims=False):
    """1 where no element over one axis, some, or all is 0, else 0."""
    return _core.all(_floats("all", x), axes_of("all", axis), keepdims)


def argmax(x, axis=-1):
    """The place of the largest along an axis (None: of the whole), int64; of equal ones the first."""
    return _core.argmax(x, axis, False)


def argmin(x, axis=-1):
    """The place of the smallest along an axis (None: of the whole), int64; of equal ones the first."""
    return _core.argmin(x, axis, False)


def getnnz(x, axis=None):
    """How many entries csr stores, zeros among them, as MXNet's: in all, of each column (axis 0) or of each row
    (axis 1); int64."""
    return _core.getnnz(x, axis if axis is None else whole("getnnz", "axis", axis))


# Whole numbers


def one_hot(indices, num_classes, sparse=False):
    """(…, num_classes) with a 1 at each index; outside of [0, num_classes) none. sparse: csr, of rank 1
    indices."""
    return _core.one_hot(indices, num_classes, sparse)


def multi_hot(indices, num_classes, sparse=False):
    """Of (…, k): (…, num_classes) with a 1 at each of the k; outside of [0, num_classes) none, so that -1 pads.
    sparse: csr, of rank 2 indices."""
    return _core.multi_hot(indices, num_classes, sparse)


def digitize(x, bins):
    """How many of the ascending bins are at or below each element, int32; csr stays csr where 0 is below all."""
    return _core.digitize(x, [float(b) for b in bins])


def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each number from 0 on stands in x, of rank 1 or 2 (then in each row): int32, or the sums of
    weights. As many counts as the largest number asks for, minlength at least. sparse: csr, of rank 2."""
    return _core.bincount(x, weights, minlength, sparse)


def retain(x, indices):
    """The rows of a row_sparse x that indices name, and no others, as MXNet's sparse.retain."""
    return _core.retain(x, indices)


# Crossentropies: of probabilities, which are kept 1e-7 away from 0 and 1, or of logits


def _last_axis(where, axis, x):
    if axis not in (-1, len(shape_of(where, x)) - 1):
        unsupported(where, axis=axis)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-sum(t log p) over the last axis, p = output divided by its sum, or the softmax of logits; target: of the
    shape of output, dense or csr."""
    _last_axis("categorical_crossentropy", axis, output)
    return _core.categorical_crossentropy(target, output, from_logits)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-log p[t]; target: whole numbers, of the shape of output without the last axis, or with a last axis of
    1."""
    _last_axis("sparse_categorical_crossentropy", axis, output)
    return _core.sparse_categorical_crossentropy(target, output, from_logits)


def multi_hot_sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-sum(log p[t]) over the labels t of a row; target: whole numbers (batch, any), padded with -1."""
    _last_axis("multi_hot_sparse_categorical_crossentropy", axis, output)
    return _core.multi_hot_sparse_categorical_crossentropy(target, output, from_logits)


def binary_crossentropy(target, output, from_logits=False):
    """-t log p - (1 - t) log(1 - p), element by element; target: of the shape of output, dense or csr."""
    return _core.binary_crossentropy(target, output, from_logits)


def in_top_k(predictions, targets, k):
    """1 where fewer than k of a row's predictions are larger than that of its target, else 0, in the dtype of
    predictions. targets: whole numbers, a place in the last axis of predictions each."""
    return _core.in_top_k(predictions, targets, k)
