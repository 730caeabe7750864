"""A GAN: two models that share a discriminator, which is frozen in one of them; a loop over train_on_batch."""

import numpy as np
from keras.layers import BatchNormalization, Dense, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam

np.random.seed(6)
optimizer = Adam(0.0005, 0.5)
discriminator = Sequential()
discriminator.add(Dense(24, input_dim=2))
discriminator.add(LeakyReLU(alpha=0.2))
discriminator.add(Dense(1, activation="sigmoid"))
discriminator.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
generator = Sequential()
generator.add(Dense(24, input_dim=4))
generator.add(LeakyReLU(alpha=0.2))
generator.add(BatchNormalization(momentum=0.8))
generator.add(Dense(2))
z = Input(shape=(4,))
discriminator.trainable = False
combined = Model(z, discriminator(generator(z)))
combined.compile(loss="binary_crossentropy", optimizer=Adam(0.0005, 0.5))

for network in (discriminator, generator):
    network.set_weights([0.3 * np.random.randn(*w.shape) ** 2 for w in network.get_weights()])
before = [w.copy() for w in discriminator.get_weights()]
combined.train_on_batch(np.random.normal(0, 1, (16, 4)), np.ones((16, 1)))
assert all(np.array_equal(a, b) for a, b in zip(before, discriminator.get_weights()))
for step in range(60):
    real = np.random.normal(3, 0.5, (32, 2))
    fake = generator.predict(np.random.normal(0, 1, (32, 4)))
    d_real = discriminator.train_on_batch(real, np.ones((32, 1)))
    d_fake = discriminator.train_on_batch(fake, np.zeros((32, 1)))
    d_loss = 0.5 * np.add(d_real, d_fake)
    g_loss = combined.train_on_batch(np.random.normal(0, 1, (32, 4)), np.ones((32, 1)))
assert not np.array_equal(before[0], discriminator.get_weights()[0])
assert np.isfinite(d_loss).all() and np.isfinite(g_loss)
print([float(x) for x in (d_loss[0], g_loss)])
