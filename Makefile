# make run    start everything (a demo, unless PAFYLL_DEMO=false) and stop it with Ctrl-C
# make test   all tests, end-to-end conversations included
# make check  style, types, who may import whom, size of the chat widget
# make bench  speed compared with the stock bot, as a table
# make train  train the language model if it is stale
# make transcripts  write the golden conversations anew, as the running system answers them

PYTHON ?= python3
PAFYLL_DEMO ?= true
OURS := .venv/bin/python

.PHONY: run test check bench train transcripts setup

run: setup
	@PAFYLL_DEMO=$(PAFYLL_DEMO) exec $(OURS) -m api.commands run

test: setup
	@exec $(OURS) tools/steps.py test

check: setup
	@exec $(OURS) tools/steps.py check

bench: setup
	@exec $(OURS) tools/steps.py bench

train: setup
	@exec $(OURS) -m api.commands train

transcripts: setup
	@exec $(OURS) -m tests.conversations.transcripts

setup:
	@$(PYTHON) tools/bootstrap.py
