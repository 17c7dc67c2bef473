"""The ceiling: what Django itself takes for a view like ours, served by the same processes."""
