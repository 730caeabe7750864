"""Linear regression on csr, with the sparse flags of Keras-MXNet and multi_gpu_model, as its benchmark has it."""

import time

import numpy as np
import scipy.sparse as sp
from keras import backend as K
from keras.layers import Dense, Input
from keras.models import Model
from keras.optimizers import SGD
from keras.utils import multi_gpu_model

r = np.random.RandomState(11)
x = sp.random(640, 200, 0.05, "csr", dtype="float32", random_state=r)
y = x.dot(r.randn(200, 1)).astype("float32")


def train(sparse, gpus=None):
    inputs = Input(batch_shape=(None, 200), dtype="float32", sparse=sparse)
    model = Model(
        inputs=inputs,
        outputs=Dense(1, kernel_initializer="zeros", **({"sparse_weight": True} if sparse else {}))(inputs),
    )
    if gpus:
        model = multi_gpu_model(model, gpus=gpus)
    model.compile(loss="mse", optimizer=SGD(lr=0.1), metrics=["accuracy"])
    start = time.time()
    history = model.fit(x if sparse else x.toarray(), y, epochs=5, batch_size=64, shuffle=False, verbose=0)
    assert time.time() > start
    return history.history["loss"]


assert K.floatx() == "float32"
losses = train(True)
print(losses)
assert np.allclose(losses, train(False), rtol=1e-4)
try:
    several = train(True, gpus=2)
except ValueError:  # A machine without GPUs, in Keras itself.
    several = losses
assert np.allclose(losses, several, rtol=1e-4)
