# A thin face over the npm scripts and the drainbench command. `make setup` brings everything else.
SCENARIO ?= scenarios/prestop-on-delete.yaml
BLOCKS   ?=
DRIVER   ?=
RUN_DIR  ?= reports/latest

# The Node that setup brought where the machine's is too old, else the machine's.
WITH_NODE := PATH="$(CURDIR)/.node/bin:$$PATH"
NODE := $(WITH_NODE) node
NPM := $(WITH_NODE) npm
BOX_TOOLS := pause conntrack-events cni runc etcd containerd coredns kubernetes
# What loads are put on with, besides our own engines.
LOAD_TOOLS := k6
# The catalogue of servers: folders of scenarios/apps.
SERVERS ?= http nginx apache haproxy caddy go-net-http gunicorn uvicorn
CHECKS := typecheck lint format:check deadcode rooms

.PHONY: setup bench servers test verify nightly stability perf truth report package clean

setup: ## everything a run needs, once (about 15 min); seconds the next time
	@sh scripts/bootstrap.sh
	@bin/drainbench tools build $(BOX_TOOLS) $(LOAD_TOOLS)

bench: setup ## measure SCENARIO and write a report; DRIVER=kind makes its cluster by kind
	@bin/drainbench run $(SCENARIO) $(if $(BLOCKS),--blocks $(BLOCKS)) $(if $(DRIVER),--driver $(DRIVER))

servers: setup ## measure each of SERVERS, one after the other (about 7 min each), and write one table of all
	@for server in $(SERVERS); do { [ ! -f scenarios/apps/$$server/image.yaml ] || bin/drainbench image build scenarios/apps/$$server; } && bin/drainbench run scenarios/apps/$$server/scenario.yaml --reports reports/servers $(if $(BLOCKS),--blocks $(BLOCKS)) $(if $(DRIVER),--driver $(DRIVER)); [ $$? -le 3 ] || exit 1; done
	@bin/drainbench scorecard $$(for server in $(SERVERS); do ls -d reports/servers/$$server/2* | tail -1; done) -o reports/servers

test: ## everything that CI checks; ends with "N passed, N failed"
	@sh scripts/bootstrap.sh --for-tests
	@bin/drainbench tools build $(BOX_TOOLS) $(LOAD_TOOLS)
	@$(NODE) scripts/test-all.ts

verify: ## types, lint, format, dead code, room rules
	@sh scripts/bootstrap.sh
	@$(MAKE) --no-print-directory --jobs --output-sync=target $(addprefix check-,$(CHECKS))

check-%:
	@$(NPM) run --silent $*

nightly: test ## besides: whole runs on their bad days, and the truth tests (about 15 min more)
	@$(NPM) run --silent test:nightly
	@$(NODE) test/truth/main.ts

stability: setup ## three default runs one after the other, and how far their answers depend on luck (about 35 min)
	@for n in 1 2 3; do bin/drainbench run scenarios/prestop-on-delete.yaml --reports reports/stability; [ $$? -le 3 ] || exit 1; done
	@$(NODE) scripts/stability.ts $$(ls -d reports/stability/prestop-on-delete/2* | tail -3)

perf: setup ## figures: cluster start, memory, load engines, observers, requests to the API server, analysis
	@$(NODE) test/perf/cluster.ts
	@$(NODE) test/perf/kind.ts
	@$(NODE) test/perf/load.ts
	@$(NODE) test/perf/k6.ts
	@$(NODE) test/perf/observers.ts
	@$(NODE) test/perf/api.ts
	@$(NODE) test/perf/analysis.ts

truth: setup ## play seeded faults on real clusters and hold every cause against what is known of it (about 8 min)
	@$(NODE) test/truth/main.ts

report: setup ## make the artefacts of RUN_DIR again
	@bin/drainbench report $(RUN_DIR)

package: setup ## release/: the package as npm takes it, and what is in it (CycloneDX)
	@rm -rf release && mkdir release
	@$(NPM) pack --silent --pack-destination release
	@$(NPM) sbom --sbom-format cyclonedx --omit dev >release/drainbench.cdx.json

clean: ## remove clusters that still run and what this checkout built; caches and reports stay
	@if [ -f dist/cli/main.js ]; then bin/drainbench cluster down --all; fi
	rm -rf dist coverage release node_modules/.cache
