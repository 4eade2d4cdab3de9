# A thin face over the npm scripts and the drainbench command. `make setup` brings everything else.
SCENARIO ?= scenarios/prestop-on-delete.yaml
BLOCKS   ?=
DRIVER   ?=
RUN_DIR  ?= reports/latest

NPM := PATH="$(CURDIR)/.node/bin:$$PATH" npm
BOX_TOOLS := pause conntrack-events cni runc etcd containerd coredns kubernetes
CHECKS := typecheck lint format:check deadcode rooms

.PHONY: setup bench test verify nightly perf truth report clean

setup: ## everything a run needs, once (about 15 min); seconds the next time
	@sh scripts/bootstrap.sh
	@bin/drainbench tools build $(BOX_TOOLS)

bench: setup ## measure SCENARIO and write a report; DRIVER=kind makes its cluster by kind
	@bin/drainbench run $(SCENARIO) $(if $(BLOCKS),--blocks $(BLOCKS)) $(if $(DRIVER),--driver $(DRIVER))

test: ## everything that CI checks; ends with "N passed, N failed"
	@sh scripts/bootstrap.sh --for-tests
	@bin/drainbench tools build $(BOX_TOOLS)
	@.node/bin/node scripts/test-all.ts

verify: ## types, lint, format, dead code, room rules
	@sh scripts/bootstrap.sh
	@$(MAKE) --no-print-directory --jobs --output-sync=target $(addprefix check-,$(CHECKS))

check-%:
	@$(NPM) run --silent $*

nightly: test ## besides: whole runs on their bad days, and the truth tests (about 15 min more)
	@$(NPM) run --silent test:nightly
	@.node/bin/node test/truth/main.ts

perf: setup ## figures: cluster start, memory, load engines, observers, analysis
	@.node/bin/node test/perf/cluster.ts
	@.node/bin/node test/perf/kind.ts
	@.node/bin/node test/perf/load.ts
	@.node/bin/node test/perf/observers.ts
	@.node/bin/node test/perf/analysis.ts

truth: setup ## play seeded faults on real clusters and hold every cause against what is known of it (about 8 min)
	@.node/bin/node test/truth/main.ts

report: setup ## make the artefacts of RUN_DIR again
	@bin/drainbench report $(RUN_DIR)

clean: ## remove clusters that still run and what this checkout built; caches and reports stay
	@if [ -f dist/cli/main.js ]; then bin/drainbench cluster down --all; fi
	rm -rf dist coverage node_modules/.cache
