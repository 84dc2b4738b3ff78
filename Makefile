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

# Another nDPI than the system's: make NDPI_PREFIX=/opt/ndpi-4.10
ifdef NDPI_PREFIX
NDPI_PC := PKG_CONFIG_PATH=$(NDPI_PREFIX)/lib/pkgconfig $(PKG_CONFIG)
NDPI_RPATH := -Wl,-rpath,$(NDPI_PREFIX)/lib
else
NDPI_PC := $(PKG_CONFIG)
endif
NDPI_CFLAGS := $(shell $(NDPI_PC) --cflags libndpi 2>/dev/null)
NDPI_LIBS   := $(shell $(NDPI_PC) --libs libndpi 2>/dev/null) $(NDPI_RPATH)

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
        -Wundef -Wvla -Wformat=2
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -Isrc \
             -DDPITOOL_VERSION='"$(VERSION)"' $(WARN) -MMD -MP $(SAN) $(CFLAGS)
# libcsv has no .pc file
LIBS = $(NDPI_LIBS) $(shell $(PKG_CONFIG) --libs libpcap yajl nettle 2>/dev/null) -lcsv

SRC  := $(filter-out src/main.c,$(wildcard src/*/*.c))
OBJ  := $(SRC:%.c=$(BUILD)/%.o)
LIB  := $(BUILD)/libdpitool.a
BIN  := $(BUILD)/dpitool
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))

all: $(BIN) ## build the program

$(BIN): $(BUILD)/src/main.o $(LIB)
	$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/src/ndpi/%.o: ALL_CFLAGS += $(patsubst -I%,-isystem %,$(NDPI_CFLAGS))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	$(CC) $(SAN) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

check-unit: $(UNIT) ## run the unit tests
	@for t in $(UNIT); do $$t || exit 1; done

clean: ## remove what was built
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(BUILD)/src/main.d $(UNIT:=.d)
.PHONY: all check-unit clean
.SECONDARY:
