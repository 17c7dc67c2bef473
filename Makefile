# Everyday commands; `make` alone lists them. ARGS="..." passes options on, as in make test ARGS="-k users".
.PHONY: help run test test-postgres check bench pictures
help run test test-postgres check bench pictures:
	@python3 tools/dev.py $@ $(ARGS)
