"""Two outputs with weights of their own, class weights of one of them, and a validation set."""

import numpy as np
from keras.layers import Dense, Input
from keras.models import Model

r = np.random.RandomState(8)
x = r.randn(480, 10)
kind = (x[:, 0] > 0.5).astype(int) + (x[:, 1] > 0).astype(int)
value = x[:, :2].sum(1)

inputs = Input(shape=(10,))
shared = Dense(16, activation="tanh")(inputs)
model = Model(inputs, [Dense(3, activation="softmax", name="kind")(shared), Dense(1, name="value")(shared)])
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(
    "sgd",
    {"kind": "categorical_crossentropy", "value": "mse"},
    metrics={"kind": "accuracy"},
    loss_weights={"kind": 1.0, "value": 0.3},
)
history = model.fit(
    x,
    {"kind": np.eye(3)[kind], "value": value},
    batch_size=48,
    epochs=5,
    shuffle=False,
    verbose=0,
    class_weight={"kind": {0: 1.0, 1: 2.0, 2: 0.5}},
    validation_data=(x[:40], [np.eye(3)[kind[:40]], value[:40]]),
)
print(history.history["loss"])
assert set(history.history) == {
    "loss",
    "kind_loss",
    "value_loss",
    "kind_acc",
    "val_loss",
    "val_kind_loss",
    "val_value_loss",
    "val_kind_acc",
}, history.history
