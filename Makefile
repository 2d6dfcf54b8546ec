# warroom: `make help` lists the targets.
CC ?= cc
PKG_CONFIG ?= pkg-config
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=

PKGS = ncursesw libcurl libcjson sqlite3 yaml-0.1 libcrypto libutf8proc libmicrohttpd mysqlclient
VERSION = 0.1.0

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
       -Wwrite-strings -Wundef -Wformat=2 -Wconversion -Werror
OPT ?= -O2 -g
HARDEN = -fstack-protector-strong -fPIE
ifeq ($(SAN),)
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
else
SANFLAGS = -fsanitize=$(SAN) -fno-omit-frame-pointer
OPT = -O1 -g
endif
CPPFLAGS += -D_GNU_SOURCE -DWARROOM_VERSION='"$(VERSION)"' -DWARROOM_PREFIX='"$(PREFIX)"' -Icore -I.
CFLAGS += -std=c11 $(OPT) $(WARN) $(HARDEN) $(SANFLAGS) -pthread -MMD -MP
CFLAGS += $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
LDFLAGS += -pie -Wl,-z,relro,-z,now -pthread $(SANFLAGS)
LDLIBS += $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm

CORE_SRC = $(wildcard core/*/*.c)
TUI_SRC = $(filter-out tui/main.c,$(wildcard tui/*.c tui/views/*.c tui/cmd/*.c))
SIM_TEXTS = $(wildcard core/sim/scenarios/*.scn) core/sim/demo.yaml
CORE_OBJ = $(CORE_SRC:%.c=$(BUILD)/%.o) $(BUILD)/core/sim/texts.o
TUI_OBJ = $(TUI_SRC:%.c=$(BUILD)/%.o)
TEST_SRC = $(wildcard tests/unit/test_*.c)
TEST_BIN = $(TEST_SRC:tests/unit/%.c=$(BUILD)/tests/%)
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)

all: $(BUILD)/warroom

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# The simulator's scenarios and the demo's plan are part of the program.
$(BUILD)/core/sim/texts.c: $(SIM_TEXTS) core/sim/embed.sh
	@mkdir -p $(@D)
	sh core/sim/embed.sh $(SIM_TEXTS) > $@.tmp && mv $@.tmp $@
$(BUILD)/core/sim/texts.o: $(BUILD)/core/sim/texts.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libcore.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libtui.a: $(TUI_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/warroom: $(BUILD)/tui/main.o $(BUILD)/libtui.a $(BUILD)/libcore.a
	$(CC) $(LDFLAGS) $(filter %.o %.a,$^) $(LDLIBS) -o $@

# Tests of the core link without the terminal's archive: the linker proves the floors.
$(BUILD)/tests/test_tui_%: tests/unit/test_tui_%.c $(BUILD)/libtui.a $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Itests/unit $(LDFLAGS) $(filter %.c %.a,$^) $(LDLIBS) -lcmocka -o $@
$(BUILD)/tests/test_%: tests/unit/test_%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Itests/unit $(LDFLAGS) $(filter %.c %.a,$^) $(filter-out -lncurses% -ltinfo%,$(LDLIBS)) -lcmocka -o $@

# One unit test: make unit-NAME
unit-%: $(BUILD)/tests/test_%
	$<

# A fuzz entry as a plain loop over its seeds in tests/fuzz/seeds/NAME/.
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/loop.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) $(filter-out -lncurses% -ltinfo%,$(LDLIBS)) -o $@

-include $(CORE_OBJ:.o=.d) $(TUI_OBJ:.o=.d) $(BUILD)/tui/main.d $(TEST_BIN:=.d)

deps: ## installs what building needs (Debian, Ubuntu)
	@sh scripts/deps.sh build
deps-test:
	@sh scripts/deps.sh test

demo: ## installs missing packages, builds, runs the demo
	@sh scripts/deps.sh build
	@$(MAKE) -s -j$(JOBS) all
	@$(BUILD)/warroom demo || test $$? -lt 64 # below: a verdict, not a fault

test: ## installs what tests need, builds, runs all of them
	@sh scripts/deps.sh test
	@$(MAKE) -s test-all

JOBS ?= $(shell nproc 2>/dev/null || echo 1)
# Everything in one sum. The sanitizer builds run the same unit tests again; they are built beside
# the live tests, which mostly wait.
THREADED = queue journal http child killswitch runner sim source room mysql sim_mysql evidence
TSAN_BIN = $(foreach t,$(THREADED),$(if $(wildcard tests/unit/test_$(t).c),build/tsan/tests/test_$(t)))
ASAN_BIN = $(TEST_SRC:tests/unit/%.c=build/asan/tests/%)
FUZZ_BIN = $(FUZZ_SRC:tests/fuzz/%.c=build/asan/fuzz/%)
LIVE_LONG = $(patsubst %,tests/live/test_%.py,migration stories faults index) # begin first
LIVE = $(LIVE_LONG) $(filter-out $(LIVE_LONG),$(sort $(wildcard tests/live/test_*.py)))
test-all:
	@$(MAKE) -s -j$(JOBS) all unit-bins
	@sh scripts/lint.sh
	@ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1 TSAN_OPTIONS=halt_on_error=1 \
	    PREPARE="$(MAKE) -s -j$(JOBS) san-bins" \
	    sh tests/run.sh $(LIVE) $(ASAN_BIN) $(TSAN_BIN) $(FUZZ_BIN) $(TEST_BIN)

san-bins:
	@$(MAKE) -s BUILD=build/asan SAN=address,undefined unit-bins fuzz-bins
	@$(MAKE) -s BUILD=build/tsan SAN=thread $(TSAN_BIN)

unit-bins: $(TEST_BIN)
fuzz-bins: $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)

check: $(TEST_BIN) ## unit tests and golden screens only
	@sh tests/run.sh $(TEST_BIN)

lint: ## house rules: floors, lengths, banned calls, headers, format
	@sh scripts/lint.sh

format: ## clang-format over the tree
	@clang-format -i $$(git ls-files '*.c' '*.h')

golden: $(BUILD)/tests/test_tui_golden $(BUILD)/tests/test_tui_people $(BUILD)/tests/test_plan_schema ## rewrites golden screens and texts (review the diff)
	@for t in $^; do WARROOM_GOLDEN=write $$t || exit 1; done

fuzz: ## fuzz entries for a while (FUZZ_INPUTS=1000000)
	@$(MAKE) -s BUILD=build/asan SAN=address,undefined fuzz-bins
	@FUZZ_INPUTS=$${FUZZ_INPUTS:-200000} LIMIT=3600 sh tests/run.sh $(FUZZ_BIN)

# Python with python3-pyte; a python of another origin on the PATH would not find it.
BENCH_PYTHON = $(firstword $(wildcard /usr/bin/python3) python3)
bench-judge: $(BUILD)/bench/judge ## judged synthetic runs: ours against the policies others use
	@$(BUILD)/bench/judge tests/bench/judge.yaml $(RUNS)

bench: ## what a live run costs, beside targets and neighbours (some minutes, quiet machine)
	@sh scripts/deps.sh bench
	@$(MAKE) -s all $(BUILD)/bench/tick
	@$(BENCH_PYTHON) tests/bench/bench.py --tick $(BUILD)/bench/tick $(BENCH)

$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) $(filter-out -lncurses% -ltinfo%,$(LDLIBS)) -o $@

later = @echo "warroom: make $@ $(1)" >&2; exit 1

# Who knows where it is installed is made anew when that changes.
$(BUILD)/prefix: force
	@mkdir -p $(@D); echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@
$(patsubst %.c,$(BUILD)/%.o,$(shell grep -l WARROOM_PREFIX tui/*.c tui/cmd/*.c)): $(BUILD)/prefix
force:

install: all ## PREFIX, DESTDIR
	install -Dm755 $(BUILD)/warroom $(DESTDIR)$(PREFIX)/bin/warroom
	install -d $(DESTDIR)$(PREFIX)/share/warroom/themes
	install -m644 themes/*.theme $(DESTDIR)$(PREFIX)/share/warroom/themes/
	install -d $(DESTDIR)$(PREFIX)/share/doc/warroom
	install -m644 README.md docs/*.md sample-config/*.yaml $(DESTDIR)$(PREFIX)/share/doc/warroom/
	cp -RP sample-config/sim-bin $(DESTDIR)$(PREFIX)/share/doc/warroom/
	for f in $(COMPLETIONS); do install -d $(DESTDIR)$(PREFIX)/share/$${f%/*} || exit 1; done
	$(BUILD)/warroom completion bash > $(DESTDIR)$(PREFIX)/share/$(word 1,$(COMPLETIONS))
	$(BUILD)/warroom completion zsh > $(DESTDIR)$(PREFIX)/share/$(word 2,$(COMPLETIONS))
	$(BUILD)/warroom completion fish > $(DESTDIR)$(PREFIX)/share/$(word 3,$(COMPLETIONS))
COMPLETIONS = bash-completion/completions/warroom zsh/site-functions/_warroom \
              fish/vendor_completions.d/warroom.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/warroom $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	rm -rf $(DESTDIR)$(PREFIX)/share/warroom $(DESTDIR)$(PREFIX)/share/doc/warroom

stack: all ## real Prometheus, Alertmanager, exporters, a canary: try a live run
	@sh scripts/deps.sh stack
	@scripts/stack/stack.py up
stack-down: ## stops them
	@scripts/stack/stack.py down
deb: ## (comes later) a Debian package
	$(call later,comes with a later version; make install DESTDIR=… gives a package tree)

clean:
	rm -rf build

help: ## this list
	@awk -F':.*## ' '/^[a-z -]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: all deps deps-test demo test test-all unit-bins fuzz-bins san-bins check lint format golden fuzz \
        bench install uninstall stack stack-down deb clean help force
