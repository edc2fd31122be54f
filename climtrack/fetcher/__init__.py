"""Endpoint → bytes → validated Series."""
