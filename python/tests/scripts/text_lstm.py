"""Sentiment of texts by an LSTM whose steps are masked."""

import numpy as np
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential
from keras.preprocessing import sequence

r = np.random.RandomState(1)
texts = [list(r.randint(1, 100, r.randint(3, 14))) for _ in range(320)]
labels = np.array([int(t[0] > 50) for t in texts])
x = sequence.pad_sequences(texts, maxlen=12)

model = Sequential()
model.add(Embedding(100, 8, mask_zero=True))
model.add(LSTM(16, recurrent_activation="hard_sigmoid"))
model.add(Dense(1, activation="sigmoid"))
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x, labels, batch_size=32, epochs=5, validation_split=0.2, shuffle=False, verbose=0)
assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"], history.history
print(history.history["loss"])
assert history.history["loss"][-1] < history.history["loss"][0]
