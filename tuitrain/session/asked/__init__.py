"""The questions and answers of each page; all are imported here, so that JSON can be read back."""

from tuitrain.session.asked import batch_noise, bench, landscape, mse, row_loss, step

__all__ = ["batch_noise", "bench", "landscape", "mse", "row_loss", "step"]
