# perch: see README.md
PKGS = glib-2.0 gio-2.0 gio-unix-2.0 libsecret-1 libcurl libcjson ncursesw
BUILD ?= build/release
CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74 $(WARN) -Iinclude $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g') $(CFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lpanelw
SRC = $(filter-out src/demo_org/% src/main.c,$(wildcard src/*/*.c))
OBJ = $(SRC:%.c=$(BUILD)/%.o)
all: $(BUILD)/libperch.a
$(BUILD)/libperch.a: $(OBJ)
	rm -f $@; ar rcs $@ $^
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
-include $(OBJ:.o=.d)
