"""A simulated data set in the site's own dialect: for a first run without a network, for tests and notebooks."""

from climtrack.sample.feed import KEYS, SampleTransport, payload

__all__ = ["KEYS", "SampleTransport", "payload"]
