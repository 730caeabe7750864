"""Signatures of utils, preprocessing, datasets and wrappers are those of Keras 2.2.4, plus sparse flags."""

import importlib
import inspect

import pytest

from lacuna.preprocessing.tokenizer import FILTERS

KERAS = {
    "datasets.boston_housing": """
        load_data(path='boston_housing.npz', test_split=0.2, seed=113)
    """,
    "datasets.cifar10": """
        load_data()
    """,
    "datasets.cifar100": """
        load_data(label_mode='fine')
    """,
    "datasets.fashion_mnist": """
        load_data()
    """,
    "datasets.imdb": """
        get_word_index(path='imdb_word_index.json')
        load_data(path='imdb.npz', num_words=None, skip_top=0, maxlen=None, seed=113, start_char=1, \
oov_char=2, index_from=3, sparse=False, **kwargs)
    """,
    "datasets.mnist": """
        load_data(path='mnist.npz')
    """,
    "datasets.reuters": """
        get_word_index(path='reuters_word_index.json')
        load_data(path='reuters.npz', num_words=None, skip_top=0, maxlen=None, test_split=0.2, seed=113, \
start_char=1, oov_char=2, index_from=3, sparse=False, **kwargs)
    """,
    "preprocessing.sequence": """
        make_sampling_table(size, sampling_factor=1e-05)
        pad_sequences(sequences, maxlen=None, dtype='int32', padding='pre', truncating='pre', value=0.0)
        skipgrams(sequence, vocabulary_size, window_size=4, negative_samples=1.0, shuffle=True, \
categorical=False, sampling_table=None, seed=None)
        TimeseriesGenerator(data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, \
shuffle=False, reverse=False, batch_size=128)
    """,
    "preprocessing.text": """
        hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=' ')
        one_hot(text, n, filters=FILTERS, lower=True, split=' ')
        text_to_word_sequence(text, filters=FILTERS, lower=True, split=' ')
        Tokenizer(num_words=None, filters=FILTERS, lower=True, split=' ', char_level=False, oov_token=None, \
document_count=0, **kwargs)
    """,
    "utils": """
        convert_all_kernels_in_model(model)
        custom_object_scope(*args)
        CustomObjectScope(*args)
        deserialize_keras_object(identifier, module_objects=None, custom_objects=None, \
printable_module_name='object')
        GeneratorEnqueuer(sequence, use_multiprocessing=False, wait_time=None, random_seed=None)
        get_custom_objects()
        get_file(fname, origin, untar=False, md5_hash=None, file_hash=None, cache_subdir='datasets', \
hash_algorithm='auto', extract=False, archive_format='auto', cache_dir=None)
        get_source_inputs(tensor, layer=None, node_index=None)
        HDF5Matrix(datapath, dataset, start=0, end=None, normalizer=None)
        multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False)
        normalize(x, axis=-1, order=2)
        OrderedEnqueuer(sequence, use_multiprocessing=False, shuffle=False)
        plot_model(model, to_file='model.png', show_shapes=False, show_layer_names=True, rankdir='TB')
        print_summary(model, line_length=None, positions=None, print_fn=None)
        Progbar(target, width=30, verbose=1, interval=0.05, stateful_metrics=None)
        Sequence()
        serialize_keras_object(instance)
        to_categorical(y, num_classes=None, dtype='float32')
    """,
    "utils.conv_utils": """
        conv_input_length(output_length, filter_size, padding, stride)
        conv_output_length(input_length, filter_size, padding, stride, dilation=1)
        convert_kernel(kernel)
        deconv_length(dim_size, stride_size, kernel_size, padding, output_padding, dilation=1)
        normalize_padding(value)
        normalize_tuple(value, n, name)
    """,
    "utils.data_utils": """
        GeneratorEnqueuer(sequence, use_multiprocessing=False, wait_time=None, random_seed=None)
        get_file(fname, origin, untar=False, md5_hash=None, file_hash=None, cache_subdir='datasets', \
hash_algorithm='auto', extract=False, archive_format='auto', cache_dir=None)
        OrderedEnqueuer(sequence, use_multiprocessing=False, shuffle=False)
        Sequence()
        SequenceEnqueuer(sequence, use_multiprocessing=False)
        validate_file(fpath, file_hash, algorithm='auto', chunk_size=65535)
    """,
    "utils.generic_utils": """
        custom_object_scope(*args)
        CustomObjectScope(*args)
        deserialize_keras_object(identifier, module_objects=None, custom_objects=None, \
printable_module_name='object')
        func_dump(func)
        func_load(code, defaults=None, closure=None, globs=None)
        get_custom_objects()
        has_arg(fn, name, accept_all=False)
        is_all_none(iterable_or_element)
        object_list_uid(object_list)
        Progbar(target, width=30, verbose=1, interval=0.05, stateful_metrics=None)
        serialize_keras_object(instance)
        slice_arrays(arrays, start=None, stop=None)
        to_list(x, allow_tuple=False)
        transpose_shape(shape, target_format, spatial_axes)
        unpack_singleton(x)
    """,
    "utils.io_utils": """
        ask_to_proceed_with_overwrite(filepath)
        HDF5Matrix(datapath, dataset, start=0, end=None, normalizer=None)
    """,
    "utils.layer_utils": """
        convert_all_kernels_in_model(model)
        convert_dense_weights_data_format(dense, previous_feature_map_shape, \
target_data_format='channels_first')
        count_params(weights)
        get_source_inputs(tensor, layer=None, node_index=None)
        print_summary(model, line_length=None, positions=None, print_fn=None)
    """,
    "utils.multi_gpu_utils": """
        multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False)
    """,
    "utils.np_utils": """
        normalize(x, axis=-1, order=2)
        to_categorical(y, num_classes=None, dtype='float32')
    """,
    "utils.test_utils": """
        get_test_data(num_train=1000, num_test=500, input_shape=(10,), output_shape=(2,), \
classification=True, num_classes=2)
        layer_test(layer_cls, kwargs={}, input_shape=None, input_dtype=None, input_data=None, expected_output=None, \
expected_output_dtype=None, fixed_batch_size=False)
    """,
    "utils.vis_utils": """
        model_to_dot(model, show_shapes=False, show_layer_names=True, rankdir='TB')
        plot_model(model, to_file='model.png', show_shapes=False, show_layer_names=True, rankdir='TB')
    """,
    "wrappers.scikit_learn": """
        BaseWrapper(build_fn=None, **sk_params)
        KerasClassifier(build_fn=None, **sk_params)
        KerasRegressor(build_fn=None, **sk_params)
    """,
}
LINES = [(module, line.strip()) for module, text in KERAS.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize("module, line", LINES, ids=[f"{m}.{line.split('(')[0]}" for m, line in LINES])
def test_signature(module, line):
    name, _, rest = line.partition("(")
    signature = inspect.signature(getattr(importlib.import_module(f"lacuna.{module}"), name))
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    found = str(signature.replace(parameters=bare, return_annotation=signature.empty))
    assert found.replace(repr(FILTERS), "FILTERS") == "(" + rest
