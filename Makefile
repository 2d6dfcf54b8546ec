# warroom: `make help` lists the targets.
CC ?= cc
PKG_CONFIG ?= pkg-config
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=

PKGS = ncursesw libcurl libcjson sqlite3 yaml-0.1 libcrypto libutf8proc libmicrohttpd
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
CORE_OBJ = $(CORE_SRC:%.c=$(BUILD)/%.o)
TUI_OBJ = $(TUI_SRC:%.c=$(BUILD)/%.o)
TEST_SRC = $(wildcard tests/unit/test_*.c)
TEST_BIN = $(TEST_SRC:tests/unit/%.c=$(BUILD)/tests/%)
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)

all: $(BUILD)/warroom

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libcore.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/libtui.a: $(TUI_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/warroom: $(BUILD)/tui/main.o $(BUILD)/libtui.a $(BUILD)/libcore.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# Tests of the core link without the terminal's archive: the linker proves the floors.
$(BUILD)/tests/test_tui_%: tests/unit/test_tui_%.c $(BUILD)/libtui.a $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Itests/unit $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
$(BUILD)/tests/test_%: tests/unit/test_%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Itests/unit $(LDFLAGS) $^ $(filter-out -lncurses% -ltinfo%,$(LDLIBS)) -lcmocka -o $@

# One unit test: make unit-NAME
unit-%: $(BUILD)/tests/test_%
	$<

-include $(CORE_OBJ:.o=.d) $(TUI_OBJ:.o=.d) $(BUILD)/tui/main.d $(TEST_BIN:=.d)
.PHONY: all
