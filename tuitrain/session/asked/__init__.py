"""The questions and answers of each page; all are imported here, so that JSON can be read back."""

from tuitrain.session.asked import bench, depth, inputs, row_loss, step, units

__all__ = ["bench", "depth", "inputs", "row_loss", "step", "units"]
