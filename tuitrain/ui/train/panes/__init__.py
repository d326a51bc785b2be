"""The live panes of the Train screen: each draws one aspect of a snapshot, and repaints only the lines that changed."""

from tuitrain.ui.train.panes.boundary import BoundaryPane
from tuitrain.ui.train.panes.gradients import GradientsPane
from tuitrain.ui.train.panes.loss import LossPane
from tuitrain.ui.train.panes.metric import MetricPane
from tuitrain.ui.train.panes.parameters import ParametersPane
from tuitrain.ui.train.panes.train_pane import TrainPane

__all__ = ["BoundaryPane", "GradientsPane", "LossPane", "MetricPane", "ParametersPane", "TrainPane"]
