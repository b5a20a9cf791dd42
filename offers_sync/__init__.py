"""Declarative offers-as-code for the PAR Punchh loyalty platform."""

__version__ = "0.1.0"
