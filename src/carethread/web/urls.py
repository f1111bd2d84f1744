"""Addresses of the screens, by role."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
