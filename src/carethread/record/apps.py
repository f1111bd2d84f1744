from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "carethread.record"
    label = "record"
    verbose_name = "The record"
