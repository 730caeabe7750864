"""A siamese net: two inputs, one shared network, a contrastive loss of one's own."""

import numpy as np
from keras import backend as K
from keras.layers import Dense, Dropout, Flatten, Input, Lambda
from keras.models import Model


def euclidean_distance(vects):
    x, y = vects
    sum_square = K.sum(K.square(x - y), axis=1, keepdims=True)
    return K.sqrt(K.maximum(sum_square, K.epsilon()))


def eucl_dist_output_shape(shapes):
    shape1, shape2 = shapes
    return (shape1[0], 1)


def contrastive_loss(y_true, y_pred):
    margin = 1
    square_pred = K.square(y_pred)
    margin_square = K.square(K.maximum(margin - y_pred, 0))
    return K.mean(y_true * square_pred + (1 - y_true) * margin_square)


def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


r = np.random.RandomState(4)
centers = r.randn(4, 4, 5)
kind = r.randint(0, 4, (400, 2))
pairs = centers[kind] + 0.3 * r.randn(400, 2, 4, 5)
same = (kind[:, 0] == kind[:, 1]).astype("float32")

input = Input(shape=(4, 5))
x = Flatten()(input)
x = Dense(32, activation="relu")(x)
x = Dropout(0.0)(x)
x = Dense(8, activation="relu")(x)
base_network = Model(input, x)
input_a, input_b = Input(shape=(4, 5)), Input(shape=(4, 5))
distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)(
    [base_network(input_a), base_network(input_b)]
)
model = Model([input_a, input_b], distance)
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(loss=contrastive_loss, optimizer="adam", metrics=[accuracy])
history = model.fit(
    [pairs[:, 0], pairs[:, 1]],
    same,
    batch_size=64,
    epochs=8,
    shuffle=False,
    verbose=0,
    validation_data=([pairs[:50, 0], pairs[:50, 1]], same[:50]),
)
print(history.history["loss"])
assert history.history["loss"][-1] < 0.7 * history.history["loss"][0]
assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
