"""The questions and answers of each page; all are imported here, so that JSON can be read back."""

from tuitrain.session.asked import bench, row_loss, step

__all__ = ["bench", "row_loss", "step"]
