# make run    start everything (a demo, unless PAFYLL_DEMO=false) and stop it with Ctrl-C
# make test   all tests, end-to-end conversations included
# make check  style, types, who may import whom, what bandit finds, size of the chat widget
# make bench  speed compared with the stock bot, as a table
# make chaos  orders under fire: processes killed, the database without power; CHAOS="--orders 10000" goes on to so many
# make fuzz   texts, requests and turns of events that nobody expects, 2,000 for each test (docs/security.md)
# make train  train the language model if it is stale
# make transcripts  write the golden conversations anew, as the running system answers them

PYTHON ?= python3
PAFYLL_DEMO ?= true
CHAOS ?=
OURS := .venv/bin/python

.PHONY: run test check bench chaos fuzz train transcripts setup

run: setup
	@PAFYLL_DEMO=$(PAFYLL_DEMO) exec $(OURS) -m api.commands run

test: setup
	@exec $(OURS) tools/steps.py test

check: setup
	@exec $(OURS) tools/steps.py check

bench: setup
	@exec $(OURS) tools/steps.py bench

chaos: setup
	@exec $(OURS) -m chaos $(CHAOS)

fuzz: setup
	@PAFYLL_TEST_EXAMPLES=$${PAFYLL_TEST_EXAMPLES:-2000} exec nice $(OURS) -m pytest tests/trust/test_fuzz.py tests/trust/test_openapi.py tests/trust/test_path.py --timeout 7200

train: setup
	@exec $(OURS) -m api.commands train

transcripts: setup
	@exec $(OURS) -m tests.conversations.transcripts

setup:
	@$(PYTHON) tools/bootstrap.py
