"""Climate-reanalysis temperature anomaly tracker."""

__version__ = "0.1.0"
