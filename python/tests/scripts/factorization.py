"""Matrix factorization with biases, on ids of users and films."""

import numpy as np
from keras.layers import Add, Dot, Embedding, Flatten, Input
from keras.models import Model
from keras.regularizers import l2

r = np.random.RandomState(7)
users, films = 60, 40
taste, kind = r.randn(users, 3), r.randn(films, 3)
u, f = r.randint(0, users, 1280), r.randint(0, films, 1280)
rating = 3 + (taste[u] * kind[f]).sum(1) * 0.5

user, film = Input(shape=(1,), name="user"), Input(shape=(1,), name="film")
vector_of_user = Embedding(users, 4, embeddings_regularizer=l2(1e-5))(user)
vector_of_film = Embedding(films, 4, embeddings_regularizer=l2(1e-5))(film)
product = Flatten()(Dot(axes=2)([vector_of_user, vector_of_film]))
out = Add()([product, Flatten()(Embedding(users, 1)(user)), Flatten()(Embedding(films, 1)(film))])
model = Model([user, film], out)
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile("adam", "mse", metrics=["mae"])
history = model.fit([u, f], rating, batch_size=64, epochs=3, shuffle=False, verbose=0)
print(history.history["loss"])
assert set(history.history) == {"loss", "mean_absolute_error"}
assert history.history["loss"][-1] < history.history["loss"][0]
