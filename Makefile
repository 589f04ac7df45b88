# Une commande suffit : « make run ». « make help » montre les autres.
# Rien d'autre que Python 3.11 (ou plus récent) n'est nécessaire ; tout va dans .venv et dans var.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install install-tests run test lint bench workflows guide lock clean again

VENV := .venv
PY := $(VENV)/bin/python
UV := $(PY) -m uv
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
# An environment whose Python was upgraded or removed is made again.
AGAIN := $(shell [ ! -e $(VENV) ] || $(PY) -c "" 2>/dev/null || echo again)

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## Montrer les commandes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.run ## Installer ce qu'il faut pour servir le site
	@:

install-tests: $(VENV)/.test ## Installer aussi ce qu'il faut pour les tests
	@:

run: $(VENV)/.run ## Servir le site avec une région de démonstration (PORT=8001 pour un autre port)
	@exec $(PY) manage.py serve --demo --host "$(HOST)" --port "$(PORT)"

test: $(VENV)/.test ## Passer les tests (ARGS="tests/payments -k approbation" pour en choisir)
	@$(PY) -m pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/.test ## Vérifier le style, les types, les étages, les gabarits et les migrations
	@failed=; \
	$(PY) -m ruff check --quiet . || failed="$$failed ruff"; \
	$(PY) -m ruff format --check --quiet --output-format concise . || failed="$$failed format"; \
	$(PY) -m mypy --no-error-summary || failed="$$failed mypy"; \
	said=$$($(PY) -c "from importlinter.cli import lint_imports_command as run; run()" --no-logo 2>&1) \
	  || { echo "$$said"; failed="$$failed import-linter"; }; \
	$(PY) -m djlint --quiet --check . || failed="$$failed djlint-check"; \
	$(PY) -m djlint --quiet --lint . || failed="$$failed djlint-lint"; \
	$(PY) manage.py makemigrations --check --dry-run -v0 || failed="$$failed makemigrations"; \
	$(PY) manage.py check -v0 || failed="$$failed check"; \
	if [ -n "$$failed" ]; then echo "À corriger :$$failed"; exit 1; fi; \
	echo "Style, types, étages, gabarits et migrations : tout est en ordre."

bench: $(VENV)/.bench ## Mesurer les vitesses (rapports à un plancher, sur cette machine)
	@for file in tests/bench/bench_*.py; do \
	  name=$${file%.py}; PYTHONPATH=$(VENV)/bench $(PY) -m "$$(echo "$$name" | tr / .)" $(ARGS) || exit 1; done

workflows: $(VENV)/.run ## Écrire docs/workflows.md d'après les machines à états
	@$(PY) manage.py write_workflows

guide: $(VENV)/.test ## Prendre de nouveau les images de docs/guide, d'après les parcours dans un navigateur
	@rm -f docs/guide/images/*.png; GUIDE_SHOTS=docs/guide/images REQUIRE_SERVERS=1 $(PY) -m pytest -p no:xdist \
	  tests/browser/journeys/test_*.py tests/browser/journeys/demo_pictures.py

lock: $(VENV)/.test ## Choisir de nouveau les versions (après un changement de pyproject.toml)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --group dev -o tests/requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  tests/bench/requirements.in -o tests/bench/requirements.lock

clean: ## Effacer l'environnement Python (pas les données, qui sont dans var)
	@rm -rf $(VENV)

# --- l'environnement -------------------------------------------------------------------------------------------
# find_python: le premier Python assez récent, avec le module venv ; sinon une ligne qui dit ce qui manque.
# install_lock: installer exactement un fichier de versions, avec uv (au besoin avec les certificats de la machine),
# sinon avec pip ; le détail va dans un journal.

define find_python
found=; seen=; \
for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
  seen="$$seen $$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)"; \
  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
done; \
if [ -z "$$found" ]; then \
  seen=$$(echo $$seen | tr ' ' '\n' | sort -u | tr '\n' ' ' | sed 's/ $$//'); \
  echo "Il manque Python 3.11 ou plus récent (trouvé : $${seen:-aucun}) : installez-le (Debian, Ubuntu : sudo apt install python3 python3-venv), puis relancez la commande." >&2; \
  exit 1; \
fi; \
if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
  echo "Il manque le module venv de Python : installez-le (Debian, Ubuntu : sudo apt install python3-venv), puis relancez la commande." >&2; \
  exit 1; \
fi
endef

define make_venv
$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  $(find_python); \
  echo "Installation dans $(VENV) (une seule fois)…"; \
  rm -rf $(VENV); \
  "$$found" -m venv $(VENV) || { echo "L'environnement Python n'a pas pu être créé dans $(VENV) : voyez le message ci-dessus." >&2; exit 1; }; \
}
endef

define install_lock
log=$(VENV)/install.log; : > $$log; \
{ $(UV) --version >/dev/null 2>&1 || $(PY) -m pip install --quiet --retries 2 uv; } >> $$log 2>&1; \
{ $(UV) pip sync --python $(PY) --require-hashes "$$lock" \
  || $(UV) --system-certs pip sync --python $(PY) --require-hashes "$$lock" \
  || $(PY) -m pip install --quiet --retries 2 --require-hashes -r "$$lock"; } >> $$log 2>&1 \
  || { echo "Les dépendances n'ont pas pu être téléchargées : vérifiez l'accès à Internet (ou le mandataire), puis relancez la commande ; le détail est dans $$log." >&2; exit 1; }
endef

$(VENV)/.run: requirements.lock $(AGAIN)
	@$(make_venv); \
	lock=requirements.lock; if [ -e $(VENV)/.test ]; then lock=tests/requirements.lock; fi; \
	$(install_lock); \
	touch $@

$(VENV)/.test: requirements.lock tests/requirements.lock $(AGAIN)
	@$(make_venv); \
	lock=tests/requirements.lock; \
	$(install_lock); \
	touch $(VENV)/.run $@

# Ce à quoi les mesures se comparent, à part : ni le site ni les tests ne s'en servent.
$(VENV)/.bench: tests/bench/requirements.lock $(VENV)/.test
	@rm -rf $(VENV)/bench; into="--target $(VENV)/bench --require-hashes -r tests/bench/requirements.lock"; \
	$(UV) pip install --quiet --python $(PY) $$into \
	  || $(UV) --system-certs pip install --quiet --python $(PY) $$into \
	  || $(PY) -m pip install --quiet $$into; \
	touch $@
