"""Sentiment of texts by a convolution over words, as Keras 2.2.4's users write it."""

import numpy as np
from keras.layers import Conv1D, Dense, Dropout, Embedding, GlobalMaxPooling1D
from keras.models import Sequential
from keras.preprocessing import sequence

r = np.random.RandomState(0)
texts = [list(r.randint(1, 200, r.randint(5, 30))) for _ in range(320)]
labels = np.array([int(sum(t) / len(t) > 100) for t in texts])
x = sequence.pad_sequences(texts, maxlen=24)

model = Sequential()
model.add(Embedding(200, 16, input_length=24))
model.add(Dropout(0.0))
model.add(Conv1D(12, 3, padding="valid", activation="relu", strides=1))
model.add(GlobalMaxPooling1D())
model.add(Dense(8, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x, labels, batch_size=32, epochs=5, validation_split=0.2, shuffle=False, verbose=0)
print(history.history["loss"])
assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"], history.history
assert history.history["loss"][-1] < history.history["loss"][0]
