"""Networks, losses, optimizers and training steps, in NumPy alone.

A network is always a stack of members: networks of one shape that train in the same NumPy calls, each bit-identical to
the same training alone. Read `network.py` first, then `passes.py` and `trainer.py`.
"""

from tuitrain.engine.evaluation import Evaluation, Examined
from tuitrain.engine.network import Network
from tuitrain.engine.optimizers import make_optimizer
from tuitrain.engine.records import Divergence, Record
from tuitrain.engine.trainer import Trainer

__all__ = ["Divergence", "Evaluation", "Examined", "Network", "Record", "Trainer", "make_optimizer"]
