"""The one way in: authenticate, authorise, perform, record; every console click and every CLI call goes through it."""
