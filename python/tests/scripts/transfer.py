"""Transfer: the first layers of a trained net are frozen and get a new head; a loop over train_on_batch."""

import numpy as np
from keras.layers import Dense
from keras.models import Model, Sequential
from keras.utils import to_categorical

r = np.random.RandomState(10)
x = r.randn(320, 8)
model = Sequential([Dense(16, activation="relu", input_shape=(8,), name="features"), Dense(1, activation="sigmoid")])
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile("adam", "binary_crossentropy")
model.fit(x, x[:, 0] > 0, batch_size=32, epochs=2, shuffle=False, verbose=0)

features = model.get_layer("features")
features.trainable = False
head = Dense(3, activation="softmax", name="head")(features.output)
second = Model(model.input, head)
second.get_layer("head").set_weights([0.2 * r.randn(16, 3), np.zeros(3)])
second.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
before = features.get_weights()
y = to_categorical((x[:, 1] > 0).astype(int) + (x[:, 0] > 0), 3)
losses = []
for epoch in range(5):
    for begin in range(0, 320, 32):
        losses.append(float(second.train_on_batch(x[begin : begin + 32], y[begin : begin + 32])[0]))
assert all(np.array_equal(a, b) for a, b in zip(before, features.get_weights()))
print(losses[::10])
assert len(second.trainable_weights) == 2 and sum(losses[-10:]) < sum(losses[:10])
