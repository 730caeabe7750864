"""Wide and deep: crossed columns as csr beside embeddings of ids."""

import numpy as np
import scipy.sparse as sp
from keras import backend as K
from keras.layers import Concatenate, Dense, Embedding, Flatten, Input
from keras.models import Model
from keras.optimizers import Adam

r = np.random.RandomState(3)
wide = sp.random(480, 300, 0.03, "csr", dtype="float32", random_state=r)
ids = r.randint(0, 40, (480, 2))
y = ((wide.sum(1).A1 + (ids[:, 0] % 3)) > 5).astype("float32")

wide_in = Input(shape=(300,), sparse=True, name="wide")
ids_in = Input(shape=(2,), dtype="int32", name="ids")
deep = Flatten()(Embedding(40, 6)(ids_in))
for units in (16, 8):
    deep = Dense(units, activation="relu")(deep)
wide_part = Dense(4)(wide_in)
out = Dense(1, activation="sigmoid")(Concatenate()([wide_part, deep]))
model = Model(inputs=[wide_in, ids_in], outputs=out)
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(Adam(lr=0.005), "binary_crossentropy", metrics=["acc"])
history = model.fit({"wide": wide, "ids": ids}, y, batch_size=64, epochs=7, shuffle=False, verbose=0)
print(history.history["loss"])
assert history.history["loss"][-1] < history.history["loss"][0]
assert K.int_shape(model.output) == (None, 1)
