"""Climate-reanalysis temperature anomaly tracker."""
