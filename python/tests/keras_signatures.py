"""The signatures of Keras 2.2.4, with the sparse flags: a line for each public name, by module."""

from lacuna import (
    activations,
    backend,
    callbacks,
    constraints,
    data,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)

KERAS = {
    layers: """
        Activation(activation, **kwargs)
        ActivityRegularization(l1=0.0, l2=0.0, **kwargs)
        Add(**kwargs)
        add(inputs, **kwargs)
        AlphaDropout(rate, noise_shape=None, seed=None, **kwargs)
        Average(**kwargs)
        average(inputs, **kwargs)
        BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, \
beta_initializer='zeros', gamma_initializer='ones', moving_mean_initializer='zeros', \
moving_variance_initializer='ones', beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, \
gamma_constraint=None, subtract_mean=True, frozen_uses_averages=None, unbiased_variance=None, \
**kwargs)
        Concatenate(axis=-1, **kwargs)
        concatenate(inputs, axis=-1, **kwargs)
        deserialize(config, custom_objects=None)
        Dense(units, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, \
kernel_constraint=None, bias_constraint=None, sparse_weight=False, **kwargs)
        Dot(axes, normalize=False, **kwargs)
        dot(inputs, axes, normalize=False, **kwargs)
        Dropout(rate, noise_shape=None, seed=None, **kwargs)
        ELU(alpha=1.0, **kwargs)
        Embedding(input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None, \
activity_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None, \
sparse_grad=False, combiner=None, weighted=True, **kwargs)
        Flatten(data_format=None, **kwargs)
        GaussianDropout(rate, **kwargs)
        GaussianNoise(stddev, **kwargs)
        GlobalAveragePooling1D(data_format='channels_last', **kwargs)
        GlobalAvgPool1D(data_format='channels_last', **kwargs)
        GlobalMaxPooling1D(data_format='channels_last', **kwargs)
        GlobalMaxPool1D(data_format='channels_last', **kwargs)
        GRU(units, activation='tanh', recurrent_activation='hard_sigmoid', use_bias=True, \
kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', \
kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, \
kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, \
recurrent_dropout=0.0, implementation=1, return_sequences=False, return_state=False, go_backwards=False, \
stateful=False, unroll=False, reset_after=False, **kwargs)
        Input(shape=None, batch_shape=None, name=None, dtype=None, sparse=False, tensor=None)
        Lambda(function, output_shape=None, mask=None, arguments=None, **kwargs)
        Layer(**kwargs)
        LeakyReLU(alpha=0.3, **kwargs)
        LSTM(units, activation='tanh', recurrent_activation='hard_sigmoid', use_bias=True, \
kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', \
unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, \
dropout=0.0, recurrent_dropout=0.0, implementation=1, return_sequences=False, return_state=False, \
go_backwards=False, stateful=False, unroll=False, **kwargs)
        Bidirectional(layer, merge_mode='concat', weights=None, **kwargs)
        CuDNNGRU(units, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', \
bias_initializer='zeros', kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, \
return_sequences=False, return_state=False, stateful=False, **kwargs)
        CuDNNLSTM(units, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', \
bias_initializer='zeros', unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, \
bias_constraint=None, return_sequences=False, return_state=False, stateful=False, **kwargs)
        GRUCell(units, activation='tanh', recurrent_activation='hard_sigmoid', use_bias=True, \
kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', \
kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, \
recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, implementation=1, \
reset_after=False, **kwargs)
        LSTMCell(units, activation='tanh', recurrent_activation='hard_sigmoid', use_bias=True, \
kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', \
unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, \
kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, \
recurrent_dropout=0.0, implementation=1, **kwargs)
        RNN(cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, \
unroll=False, **kwargs)
        SimpleRNNCell(units, activation='tanh', use_bias=True, kernel_initializer='glorot_uniform', \
recurrent_initializer='orthogonal', bias_initializer='zeros', kernel_regularizer=None, \
recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None, \
bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, **kwargs)
        StackedRNNCells(cells, **kwargs)
        TimeDistributed(layer, **kwargs)
        Wrapper(layer, **kwargs)
        Masking(mask_value=0.0, **kwargs)
        Maximum(**kwargs)
        maximum(inputs, **kwargs)
        Minimum(**kwargs)
        minimum(inputs, **kwargs)
        Multiply(**kwargs)
        multiply(inputs, **kwargs)
        Permute(dims, **kwargs)
        PReLU(alpha_initializer='zeros', alpha_regularizer=None, alpha_constraint=None, shared_axes=None, \
**kwargs)
        ReLU(max_value=None, negative_slope=0.0, threshold=0.0, **kwargs)
        RepeatVector(n, **kwargs)
        Reshape(target_shape, **kwargs)
        serialize(layer)
        SimpleRNN(units, activation='tanh', use_bias=True, kernel_initializer='glorot_uniform', \
recurrent_initializer='orthogonal', bias_initializer='zeros', kernel_regularizer=None, \
recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, \
recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, \
return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, **kwargs)
        Softmax(axis=-1, **kwargs)
        SpatialDropout1D(rate, **kwargs)
        Subtract(**kwargs)
        ThresholdedReLU(theta=1.0, **kwargs)
        subtract(inputs, **kwargs)
        AtrousConv1D(*args, **kwargs)
        AtrousConv2D(*args, **kwargs)
        AtrousConvolution1D(*args, **kwargs)
        AtrousConvolution2D(*args, **kwargs)
        AveragePooling1D(pool_size=2, strides=None, padding='valid', data_format='channels_last', **kwargs)
        AveragePooling2D(pool_size=(2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        AveragePooling3D(pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        AvgPool1D(pool_size=2, strides=None, padding='valid', data_format='channels_last', **kwargs)
        AvgPool2D(pool_size=(2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        AvgPool3D(pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        Conv1D(filters, kernel_size, strides=1, padding='valid', data_format='channels_last', \
dilation_rate=1, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Conv2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, \
1), activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', \
kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, \
bias_constraint=None, **kwargs)
        Conv2DTranspose(filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None, \
data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True, \
kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Conv3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1, 1), activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Conv3DTranspose(filters, kernel_size, strides=(1, 1, 1), padding='valid', output_padding=None, \
data_format=None, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Convolution1D(filters, kernel_size, strides=1, padding='valid', data_format='channels_last', \
dilation_rate=1, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Convolution2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1), activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Convolution2DTranspose(filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None, \
data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True, \
kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Convolution3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1, 1), activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Cropping1D(cropping=(1, 1), **kwargs)
        Cropping2D(cropping=((0, 0), (0, 0)), data_format=None, **kwargs)
        Cropping3D(cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs)
        Deconv2D(filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None, \
data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True, \
kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Deconv3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', output_padding=None, \
data_format=None, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Deconvolution2D(filters, kernel_size, strides=(1, 1), padding='valid', output_padding=None, \
data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True, \
kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        Deconvolution3D(filters, kernel_size, strides=(1, 1, 1), padding='valid', output_padding=None, \
data_format=None, activation=None, use_bias=True, kernel_initializer='glorot_uniform', \
bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, \
activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs)
        DepthwiseConv2D(kernel_size, strides=(1, 1), padding='valid', depth_multiplier=1, data_format=None, \
activation=None, use_bias=True, depthwise_initializer='glorot_uniform', bias_initializer='zeros', \
depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, \
depthwise_constraint=None, bias_constraint=None, **kwargs)
        GlobalAveragePooling2D(data_format=None, **kwargs)
        GlobalAveragePooling3D(data_format=None, **kwargs)
        GlobalAvgPool2D(data_format=None, **kwargs)
        GlobalAvgPool3D(data_format=None, **kwargs)
        GlobalMaxPool2D(data_format=None, **kwargs)
        GlobalMaxPool3D(data_format=None, **kwargs)
        GlobalMaxPooling2D(data_format=None, **kwargs)
        GlobalMaxPooling3D(data_format=None, **kwargs)
        LocallyConnected1D(filters, kernel_size, strides=1, padding='valid', data_format=None, \
activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', \
kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, \
bias_constraint=None, **kwargs)
        LocallyConnected2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, \
activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', \
kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, \
bias_constraint=None, **kwargs)
        MaxPool1D(pool_size=2, strides=None, padding='valid', data_format='channels_last', **kwargs)
        MaxPool2D(pool_size=(2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        MaxPool3D(pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        MaxPooling1D(pool_size=2, strides=None, padding='valid', data_format='channels_last', **kwargs)
        MaxPooling2D(pool_size=(2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        MaxPooling3D(pool_size=(2, 2, 2), strides=None, padding='valid', data_format=None, **kwargs)
        SeparableConv1D(filters, kernel_size, strides=1, padding='valid', data_format='channels_last', \
dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True, \
depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', \
bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, \
pointwise_constraint=None, bias_constraint=None, **kwargs)
        SeparableConv2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1), depth_multiplier=1, activation=None, use_bias=True, \
depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', \
bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, \
pointwise_constraint=None, bias_constraint=None, **kwargs)
        SeparableConvolution1D(filters, kernel_size, strides=1, padding='valid', \
data_format='channels_last', dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True, \
depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', \
bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, \
pointwise_constraint=None, bias_constraint=None, **kwargs)
        SeparableConvolution2D(filters, kernel_size, strides=(1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1), depth_multiplier=1, activation=None, use_bias=True, \
depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform', \
bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None, \
bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, \
pointwise_constraint=None, bias_constraint=None, **kwargs)
        SpatialDropout2D(rate, data_format=None, **kwargs)
        SpatialDropout3D(rate, data_format=None, **kwargs)
        UpSampling1D(size=2, **kwargs)
        UpSampling2D(size=(2, 2), data_format=None, interpolation='nearest', **kwargs)
        UpSampling3D(size=(2, 2, 2), data_format=None, **kwargs)
        ZeroPadding1D(padding=1, **kwargs)
        ZeroPadding2D(padding=(1, 1), data_format=None, **kwargs)
        ZeroPadding3D(padding=(1, 1, 1), data_format=None, **kwargs)
    """,
    layers.Layer: """
        add_update(self, updates, inputs=None)
        compute_mask(self, inputs, mask=None)
        add_weight(self, name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, \
constraint=None, sparse_weight=False)
        count_params(self)
        from_config(config)
        get_config(self)
        get_weights(self)
        set_weights(self, weights)
    """,
    models: """
        clone_model(model, input_tensors=None)
        load_model(filepath, custom_objects=None, compile=True, safe_mode=True)
        model_from_config(config, custom_objects=None)
        model_from_json(json_string, custom_objects=None, safe_mode=True)
        save_model(model, filepath, overwrite=True, include_optimizer=True)
        Sequential(layers=None, name=None)
    """,
    models.Model: """
        compile(self, optimizer, loss=None, metrics=None, loss_weights=None, sample_weight_mode=None, \
weighted_metrics=None, target_tensors=None, **kwargs)
        count_params(self)
        evaluate(self, x=None, y=None, batch_size=None, verbose=1, sample_weight=None, steps=None, **kwargs)
        evaluate_generator(self, generator, steps=None, max_queue_size=10, workers=1, use_multiprocessing=False, \
verbose=0)
        fit(self, x=None, y=None, batch_size=None, epochs=1, verbose=1, callbacks=None, \
validation_split=0.0, validation_data=None, shuffle=True, class_weight=None, sample_weight=None, \
initial_epoch=0, steps_per_epoch=None, validation_steps=None, **kwargs)
        fit_generator(self, generator, steps_per_epoch=None, epochs=1, verbose=1, callbacks=None, \
validation_data=None, validation_steps=None, class_weight=None, max_queue_size=10, workers=1, \
use_multiprocessing=False, shuffle=True, initial_epoch=0, **kwargs)
        from_config(config, custom_objects=None)
        get_config(self)
        get_layer(self, name=None, index=None)
        get_weights(self)
        load_weights(self, filepath, by_name=False, skip_mismatch=False, reshape=False)
        predict(self, x, batch_size=None, verbose=0, steps=None, **kwargs)
        predict_generator(self, generator, steps=None, max_queue_size=10, workers=1, use_multiprocessing=False, \
verbose=0)
        predict_on_batch(self, x)
        save(self, filepath, overwrite=True, include_optimizer=True)
        save_weights(self, filepath, overwrite=True)
        set_weights(self, weights)
        summary(self, line_length=None, positions=None, print_fn=None)
        reset_metrics(self)
        reset_states(self)
        test_on_batch(self, x, y, sample_weight=None, reset_metrics=None)
        to_json(self, **kwargs)
        train_on_batch(self, x, y, sample_weight=None, class_weight=None, reset_metrics=None)
    """,
    models.Sequential: """
        add(self, layer)
        build(self, input_shape=None)
        pop(self)
        predict_classes(self, x, batch_size=32, verbose=0)
        predict_proba(self, x, batch_size=32, verbose=0)
    """,
    optimizers: """
        Adadelta(lr=1.0, rho=0.95, epsilon=None, decay=0.0, **kwargs)
        Adagrad(lr=0.01, epsilon=None, decay=0.0, **kwargs)
        AdamW(lr=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, \
amsgrad=False, **kwargs)
        Adamax(lr=0.002, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, **kwargs)
        Ftrl(lr=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, \
l1_regularization_strength=0.0, l2_regularization_strength=0.0, beta=0.0, decay=0.0, **kwargs)
        GroupAdagrad(lr=0.01, epsilon=None, decay=0.0, **kwargs)
        Nadam(lr=0.002, beta_1=0.9, beta_2=0.999, epsilon=None, schedule_decay=0.004, **kwargs)
        RMSprop(lr=0.001, rho=0.9, epsilon=None, decay=0.0, **kwargs)
        Adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False, **kwargs)
        deserialize(config, custom_objects=None)
        get(identifier)
        serialize(optimizer)
        SGD(lr=0.01, momentum=0.0, decay=0.0, nesterov=False, **kwargs)
    """,
    losses: """
        binary_crossentropy(y_true, y_pred)
        categorical_crossentropy(y_true, y_pred)
        deserialize(name, custom_objects=None)
        get(identifier)
        hinge(y_true, y_pred)
        mae(y_true, y_pred)
        mse(y_true, y_pred)
        multi_hot_sparse_categorical_crossentropy(y_true, y_pred)
        sparse_categorical_crossentropy(y_true, y_pred)
    """,
    metrics: """
        binary_accuracy(y_true, y_pred)
        categorical_accuracy(y_true, y_pred)
        deserialize(config, custom_objects=None)
        get(identifier)
        multi_hot_sparse_categorical_accuracy(y_true, y_pred)
        sparse_categorical_accuracy(y_true, y_pred)
        sparse_top_k_categorical_accuracy(y_true, y_pred, k=5)
        top_k_categorical_accuracy(y_true, y_pred, k=5)
    """,
    initializers: """
        Constant(value=0)
        glorot_normal(seed=None)
        glorot_uniform(seed=None)
        he_normal(seed=None)
        he_uniform(seed=None)
        Identity(gain=1.0)
        lecun_normal(seed=None)
        lecun_uniform(seed=None)
        Ones()
        Orthogonal(gain=1.0, seed=None)
        orthogonal(gain=1.0, seed=None)
        RandomNormal(mean=0.0, stddev=0.05, seed=None)
        RandomUniform(minval=-0.05, maxval=0.05, seed=None)
        TruncatedNormal(mean=0.0, stddev=0.05, seed=None)
        VarianceScaling(scale=1.0, mode='fan_in', distribution='normal', seed=None)
        Zeros()
    """,
    regularizers: """
        l1(l=0.01)
        l1_l2(l1=0.01, l2=0.01)
        L1L2(l1=0.0, l2=0.0)
        l2(l=0.01)
    """,
    constraints: """
        MaxNorm(max_value=2, axis=0)
        MinMaxNorm(min_value=0.0, max_value=1.0, rate=1.0, axis=0)
        NonNeg()
        UnitNorm(axis=0)
    """,
    activations: """
        elu(x, alpha=1.0)
        get(identifier)
        linear(x)
        relu(x, alpha=0.0, max_value=None, threshold=0.0)
        sigmoid(x)
        softmax(x, axis=-1)
        tanh(x)
    """,
    callbacks: """
        BaseLogger(stateful_metrics=None)
        CSVLogger(filename, separator=',', append=False)
        EarlyStopping(monitor='val_loss', min_delta=0, patience=0, verbose=0, mode='auto', baseline=None, \
restore_best_weights=False)
        History()
        LambdaCallback(on_epoch_begin=None, on_epoch_end=None, on_batch_begin=None, on_batch_end=None, \
on_train_begin=None, on_train_end=None, **kwargs)
        LearningRateScheduler(schedule, verbose=0)
        ModelCheckpoint(filepath, monitor='val_loss', verbose=0, save_best_only=False, save_weights_only=False, \
mode='auto', period=1)
        ProgbarLogger(count_mode='samples', stateful_metrics=None)
        ReduceLROnPlateau(monitor='val_loss', factor=0.1, patience=10, verbose=0, mode='auto', min_delta=0.0001, \
cooldown=0, min_lr=0, **kwargs)
        RemoteMonitor(root='http://localhost:9000', path='/publish/epoch/end/', field='data', headers=None, \
send_as_json=False)
        TensorBoard(log_dir='./logs', histogram_freq=0, batch_size=32, write_graph=True, write_grads=False, \
write_images=False, embeddings_freq=0, embeddings_layer_names=None, embeddings_metadata=None, \
embeddings_data=None, update_freq='epoch')
        TerminateOnNaN()
    """,
    callbacks.Callback: """
        on_batch_begin(self, batch, logs=None)
        on_batch_end(self, batch, logs=None)
        on_epoch_begin(self, epoch, logs=None)
        on_epoch_end(self, epoch, logs=None)
        on_train_begin(self, logs=None)
        on_train_end(self, logs=None)
        set_model(self, model)
        set_params(self, params)
    """,
    backend: """
        abs(x)
        all(x, axis=None, keepdims=False)
        any(x, axis=None, keepdims=False)
        argmax(x, axis=-1)
        batch_dot(x, y, axes=None)
        argmin(x, axis=-1)
        binary_crossentropy(target, output, from_logits=False)
        cast(x, dtype)
        categorical_crossentropy(target, output, from_logits=False, axis=-1)
        clip(x, min_value, max_value)
        concatenate(tensors, axis=-1)
        constant(value, dtype=None, shape=None, name=None)
        dot(x, y, transpose_a=False, transpose_b=False, forward_stype=None)
        cos(x)
        cumprod(x, axis=0)
        cumsum(x, axis=0)
        dropout(x, level, noise_shape=None, seed=None)
        dtype(x)
        embedding(data, weight, input_dim, output_dim, sparse_grad=False)
        equal(x, y)
        erfinv(x)
        exp(x)
        expand_dims(x, axis=-1)
        flatten(x)
        gather(reference, indices)
        get_value(x)
        gradients(loss, variables)
        in_test_phase(x, alt, training=None)
        in_train_phase(x, alt, training=None)
        in_top_k(predictions, targets, k)
        identity(x, name=None)
        int_shape(x)
        is_sparse(tensor)
        l2_normalize(x, axis=None)
        log(x)
        logsumexp(x, axis=None, keepdims=False)
        max(x, axis=None, keepdims=False)
        maximum(x, y)
        mean(x, axis=None, keepdims=False)
        min(x, axis=None, keepdims=False)
        minimum(x, y)
        moving_average_update(x, value, momentum)
        ndim(x)
        conv1d(x, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1)
        conv2d(x, kernel, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1))
        conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1))
        conv3d(x, kernel, strides=(1, 1, 1), padding='valid', data_format=None, dilation_rate=(1, 1, 1))
        conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding='valid', data_format=None)
        depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding='valid', data_format=None, \
dilation_rate=(1, 1))
        local_conv1d(inputs, kernel, kernel_size, strides, data_format=None)
        local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None)
        pool2d(x, pool_size, strides=(1, 1), padding='valid', data_format=None, pool_mode='max')
        pool3d(x, pool_size, strides=(1, 1, 1), padding='valid', data_format=None, pool_mode='max')
        resize_images(x, height_factor, width_factor, data_format, interpolation='nearest')
        separable_conv1d(x, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', \
data_format=None, dilation_rate=1)
        separable_conv2d(x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding='valid', \
data_format=None, dilation_rate=(1, 1))
        spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None)
        spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None)
        temporal_padding(x, padding=(1, 1))
        permute_dimensions(x, pattern)
        norm(x, ord=2, axis=None, keepdims=False)
        one_hot(indices, num_classes, sparse=False)
        ones_like(x, dtype=None, name=None)
        placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None)
        pow(x, a)
        prod(x, axis=None, keepdims=False)
        relu(x, alpha=0.0, max_value=None, threshold=0.0)
        repeat(x, n)
        repeat_elements(x, rep, axis)
        reshape(x, shape)
        reverse(x, axes)
        rnn(step_function, inputs, initial_states, go_backwards=False, mask=None, constants=None, unroll=False, \
input_length=None)
        round(x)
        set_floatx(floatx)
        set_value(x, value)
        sigmoid(x)
        sin(x)
        slice(x, start, size)
        softmax(x, axis=-1)
        sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1)
        sqrt(x)
        square(x)
        square_sum(x, axis=None, keepdims=False)
        squeeze(x, axis)
        stack(x, axis=0)
        std(x, axis=None, keepdims=False)
        sum(x, axis=None, keepdims=False)
        switch(condition, then_expression, else_expression)
        tanh(x)
        tile(x, n)
        to_dense(tensor)
        transpose(x)
        update(x, new_x)
        update_add(x, increment)
        update_sub(x, decrement)
        variable(value, dtype=None, name=None, constraint=None, sparse_weight=False)
        var(x, axis=None, keepdims=False)
        zeros_like(x, dtype=None, name=None)
    """,
    utils: """
        normalize(x, axis=-1, order=2)
        to_categorical(y, num_classes=None, dtype='float32')
    """,
    utils.data_utils: """
        prepare_sliced_sparse_data(data, batch_size)
    """,
    data: """
        load_libsvm(path, n_features=None, dtype='float32', multilabel=False, zero_based='auto', \
query_id=False)
    """,
}
