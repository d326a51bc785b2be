"""A dataset as it would be, had another encoding of its number columns been asked for; nothing is read again."""

from __future__ import annotations

from dataclasses import replace

from tuitrain.data.dataset import Dataset, fingerprint_of, gets_bins
from tuitrain.options.data_options import EncodeNumbers


def encoding_of(dataset: Dataset) -> str:
    """Return what was asked for; of data from Python, which does not keep it, what it amounts to."""
    if dataset.options:
        return str(dataset.options.get("encode_numbers", "auto"))
    return "auto" if dataset.has_bins else "standard"


def encoded_as(dataset: Dataset, encode: EncodeNumbers) -> Dataset:
    """Return the dataset with its number columns in bins or without, as ``encode_numbers`` says; itself if they are so.

    The arrays are shared. Pictures are known by their many columns.
    """
    preprocessing = dataset.preprocessing.without_bins()
    if gets_bins(preprocessing, encode, dataset.source, is_image=False):
        preprocessing = preprocessing.with_bins(dataset.train.X, for_linear=encode == "bins")
    if preprocessing == dataset.preprocessing:
        return dataset
    parts = dataset.train, dataset.validation, dataset.test
    return replace(
        dataset, preprocessing=preprocessing,
        fingerprint=fingerprint_of(parts, preprocessing, dataset.target_name, dataset.class_names),
        options={**dataset.options, "encode_numbers": encode} if dataset.options else dataset.options,
    )  # fmt: skip
