"""The checks behind validate.py: one module a subject, each a generator of `Found` over a `Policy`."""
