"""The commands of ``python -m femtologging``: a module each."""
