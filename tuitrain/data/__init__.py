"""From tables to arrays: reading, types, target, preprocessing, split."""

from tuitrain.data.columns import Column, Table
from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.preprocessing import Preprocessing

__all__ = ["Column", "Dataset", "Part", "Preprocessing", "Table", "load_dataset", "load_tables"]
