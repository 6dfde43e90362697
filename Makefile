# The commands of Cité. `make` alone lists them. What a command needs is installed first, once, in .venv.

PYTHON ?= python3
VENV ?= .venv
# Installed before everything else: any other requirement on torch would then pull a GPU build of several gigabytes.
TORCH ?= torch==2.13.0
# Address of an index of CPU wheels, where the usual one gives a GPU build (README, "Installing elsewhere").
TORCH_INDEX ?=
# Options passed on to the command: make test ARGS="-k merkle", make sync ARGS="--source velib".
ARGS ?=

DATA := $(or $(CITE_DATA),var)
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_EVAL := $(VENV)/.installed-eval
INSTALLED_MUTATION := $(VENV)/.installed-mutation

# Taken as typed: a question may hold quotes, dollars or parentheses.
unexport Q
export QUESTION := $(value Q)

.PHONY: help setup setup-dev setup-eval ask sync serve test check fix eval release-demo mutate
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@echo 'make ask Q="J’ai perdu ma carte d’identité, que faire ?"   poser une question'
	@echo 'make sync          lire les sources et mettre l’index à jour'
	@echo 'make test          lancer les tests'
	@echo 'make check         vérifier le code, sans rien modifier (make fix corrige ce qui peut l’être)'
	@echo 'make eval          mesurer le service, et écrire le rapport pour le comité'
	@echo 'make release-demo  jouer une mise en service entière, avec des clés jetables et un comité fictif'
	@echo 'make setup         installer, sans rien lancer (setup-dev, setup-eval : avec les outils correspondants)'

setup: $(INSTALLED)
setup-dev: $(INSTALLED_DEV)
setup-eval: $(INSTALLED_EVAL)

$(INSTALLED): pyproject.toml constraints.txt
	@echo 'Installation de Cité dans $(VENV), une seule fois : quelques minutes.' >&2
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo 'Il faut Python 3.11, 3.12 ou 3.13 : relancez avec, par exemple, PYTHON=python3.11.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo 'Installation des outils de développement.' >&2
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

$(INSTALLED_EVAL): $(INSTALLED)
	@echo 'Installation des outils de mesure.' >&2
	@$(PIP) install -c constraints.txt -e '.[eval]'
	@touch $@

$(INSTALLED_MUTATION): $(INSTALLED_DEV)
	@$(PIP) install -c constraints.txt -e '.[mutation]'
	@touch $@

# Weights and index are looked for, never rebuilt: only `python -m corpus train` and `make sync` change them.
define weights
	@if test -z "$$CITE_MODEL" && ! test -s '$(DATA)/weights/current'; then \
	  echo 'Aucun poids : lecture des sources et entraînement, une seule fois.' >&2; \
	  $(PY) -m corpus train >&2; \
	fi
endef

ask: $(INSTALLED)
	@test -n "$$QUESTION" || { echo 'Donnez la question : make ask Q="J’ai perdu ma carte d’identité, que faire ?"' >&2; exit 2; }
	$(weights)
	@if ! test -s '$(DATA)/index/current'; then \
	  echo 'Aucun index : construction, une seule fois.' >&2; \
	  $(PY) -m corpus sync >&2; \
	fi
	@$(PY) -m bot ask $(ARGS) -- "$$QUESTION"

sync: $(INSTALLED)
	$(weights)
	@$(PY) -m corpus sync $(ARGS)

serve: $(INSTALLED)
	$(weights)
	@if ! test -s '$(DATA)/index/current'; then \
	  echo 'Aucun index : construction, une seule fois.' >&2; \
	  $(PY) -m corpus sync >&2; \
	fi
	@$(PY) -m ui $(ARGS)

# Two thirds of the time of one process on two cores. Beyond four, the browsers of the tests would be in each other's way.
test: $(INSTALLED_DEV)
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

# Every check runs, whatever the first ones say.
check: $(INSTALLED_DEV)
	@bad=; \
	$(VENV)/bin/ruff format --check --quiet . || bad="$$bad format"; \
	$(VENV)/bin/ruff check --quiet . || bad="$$bad ruff"; \
	$(PY) -m mypy --no-error-summary || bad="$$bad mypy"; \
	$(VENV)/bin/lint-imports --no-logo || bad="$$bad lint-imports"; \
	$(PY) -m tests.house.sizes || bad="$$bad tailles"; \
	test -z "$$bad" || { echo "À revoir :$$bad. make fix corrige ce qui peut l’être." >&2; exit 1; }

# Small changes of one module of ethics/ or bot/, each against its own tests: make mutate MODULE=bot/verify.py (long).
mutate: $(INSTALLED_MUTATION)
	@test -n "$(MODULE)" || { echo 'Donnez le module : make mutate MODULE=ethics/gate.py' >&2; exit 2; }
	@nice -n 15 $(PY) -m tests.house.mutate $(MODULE) $(ARGS)

fix: $(INSTALLED_DEV)
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format --quiet .
	@$(PY) -m tests.house.floor_map

eval: $(INSTALLED)
	$(weights)
	@if ! test -s '$(DATA)/index/current'; then \
	  echo 'Aucun index : construction, une seule fois.' >&2; \
	  $(PY) -m corpus sync >&2; \
	fi
	@echo 'Mesure de la suite par défaut : quelques minutes. Le chemin du rapport est donné à la fin.' >&2
	@report=$$($(PY) -m eval run $(ARGS)); status=$$?; \
	if test -n "$$report"; then echo "$$report"; \
	  if test -n "$$DISPLAY$$WAYLAND_DISPLAY" && command -v xdg-open >/dev/null; then xdg-open "$$report"; fi; fi; \
	exit $$status

release-demo: $(INSTALLED)
	$(weights)
	@if ! test -s '$(DATA)/index/current'; then \
	  echo 'Aucun index : construction, une seule fois.' >&2; \
	  $(PY) -m corpus sync >&2; \
	fi
	@$(PY) -m eval.release_demo $(ARGS)
