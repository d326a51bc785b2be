"""The live panes of the Train screen: each draws one aspect of a snapshot, and repaints only the lines that changed."""

from tuitrain.ui.panes.boundary import BoundaryPane
from tuitrain.ui.panes.gradients import GradientsPane
from tuitrain.ui.panes.live_pane import LivePane
from tuitrain.ui.panes.loss import LossPane
from tuitrain.ui.panes.metric import MetricPane
from tuitrain.ui.panes.parameters import ParametersPane

__all__ = ["BoundaryPane", "GradientsPane", "LivePane", "LossPane", "MetricPane", "ParametersPane"]
