"""The questions app."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    """Settings of the questions app."""

    name = "compliance.questions"
    label = "questions"
