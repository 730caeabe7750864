"""Sequence to sequence with states that are handed from encoder to decoder, and a decoder that runs step by step."""

import numpy as np
from keras.layers import LSTM, Dense, Input
from keras.models import Model

tokens, units, length = 12, 24, 5
r = np.random.RandomState(2)
words = r.randint(2, tokens, (400, length))
encoder_in = np.eye(tokens)[words]
target = words[:, ::-1]
decoder_in = np.eye(tokens)[np.concatenate([np.ones((400, 1), int), target[:, :-1]], 1)]
decoder_out = np.eye(tokens)[target]

encoder_inputs = Input(shape=(None, tokens))
encoder = LSTM(units, return_state=True, recurrent_activation="hard_sigmoid")
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]
decoder_inputs = Input(shape=(None, tokens))
decoder_lstm = LSTM(units, return_sequences=True, return_state=True, recurrent_activation="hard_sigmoid")
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(tokens, activation="softmax")
decoder_outputs = decoder_dense(decoder_outputs)
model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
r = np.random.RandomState(9)
model.set_weights([0.2 * r.randn(*w.shape) for w in model.get_weights()])
model.compile(optimizer="adam", loss="categorical_crossentropy")
history = model.fit(
    [encoder_in, decoder_in], decoder_out, batch_size=32, epochs=8, validation_split=0.2, shuffle=False, verbose=0
)
print(history.history["loss"])
assert history.history["loss"][-1] < history.history["loss"][0]

encoder_model = Model(encoder_inputs, encoder_states)
states_in = [Input(shape=(units,)), Input(shape=(units,))]
outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=states_in)
decoder_model = Model([decoder_inputs] + states_in, [decoder_dense(outputs), state_h, state_c])
states = encoder_model.predict(encoder_in[:1])
token = np.zeros((1, 1, tokens))
token[0, 0, 1] = 1
whole = model.predict([encoder_in[:1], decoder_in[:1]])
for step in range(length):
    output, h, c = decoder_model.predict([token] + states)
    assert np.allclose(output[0, 0], whole[0, step], atol=1e-5), step
    states, token = [h, c], decoder_in[:1, step + 1 : step + 2]
print("decoded")
