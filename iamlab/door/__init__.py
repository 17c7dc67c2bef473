"""The one way in: authenticate, authorise, perform, record. Every console click and every CLI call goes through `call`."""
