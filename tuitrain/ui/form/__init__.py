"""The form: every hyperparameter, its value, its edits."""

from tuitrain.ui.form.form import Form

__all__ = ["Form"]
