"""The examples in the docstrings of the public functions give what they say."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "preprocessing.sequence",
        "preprocessing.text",
        "preprocessing.tokenizer",
        "utils.conv_utils",
        "utils.sequence",
        "utils.generic_utils",
        "utils.np_utils",
        "utils.vis_utils",
        "wrappers.scikit_learn",
    ],
)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(f"lacuna.{name}"))
    assert result.attempted > 0 and result.failed == 0
