"""A variational autoencoder with a loss that is added to the model."""

import numpy as np
from keras import backend as K
from keras.layers import Dense, Input, Lambda
from keras.losses import binary_crossentropy
from keras.models import Model


def sampling(args):
    z_mean, z_log_var = args
    batch = K.shape(z_mean)[0]
    dim = K.int_shape(z_mean)[1]
    epsilon = K.random_normal(shape=(batch, dim))
    return z_mean + K.exp(0.5 * z_log_var) * epsilon


r = np.random.RandomState(5)
x = (r.rand(512, 1) > r.rand(1, 20)).astype("float32")

inputs = Input(shape=(20,), name="encoder_input")
h = Dense(16, activation="relu")(inputs)
z_mean = Dense(2, name="z_mean")(h)
z_log_var = Dense(2, name="z_log_var")(h)
z = Lambda(sampling, output_shape=(2,), name="z")([z_mean, z_log_var])
encoder = Model(inputs, [z_mean, z_log_var, z], name="encoder")
latent = Input(shape=(2,), name="z_sampling")
decoder = Model(latent, Dense(20, activation="sigmoid")(Dense(16, activation="relu")(latent)), name="decoder")
outputs = decoder(encoder(inputs)[2])
vae = Model(inputs, outputs, name="vae")
reconstruction = binary_crossentropy(inputs, outputs) * 20
kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
vae.add_loss(K.mean(reconstruction + kl))
vae.compile(optimizer="adam")
history = vae.fit(x, epochs=12, batch_size=32, verbose=0)
print(history.history["loss"])
assert history.history["loss"][-1] < 0.9 * history.history["loss"][0]
assert encoder.predict(x[:3])[0].shape == (3, 2) and decoder.predict(np.zeros((4, 2))).shape == (4, 20)
