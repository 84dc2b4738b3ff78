# dpitool - GNU make. `make help` lists the targets.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
PKG_CONFIG ?= pkg-config
INSTALL ?= install
PYTHON  ?= /usr/bin/python3
CORPUS  ?=

# What `make demo` looks at: the first of these that exists.
DEMO ?= $(firstword $(wildcard tests/pcaps/http11.pcapng) $(sort $(wildcard tests/pcaps/*.pcap*)))

# Another nDPI than the system's: make NDPI_PREFIX=/opt/ndpi-4.10
ifdef NDPI_PREFIX
NDPI_PC := PKG_CONFIG_PATH=$(NDPI_PREFIX)/lib/pkgconfig $(PKG_CONFIG)
NDPI_RPATH := -Wl,-rpath,$(NDPI_PREFIX)/lib
else
NDPI_PC := $(PKG_CONFIG)
endif
NDPI_CFLAGS := $(shell $(NDPI_PC) --cflags libndpi 2>/dev/null)
NDPI_SYSTEM := $(patsubst -I%,-isystem %,$(NDPI_CFLAGS))
NDPI_LIBS   := $(shell $(NDPI_PC) --libs libndpi 2>/dev/null) $(NDPI_RPATH)

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
        -Wundef -Wvla -Wformat=2
BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -Isrc \
              -DDPITOOL_VERSION='"$(VERSION)"' -DDPITOOL_RULES_DIR='"$(PREFIX)/share/dpitool/rules"' $(WARN) $(SAN) $(CFLAGS)
ALL_CFLAGS = $(BASE_CFLAGS) -MMD -MP
# libcsv and libbz2 have no .pc file
LIBS = $(NDPI_LIBS) $(shell $(PKG_CONFIG) --libs libpcap yajl nettle zlib libzstd liblzma liblz4 \
                        yaml-0.1 libidn2 libpsl libseccomp 2>/dev/null) -lbz2 -lcsv -pthread

SRC  := $(filter-out src/main.c,$(wildcard src/*/*.c))
OBJ  := $(SRC:%.c=$(BUILD)/%.o)
LIB  := $(BUILD)/libdpitool.a
BIN  := $(BUILD)/dpitool
SCHEMA := $(BUILD)/dpitool-flow.schema.json
RULES := $(BUILD)/rules.compiled
DOCGEN := $(BUILD)/man/docgen
MADE := $(patsubst %.in,%,$(wildcard man/*.in completions/*.in)) # by docgen
SAMPLES := $(BUILD)/tests/tools/unknown_samples
BENCH := $(addprefix $(BUILD)/tests/bench/,inputs loop bare)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))

# The same with sanitizers, in a folder of its own
ASAN      := $(BUILD)/asan
ASAN_MAKE = $(MAKE) --no-print-directory BUILD=$(ASAN) CFLAGS='-O1 -g -fno-omit-frame-pointer' \
            SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
ASAN_UNIT = $(UNIT:$(BUILD)/%=$(ASAN)/%)
# The fuzzers: by libFuzzer in a folder of its own; as programs that run files under $(ASAN), for make check.
FUZZ      := $(BUILD)/fuzz
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS   = $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/tests/fuzz/%)
REPLAYERS = $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/tests/fuzz/replay_%)
FUZZ_CC   ?= clang
FUZZ_SAN  ?= -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
FUZZ_MAIN ?= -fsanitize=fuzzer
# gcc holds the warnings; clang has other ones
FUZZ_MAKE = $(MAKE) --no-print-directory BUILD=$(FUZZ) CC=$(FUZZ_CC) CFLAGS='-O1 -g -fno-omit-frame-pointer' WARN= \
            SAN='$(FUZZ_SAN)'
DEPS      = CC='$(CC)' PYTHON='$(PYTHON)' PKG_CONFIG='$(PKG_CONFIG)' NDPI_PREFIX='$(NDPI_PREFIX)' \
            scripts/deps check

# make V=1 shows the commands, make -s nothing.
SAY := @$(if $(or $(V),$(findstring s,$(firstword -$(MAKEFLAGS)))),:,echo)
RUN := $(if $(V),,@)

all: $(BIN) $(SCHEMA) $(RULES) ## build the program

$(BIN): $(BUILD)/src/main.o $(LIB)
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(OBJ)
	$(SAY) '  AR $@'
	@rm -f $@
	$(RUN)$(AR) rcs $@ $^

$(BUILD)/src/ndpi/%.o $(BUILD)/tests/unit/test_ndpi_memory.o: ALL_CFLAGS += $(NDPI_SYSTEM)

$(BUILD)/%.o: %.c $(BUILD)/.flags | $(BUILD)/.deps-build
	$(SAY) '  CC $<'
	@mkdir -p $(@D)
	$(RUN)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(UNIT): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# What make bench measures with: inputs, and bare programs to compare with.
$(BUILD)/tests/bench/bare.o: ALL_CFLAGS += $(NDPI_SYSTEM)
$(BUILD)/tests/bench/inputs: $(patsubst %,$(BUILD)/tests/bench/%.o,frames mix)
$(BENCH): $(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(NDPI_LIBS) $(shell $(PKG_CONFIG) --libs libpcap)

$(FUZZERS) $(REPLAYERS): $(BUILD)/tests/fuzz/fuzz.o $(LIB)
$(FUZZERS): $(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(FUZZ_MAIN) $(LDFLAGS) -o $@ $^ $(LIBS)

$(REPLAYERS): $(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/failing.so: tests/tools/failing.c
	$(RUN)$(CC) -O1 -shared -fPIC -o $@ $<

$(BUILD)/rules/compile: $(BUILD)/rules/compile.o $(LIB)
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(RULES): $(BUILD)/rules/compile $(wildcard rules/*.yaml)
	$(SAY) '  RULES $@'
	$(RUN)$< rules $@.new && mv $@.new $@

$(DOCGEN): $(patsubst %.c,$(BUILD)/%.o,$(wildcard man/*.c)) $(LIB)
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(UNIT:%=%.o): | $(BUILD)/.deps-test

# Everything is built again when the compiler, its options or the libraries are others.
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(NDPI_CFLAGS) $(LIBS)
ifneq ($(FLAGS_NOW),$(file <$(BUILD)/.flags))
.PHONY: $(BUILD)/.flags
endif
$(BUILD)/.flags:
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' >$@

# One clear line instead of a compiler's noise when a library is missing.
$(BUILD)/.deps-%: scripts/packages
	@$(DEPS) $*
	@mkdir -p $(@D)
	@touch $@

$(SAMPLES): $(BUILD)/tests/tools/unknown_samples.o $(LIB)
	$(SAY) '  LD $@'
	$(RUN)$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

unit: $(UNIT)

demo: $(BIN) ## build, and look into one capture (DEMO=FILE)
	@echo '$$ dpitool classify $(DEMO)'
	@$(BIN) classify '$(DEMO)'

# make check is one program after the other; tests/run-check sums up what each says in its last line.
CHECKS = \
	'lint: $(LINT)' \
	'unit: tests/run-unit $(UNIT)' \
	'golden: tests/run-golden $(BIN)' \
	'documents: tests/tools/manuals.py $(DOCGEN) $(MADE)' \
	'completions: tests/tools/completions.py $(BIN)' \
	'options: tests/tools/options.py $(BIN)' \
	'errors of rules: tests/tools/rules_errors.py $(BIN)' \
	'faults: tests/tools/faults.py $(BIN)' \
	'scaffolds of unknown flows: tests/tools/scaffold.py $(BIN)' \
	'rules: tests/tools/rules.py $(BIN)' \
	'signals: tests/tools/signals.py $(BIN)' \
	'jobs: tests/tools/jobs.py $(BIN)' \
	'unknown flows: tests/tools/unknown_check.py $(BIN)' \
	'terminal: tests/tools/terminal.py $(BIN)' \
	'examples: tests/tools/readme.py $(BIN) README.md' \
	'labels: tests/tools/labels.py $(BIN)' \
	'explain: tests/tools/explain.py $(BIN) tests/pcaps' \
	'files of follow: tests/tools/follow_check.py $(BIN)' \
	'loaders: tests/tools/loaders.py $(BIN) $(LOADED)' \
	'truth: tests/tools/truth.py $(BIN)' \
	'impairments: tests/tools/impairments.py tests/pcaps' \
	'suite: $(BIN) test tests/suite' \
	'changes: tests/tools/changes.py $(BIN)' \
	'determinism: tests/tools/determinism.py --few $(BIN) tests/pcaps' \
	'attacks: tests/tools/attacks.py $(BIN)'
SAN_CHECKS = \
	'unit (sanitizers): tests/run-unit $(ASAN_UNIT)' \
	'golden (sanitizers): tests/run-golden $(ASAN)/dpitool' \
	'options (sanitizers): tests/tools/options.py $(ASAN)/dpitool' \
	'errors of rules (sanitizers): tests/tools/rules_errors.py $(ASAN)/dpitool' \
	'changes (sanitizers): tests/tools/changes.py --few $(ASAN)/dpitool' \
	'inputs of the fuzzers (sanitizers): tests/fuzz/replay.py $(ASAN)/tests/fuzz' \
	'signals (sanitizers): tests/tools/signals.py $(ASAN)/dpitool' \
	'jobs (sanitizers): tests/tools/jobs.py --sanitized $(ASAN)/dpitool' \
	'invariants (both builds): tests/tools/corpus.py $(BIN) --sanitized $(ASAN)/dpitool tests/pcaps'
LINT = tests/tools/lint.py
# what other programs load the outputs of
LOADED = $(patsubst %,tests/pcaps/%,made/hostile-names.pcap made/hostile-texts.pcap dns-udp.pcapng tls12.pcapng dhcp.pcapng)
# how lint compiles a header alone
export LINT_CC = $(CC) $(BASE_CFLAGS)
export LINT_NDPI = $(NDPI_SYSTEM)

check: $(BUILD)/.deps-test $(BIN) $(RULES) $(DOCGEN) $(SAMPLES) unit asan-build ## all tests, also under sanitizers (under 10 minutes)
	@tests/run-check $(CHECKS) $(SAN_CHECKS)

check-unit: $(UNIT) ## the unit tests
	@tests/run-unit $(UNIT)

check-golden: $(BIN) ## the outputs in tests/expected; ONE=name for one of them
	@tests/run-golden $(BIN) $(ONE)

update: $(BIN) ## renew one expected output after a look: ONE=name
	@tests/run-golden --update $(BIN) $(or $(ONE),$(error which one? make update ONE=name))

docs: $(BIN) $(DOCGEN) ## renew the manual pages, the completions and the examples in README.md
	@tests/tools/manuals.py --update $(DOCGEN) $(MADE)
	@tests/tools/readme.py --update $(BIN) README.md

# valgrind cannot be stopped by a filter of system calls, so test_sandbox is not run under it.
check-deep: check $(BUILD)/tests/bench/inputs $(BUILD)/failing.so ## check, and what takes longer: valgrind, LibreOffice
	@$(DEPS) deep
	@tests/run-check 'rules (a million flows): tests/run-unit --deep $(BUILD)/tests/unit/test_rules_match' \
		'rules (a million hosts): tests/tools/rules.py --deep $(BIN)' \
		'determinism (all captures): tests/tools/determinism.py $(BIN) tests/pcaps' \
		'changes (100,000 flows): tests/tools/changes.py --large $(BIN)' \
		'instructions: tests/tools/instructions.py $(BIN) $(BUILD)/tests/bench/inputs' \
		'unknown flows (a million): tests/tools/unknown_check.py --large $(BIN)' \
		'faults at every packet: tests/tools/faults.py --every $(BIN) $(BUILD)/tests/bench/inputs' \
		'a gigabyte through a pipe: tests/tools/endless.py --gb=1 $(BIN) $(BUILD)/tests/bench/inputs' \
		'exhaustion: tests/tools/exhaustion.py --scale=10 $(BIN)' \
		'failures: tests/tools/failures.py --sanitized=$(ASAN)/dpitool $(BIN) $(BUILD)/failing.so' \
		'own captures, spoiled: tests/tools/hostile.py --times=20 --sanitized=$(ASAN)/dpitool $(BIN) tests/pcaps' \
		'office: tests/tools/loaders.py --office $(BIN) $(LOADED)' \
		'unit (valgrind): tests/run-unit --valgrind $(filter-out %/test_sandbox,$(UNIT))' \
		'golden (valgrind): tests/run-golden --valgrind $(BIN)'

instructions: $(BIN) $(BUILD)/tests/bench/inputs ## instruction counts against tests/bench/instructions.txt; UPDATE=1
	@$(DEPS) deep
	@tests/tools/instructions.py $(if $(UPDATE),--update) $(BIN) $(BUILD)/tests/bench/inputs

# BENCH_ROUNDS, BENCH_SCALE, BENCH_ONLY, BENCH_PROGRAMS, BENCH_DIR: see tests/tools/bench.py
# As it is installed: with the rules that are shipped, compiled.
BENCHED := $(abspath $(BUILD)/benched)
benched:
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/benched PREFIX=$(BENCHED)/root install >/dev/null

bench: benched $(BENCH) ## speed and memory beside other programs; BENCH_SCALE=0.01 BENCH_ROUNDS=1 for a quick look
	@tests/tools/bench.py $(BENCHED)/root/bin/dpitool $(BUILD)/tests/bench

endless: $(BIN) $(BUILD)/tests/bench/inputs ## a capture made while it is read, through a pipe, in constant memory: [GB=20] [KIND=mix]
	@tests/tools/endless.py --gb=$(or $(GB),20) --kind=$(or $(KIND),mix) $(BIN) $(BUILD)/tests/bench/inputs

containment-bench: benched $(BENCH) ## what the process of its own costs that detects: BENCH_ROUNDS, BENCH_SCALE as for bench
	@BENCH_ONLY=mix,bulk BENCH_PROGRAMS=no-contain tests/tools/bench.py $(BENCHED)/root/bin/dpitool $(BUILD)/tests/bench

asan: $(BIN) asan-build ## build with sanitizers and run the tests
	@tests/run-check $(SAN_CHECKS)

asan-build:
	+@$(ASAN_MAKE) $(ASAN)/dpitool unit replayers

replayers: $(REPLAYERS)

fuzzers: $(FUZZERS)

# What the inputs in tests/fuzz/corpus cover of our parsers, beside that the unit tests.
COVERAGE := $(BUILD)/coverage
coverage: ## lines and branches of our parsers that the committed inputs of the fuzzers cover; needs clang and llvm
	@$(DEPS) fuzz
	+@$(MAKE) --no-print-directory BUILD=$(COVERAGE) CC=$(FUZZ_CC) CFLAGS='-O0 -g' WARN= \
		SAN='-fprofile-instr-generate -fcoverage-mapping' replayers unit
	@tests/fuzz/coverage.py $(COVERAGE)

fuzz: $(BIN) ## run every fuzzer of tests/fuzz: TIME=seconds of each [ONLY=pcap,names] [KEEP=1: few inputs that cover all]
	@$(DEPS) fuzz
	+@$(FUZZ_MAKE) fuzzers
	@tests/fuzz/run.py $(ONLY:%=--only=%) $(KEEP:%=--keep) --time=$(or $(TIME),60) $(BIN) $(FUZZ)

# afl-clang-fast knows the entry of libFuzzer. Then: afl-fuzz -i SEEDS -o FOUND build/afl/tests/fuzz/fuzz_pcap
fuzz-afl: ## build the fuzzers for AFL++ into build/afl
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/afl CC=afl-clang-fast CFLAGS='-O1 -g' WARN= SAN= \
		FUZZ_MAIN=-fsanitize=fuzzer fuzzers

parity: $(BIN) ## labels against ndpiReader's: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/parity.py $(BIN) $(or $(CORPUS),$(error where are the captures? make parity CORPUS=DIR))

invariance: $(BIN) ## labels kept when captures are impaired: CORPUS=DIR [SEEDS=1,2] [ONLY=reorder,vxlan] [LOG=FILE] [NDPIREADER=1]
	@$(if $(NDPIREADER),$(DEPS) accept)
	@tests/tools/invariance.py $(SEEDS:%=--seeds=%) $(ONLY:%=--only=%) $(LOG:%=--log=%) $(if $(NDPIREADER),--ndpireader) \
		$(BIN) $(or $(CORPUS),$(error where are the captures? make invariance CORPUS=DIR))

accuracy: $(BIN) ## how often the protocol is right, against ndpiReader and tshark; renews docs/accuracy.md
	@$(DEPS) accept
	@tests/tools/accuracy.py $(BIN) docs/accuracy.md

corpus: $(BIN) asan-build ## hold the invariants on every file under CORPUS=DIR
	@tests/tools/corpus.py $(BIN) --sanitized $(ASAN)/dpitool \
		$(or $(CORPUS),$(error where are the captures? make corpus CORPUS=DIR))

hostile: $(BIN) asan-build ## corrupt every file at random and classify it: CORPUS=DIR [TIMES=100] [SAMPLE=files] [PART=K/N] [SEED=1]
	@tests/tools/hostile.py $(TIMES:%=--times=%) $(SAMPLE:%=--sample=%) $(PART:%=--part=%) $(SEED:%=--seed=%) \
		--sanitized=$(ASAN)/dpitool $(BIN) $(or $(CORPUS),$(error where are the captures? make hostile CORPUS=DIR))

pcapng-suite: $(BIN) ## packets and times of the pcapng test generator's files: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/pcapng_suite.py $(BIN) $(or $(CORPUS),$(error where is it? make pcapng-suite CORPUS=DIR))

counts: $(BIN) ## packet counts against capinfos: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/counts.py $(BIN) $(or $(CORPUS),$(error where are the captures? make counts CORPUS=DIR))

extract-check: $(BIN) ## extract against its input and tshark: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/extract_check.py $(BIN) $(or $(CORPUS),$(error where are the captures? make extract-check CORPUS=DIR))

unknown-check: $(BIN) ## captures of unknown flows against extract --split: CORPUS=DIR
	@tests/tools/unknown_check.py $(BIN) $(or $(CORPUS),$(error where are the captures? make unknown-check CORPUS=DIR))

follow-check: $(BIN) ## TCP streams against tshark's: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/follow_check.py $(BIN) $(or $(CORPUS),$(error where are the captures? make follow-check CORPUS=DIR))

names-check: $(BIN) ## names against tshark's fields: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/names_check.py $(BIN) $(or $(CORPUS),$(error where are the captures? make names-check CORPUS=DIR))

applications: $(BIN) ## flows with a public name that have an application, by nDPI, rules, both: CORPUS=DIR [SAMPLE=N]
	@tests/tools/applications.py $(SAMPLE:%=--sample=%) $(BIN) $(or $(CORPUS),$(error where are the captures? make applications CORPUS=DIR))

community-id: $(BIN) ## Community IDs against the specification's baselines: CORPUS=DIR
	@tests/tools/community_id.py $(BIN) $(or $(CORPUS),$(error where are they? make community-id CORPUS=DIR))

determinism: $(BIN) ## the same bytes from every way of asking: CORPUS=DIR
	@tests/tools/determinism.py $(BIN) $(or $(CORPUS),tests/pcaps)

unknown-bench: $(BIN) $(SAMPLES) ## groups and formats of protocols that are hidden, beside baselines: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/unknown_bench.py --speed $(SAMPLES) $(or $(CORPUS),$(error where are the captures? make unknown-bench CORPUS=DIR))

scaffold-check: $(BIN) $(SAMPLES) ## signatures and dissectors of protocols as if they were unknown: CORPUS=DIR
	@$(DEPS) accept
	@tests/tools/scaffold_check.py $(SAMPLES) $(BIN) \
	    $(or $(CORPUS),$(error where are the captures? make scaffold-check CORPUS=DIR)) tests/pcaps

lint: ## function lengths, include directions, headers alone, banned functions, scripts
	@$(LINT)

format: ## clang-format over src, include and tests (a helper: read the diff)
	@clang-format -i $$(find src include tests -name '*.[ch]')

bindir  = $(DESTDIR)$(PREFIX)/bin
datadir = $(DESTDIR)$(PREFIX)/share
# source:target; what does not exist is left out
DATA = $(foreach m,$(wildcard man/*.1),$m:$(datadir)/man/man1/$(notdir $m)) \
       $(foreach m,$(wildcard man/*.5),$m:$(datadir)/man/man5/$(notdir $m)) \
       $(foreach f,$(wildcard completions/dpitool.bash),$f:$(datadir)/bash-completion/completions/dpitool) \
       $(foreach f,$(wildcard completions/dpitool.zsh),$f:$(datadir)/zsh/site-functions/_dpitool) \
       $(foreach f,$(wildcard completions/dpitool.fish),$f:$(datadir)/fish/vendor_completions.d/dpitool.fish) \
       $(SCHEMA):$(datadir)/dpitool/dpitool-flow.schema.json \
       man/dpitool-rules.schema.json:$(datadir)/dpitool/dpitool-rules.schema.json \
       $(foreach f,$(wildcard rules/*.yaml),$f:$(datadir)/dpitool/rules/$(notdir $f)) \
       $(RULES):$(datadir)/dpitool/rules.compiled \
       LICENSE:$(datadir)/doc/dpitool/LICENSE

$(SCHEMA): $(BIN)
	@$(BIN) fields --json-schema >$@.new
	@mv $@.new $@

install: all ## install under DESTDIR and PREFIX
	$(INSTALL) -D -m 755 $(BIN) $(bindir)/dpitool
	@set -e; for pair in $(DATA); do \
		echo "$(INSTALL) -D -m 644 $${pair%%:*} $${pair#*:}"; \
		$(INSTALL) -D -m 644 "$${pair%%:*}" "$${pair#*:}"; done

uninstall: ## remove what install put there
	rm -f $(bindir)/dpitool $(foreach pair,$(DATA),$(lastword $(subst :, ,$(pair))))

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 15

clean: ## remove what was built
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(BUILD)/src/main.d $(patsubst %.c,$(BUILD)/%.d,$(wildcard man/*.c)) $(UNIT:=.d) $(SAMPLES).d \
         $(BUILD)/rules/compile.d $(BENCH:=.d) $(BUILD)/tests/bench/frames.d $(BUILD)/tests/bench/mix.d \
         $(patsubst %.c,$(BUILD)/%.d,$(wildcard tests/fuzz/*.c))
.PHONY: all unit replayers fuzzers fuzz demo bench benched instructions check check-unit check-golden update docs check-deep asan \
        asan-build parity invariance accuracy corpus hostile counts pcapng-suite extract-check unknown-check follow-check \
        names-check applications community-id determinism unknown-bench scaffold-check coverage fuzz-afl \
        containment-bench endless lint format install uninstall help clean
.SECONDARY:
