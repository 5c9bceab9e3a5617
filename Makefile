# SPDX-License-Identifier: MIT
# perch: GNU make, no configure step. `make help` lists the targets.

VERSION := 0.1.0

# --- What a caller may set -------------------------------------------------------------------

BUILD ?= build/release
PREFIX ?= /usr/local
DESTDIR ?=
# perch waits for others; what a smaller program saves in time and room nobody sees it lose.
SMALL_CFLAGS = $(SMALL) -g
CFLAGS ?= $(SMALL_CFLAGS)
LDFLAGS ?=
PKG_CONFIG ?= pkg-config
CLANG ?= $(firstword $(wildcard /usr/bin/clang-14) clang)
# V=1 shows commands; WERROR=1 makes warnings errors; SANITIZE=1 adds ASan and UBSan;
# filter=TEXT runs only the tests whose name holds it; REGEN=1 rewrites golden files.

bindir = $(PREFIX)/bin
datadir = $(PREFIX)/share
mandir = $(datadir)/man
localedir = $(datadir)/locale

# --- Flags -----------------------------------------------------------------------------------

PKGS = glib-2.0 gio-2.0 gio-unix-2.0 libsecret-1 libcurl libcjson ncursesw panelw libzip libqrencode
BASE_PKGS = glib-2.0 gio-2.0 gio-unix-2.0 libsecret-1 libcjson
DEMO_PKGS = libmicrohttpd gnutls libzip
TEST_PKGS = cmocka vterm

# pkg-config runs when the first recipe needs it, never while this file is read: `make deps` has
# to work before it is installed. Foreign headers are system headers, and ncurses' own feature
# macros give way to _GNU_SOURCE.
lazy = $(eval $(1) := $(2))$($(1))
# gcc has -Oz from 12 on.
SMALL = $(call lazy,SMALL,$(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo -Oz || echo -Os))
pc_cflags = $(shell $(PKG_CONFIG) --cflags $(1) | sed 's/-I/-isystem /g; s/-D_[A-Z]*_SOURCE[^ ]*//g')
BUILT_WITH = $(call lazy,BUILT_WITH,$(shell for p in $(filter-out gio% panelw,$(PKGS)); do echo "$$p $$($(PKG_CONFIG) --modversion $$p)"; done | \
               paste -s -d , | sed 's/,/, /g'))
PC_CFLAGS = $(call lazy,PC_CFLAGS,$(call pc_cflags,$(PKGS) $(DEMO_PKGS)))
PC_TEST_CFLAGS = $(call lazy,PC_TEST_CFLAGS,$(call pc_cflags,$(TEST_PKGS)))
PC_LIBS = $(call lazy,PC_LIBS,$(shell $(PKG_CONFIG) --libs $(PKGS)))
PC_BASE_LIBS = $(call lazy,PC_BASE_LIBS,$(shell $(PKG_CONFIG) --libs $(BASE_PKGS)))
PC_DEMO_LIBS = $(call lazy,PC_DEMO_LIBS,$(shell $(PKG_CONFIG) --libs $(DEMO_PKGS)))
PC_TEST_LIBS = $(call lazy,PC_TEST_LIBS,$(shell $(PKG_CONFIG) --libs $(TEST_PKGS)))

WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wvla -Wstrict-prototypes \
       -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
# clang warns of casts inside GLib's macros, and calls a g_autoptr that is there only to clean up
# unused; gcc does neither, and finds the real ones.
WARN += $(if $(findstring clang,$(CC)),-Wno-unused-variable,-Wcast-qual)
ifdef WERROR
WARN += -Werror
endif

# Tables of text need many relative relocations; packing them makes a program a sixth smaller. The C
# library has to support that (glibc 2.36 does); the linked file says whether it is relied on.
relr_flag = -Wl,-z,pack-relative-relocs
RELR = $(call lazy,RELR,$(shell file=$$(mktemp) && echo 'int main(void) { return 0; }' | \
         $(CC) -x c - -fPIE -pie $(relr_flag) -o $$file 2>/dev/null && \
         grep -q GLIBC_ABI_DT_RELR $$file && echo $(relr_flag); rm -f $$file))

MACHINE := $(shell uname -m)
HARDEN_x86_64 = -fcf-protection
HARDEN_aarch64 = -mbranch-protection=standard
# One build is clang's, the sanitizers' and the fuzzers'; gcc's where clang has no fuzzer.
RELEASE_CC := $(CC)
ifdef SANITIZE
  ifeq ($(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
          $(CLANG) -x c - -fsanitize=fuzzer -o /dev/null 2>/dev/null && echo clang),clang)
    CC := $(CLANG)
    FUZZ = -fsanitize=fuzzer-no-link
  endif
  # Not position-independent: moving what the sanitizers keep of each string is a fifth of a start.
  HARDEN = -g -fsanitize=address,undefined $(FUZZ) -fno-sanitize-recover=all \
           -fno-omit-frame-pointer -fno-pie
  HARDEN_LD = -fsanitize=address,undefined -no-pie
else
  # Nothing unwinds C, and debuggers use .debug_frame: this saves an eighth of a program.
  HARDEN = -fstack-protector-strong -fstack-clash-protection $(HARDEN_$(MACHINE)) -fPIE \
           -fno-asynchronous-unwind-tables
  # One segment for code and constants: three are padded to pages, which is 12 kB.
  HARDEN_LD = -pie -Wl,-z,relro,-z,now,-z,noseparate-code $(RELR)
  # What a program does not call stays out of it: a tenth of perch-demo-org.
  UNUSED = -ffunction-sections -fdata-sections
  UNUSED_LD = -Wl,--gc-sections
  # Without optimisation _FORTIFY_SOURCE only warns; package builds set it themselves.
  ifneq ($(and $(filter -O1 -O2 -O3 -Os -Oz -O,$(CFLAGS)), \
          $(if $(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,unset)),)
    HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
  endif
endif

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DG_LOG_DOMAIN=\"perch\" \
             -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 \
             -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74 \
             -DPERCH_VERSION=\"$(VERSION)\" -DGETTEXT_PACKAGE=\"perch\" $(WARN) $(HARDEN) $(UNUSED) \
             -Iinclude -Isrc -I$(BUILD)/include -ffile-prefix-map=$(CURDIR)=. \
             $(PC_CFLAGS) $(CPPFLAGS) $(CFLAGS)
# Frames, so that the sanitizers can say which test it was.
TEST_CFLAGS = -Itests -fno-omit-frame-pointer $(PC_TEST_CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(UNUSED_LD) -Wl,--as-needed $(CFLAGS) $(LDFLAGS)

ifdef V
  Q =
  say = @:
else
  Q = @
  say = @printf '  %-4s %s\n'
endif

# --- Files -----------------------------------------------------------------------------------

# Everything below src/ but main.c and the demo org is one static library, which the program and
# the tests link. Folders may be missing; what is there is built.
LIB_SRC := $(filter-out src/demo_org/%,$(wildcard src/*/*.c))
DEMO_SRC := $(wildcard src/demo_org/*.c src/demo_org/*/*.c)
MAIN_SRC := $(wildcard src/main.c)
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB_OBJ := $(call objects,$(LIB_SRC))
BASE_OBJ := $(filter $(BUILD)/src/base/%,$(LIB_OBJ))
DEMO_MAIN_OBJ := $(call objects,$(filter %/main.c,$(DEMO_SRC)))
DEMO_LIB_OBJ := $(call objects,$(filter-out %/main.c,$(DEMO_SRC)))

LIB := $(BUILD)/libperch.a
DEMO_LIB := $(BUILD)/libdemoorg.a
PERCH := $(if $(MAIN_SRC),$(BUILD)/perch)
DEMO := $(if $(DEMO_MAIN_OBJ),$(BUILD)/perch-demo-org)
# A language is a file here: it is found, checked, built and installed.
po_dir = src/po
MO := $(patsubst $(po_dir)/%.po,$(BUILD)/po/%/LC_MESSAGES/perch.mo,$(wildcard $(po_dir)/*.po))
METAINFO := $(BUILD)/perch.metainfo.xml
UNITS := $(BUILD)/perch-refresh.service $(BUILD)/perch-refresh.timer
CONFIG_H := $(BUILD)/include/perch/config.h
JS_H := $(patsubst src/handoff/%.js,$(BUILD)/include/perch/js/%.h,$(wildcard src/handoff/*.js))

# Tests: tests/SUITE/test_NAME.c is a program, test_NAME.sh a script; other .c files of the folder
# are linked to each of its programs. tests/support holds what all share, and a few programs.
# Under the sanitizers the tests are the release build's own: they start the program that is looked
# at, or are linked to its library.
SUITES := support unit contract screen demo_org e2e browser
LINKED := unit contract screen demo_org
TESTS := $(if $(SANITIZE),build/release,$(BUILD))
test_objects = $(patsubst %.c,$(TESTS)/%.o,$(1))
SUPPORT_PROGRAMS := cage fake_browser fake_keyring one_family sample_tui ui_demo
SUPPORT_SRC := $(filter-out tests/support/test_%.c $(SUPPORT_PROGRAMS:%=tests/support/%.c), \
                 $(wildcard tests/support/*.c))
SUPPORT_LIB := $(TESTS)/tests/libsupport.a
SUPPORT_BIN := $(patsubst tests/support/%.c,$(TESTS)/tests/support/%, \
                 $(wildcard $(SUPPORT_PROGRAMS:%=tests/support/%.c)))
suite_tests = $(patsubst %.c,$(if $(filter $(LINKED),$(1)),$(BUILD),$(TESTS))/%, \
                $(wildcard tests/$(1)/test_*.c))
suite_scripts = $(wildcard tests/$(1)/test_*.sh)
folder_helpers = $(filter-out tests/$(1)/test_%.c,$(wildcard tests/$(1)/*.c))
# The browser's tests walk through perch as the end-to-end ones do.
suite_helpers = $(if $(filter support,$(1)),,$(call test_objects,$(call folder_helpers,$(1)) \
                  $(if $(filter browser,$(1)),$(call folder_helpers,e2e))))
ALL_TESTS := $(foreach s,$(SUITES),$(call suite_tests,$(s)))
TEST_OBJ := $(ALL_TESTS:%=%.o) $(SUPPORT_BIN:%=%.o) $(call test_objects,$(SUPPORT_SRC)) \
            $(foreach s,$(SUITES),$(call suite_helpers,$(s)))
BENCH_BIN := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))

C_FILES := $(wildcard .make/*.c include/perch/*/*.h src/*.c src/*/*.[ch] src/demo_org/*/*.[ch] \
            tests/*/*.[ch])

# --- Programs --------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PRECIOUS: $(BUILD)/%.o
.SUFFIXES:
FORCE:

.PHONY: all deps test-deps dev-deps demo programs tests help clean
all: $(LIB) $(PERCH) $(DEMO) $(MO) $(METAINFO) $(UNITS)
programs: all
ifdef SANITIZE
.PHONY: linked
linked: all $(foreach s,$(LINKED),$(call suite_tests,$(s)))
tests:
	$(Q)$(MAKE) --no-print-directory BUILD=$(TESTS) SANITIZE= CC='$(RELEASE_CC)' CFLAGS='$(SMALL_CFLAGS)' tests
	$(Q)$(MAKE) --no-print-directory linked
else
tests: all $(SUPPORT_BIN) $(ALL_TESTS)
endif

# Names what is missing once and plainly, before the first file fails to compile.
.PHONY: ready
ready:
	@missing=; for program in '$(firstword $(CC))' $(PKG_CONFIG) msgfmt; do \
	  command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	[ -n "$$missing" ] || $(PKG_CONFIG) --exists --print-errors $(PKGS) $(DEMO_PKGS) && \
	  [ -z "$$missing" ] || { \
	  echo "Not here:$${missing:- a library}. To install what the build needs: make deps" >&2; \
	  exit 1; }

$(BUILD)/.flags: FORCE | ready
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(subst ','\'',$(ALL_CFLAGS) $(ALL_LDFLAGS))' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@

# Written only when its content changes, so that another PREFIX recompiles few files.
$(CONFIG_H): FORCE
	@mkdir -p $(@D)
	@{ echo '/* SPDX-License-Identifier: MIT */'; \
	   echo '#define PERCH_BUILT_WITH "$(BUILT_WITH)"'; \
	   echo '#define PERCH_LOCALE_DIR "$(localedir)"'; } >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@

# A script that perch writes out, as C strings, one a line.
$(BUILD)/include/perch/js/%.h: src/handoff/%.js
	@mkdir -p $(@D)
	@sed 's/[\\"?]/\\&/g; s/.*/"&\\n",/' $< >$@
$(BUILD)/src/handoff/function.o: $(JS_H)

# Only these need the installation's folders; the others are not compiled again when those change.
$(BUILD)/src/main.o $(BUILD)/src/commands/command.o: WITH_CONFIG = -include perch/config.h

$(BUILD)/src/%.o: src/%.c $(BUILD)/.flags | $(CONFIG_H)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(WITH_CONFIG) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/.flags | $(CONFIG_H)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

# The list of members is a prerequisite too: a source file that was removed must leave.
define archive
$(1).members: FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' >$$@.new
	@cmp -s $$@.new $$@ && rm -f $$@.new || mv -f $$@.new $$@
$(1): $(2) $(1).members
	$$(say) AR $$@
	$$(Q)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)
endef
$(eval $(call archive,$(LIB),$(LIB_OBJ)))
$(eval $(call archive,$(DEMO_LIB),$(DEMO_LIB_OBJ)))
ifndef SANITIZE
$(eval $(call archive,$(SUPPORT_LIB),$(call test_objects,$(SUPPORT_SRC))))
endif

$(BUILD)/perch: $(BUILD)/src/main.o $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS)

# Of perch's own code the demo org uses base/ alone.
$(BUILD)/perch-demo-org: $(DEMO_MAIN_OBJ) $(DEMO_LIB_OBJ) $(BASE_OBJ)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_BASE_LIBS) $(PC_DEMO_LIBS)

$(BUILD)/po/%/LC_MESSAGES/perch.mo: $(po_dir)/%.po | ready
	$(say) MO $<
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

$(METAINFO): $(BUILD)/%: .packaging/% man/CHANGES Makefile
	@mkdir -p $(@D)
	@.make/fill.sh $(VERSION) $< >$@

$(UNITS): $(BUILD)/%: .packaging/% FORCE
	@mkdir -p $(@D)
	@sed 's|/usr/bin|$(bindir)|' $< >$@

# --- Tests -----------------------------------------------------------------------------------

# Tests are many; this linker takes a third of the time, where it is there.
ifneq ($(wildcard /usr/bin/ld.gold),)
  TEST_LDFLAGS = -fuse-ld=gold $(if $(SANITIZE),$(HARDEN_LD),-pie) -Wl,--as-needed $(CFLAGS) $(LDFLAGS)
else
  TEST_LDFLAGS = $(ALL_LDFLAGS)
endif
define suite_rules
.PHONY: check-$(subst _,-,$(1)) tests-$(1)
tests-$(1): $(if $(SANITIZE),tests,all $$(SUPPORT_BIN) $$(call suite_tests,$(1)))
check-$(subst _,-,$(1)): tests-$(1)
	$$(Q)$$(RUN) $(1) $$(call suite_tests,$(1)) $$(call suite_scripts,$(1))
endef
define link_rules
$$(call suite_tests,$(1)): $(BUILD)/tests/$(1)/test_%: $(TESTS)/tests/$(1)/test_%.o \
		$$(call suite_helpers,$(1)) $$(SUPPORT_LIB) $(if $(filter demo_org,$(1)),$$(DEMO_LIB)) $$(LIB)
	$$(say) LD $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(TEST_LDFLAGS) -o $$@ $$^ $$(PC_LIBS) $$(PC_DEMO_LIBS) $$(PC_TEST_LIBS) -lm
endef
$(foreach s,$(SUITES),$(eval $(call suite_rules,$(s))))
$(foreach s,$(if $(SANITIZE),$(LINKED),$(SUITES)),$(eval $(call link_rules,$(s))))

# This test counts how often a failure is explained.
$(BUILD)/tests/unit/test_evidence: private LDFLAGS += -Wl,--wrap=explain -Wl,--wrap=explain_as

ifndef SANITIZE
$(SUPPORT_BIN): %: %.o $(SUPPORT_LIB) $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS) $(PC_TEST_LIBS)
endif

RUN = BUILD=$(BUILD) REGEN=$(REGEN) filter='$(filter)' valgrind=$(valgrind) tests/run

.PHONY: check check-more check-debian asan clang
check check-more:
	@[ -d tests ] || { echo "The tests are not part of this tarball; they are in the repository." >&2; exit 1; }
	$(Q)$(MAKE) --no-print-directory deps test-deps
	$(Q)MAKE='$(MAKE)' V=$(V) tests/support/check.sh $(@:check-%=%)

check-debian:
	@tests/support/check_debian.sh $(RELEASE)

asan:
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan SANITIZE=1 CFLAGS=-O1 check-all

clang:
	$(Q)$(MAKE) --no-print-directory BUILD=build/clang CC=$(CLANG) CFLAGS=-O0 WERROR=1 tests-unit tests-screen

# Every suite with what is already built and installed; check adds the rest. All of them side by
# side: what takes seconds, then the long ones, first the longest, so that no core idles at the end.
# Under the sanitizers the scripts have nothing to find, and a browser what scripted ones find.
.PHONY: check-all
LONGEST := $(patsubst %,$(TESTS)/tests/e2e/test_%,app_access exchange_end function rehearsal_cures \
                message app_make handoff_formats refresh rehearsals keyring_states situations no_room \
                command_line app_make_kill refresh_kill descriptors app_make_pty by_the_screen \
                by_the_screen_2 by_the_screen_3)
# FEWER=1 takes those end-to-end tests that together reach 7 of 8 lines that all of them reach (make
# reach).
SANITIZED_E2E := $(patsubst %,$(TESTS)/tests/e2e/%,$(file <tests/sanitized))
LEFT_OUT := $(if $(FEWER),$(filter-out $(SANITIZED_E2E),$(call suite_tests,e2e))) \
            $(if $(SANITIZE),$(TESTS)/tests/demo_org/test_chromium $(TESTS)/tests/support/test_webdriver)
ALL_IN_ORDER := $(foreach s,unit screen,$(call suite_tests,$(s))) $(LONGEST) \
                $(foreach s,e2e $(if $(SANITIZE),,browser) contract demo_org support, \
                  $(filter-out $(LONGEST),$(call suite_tests,$(s))) \
                  $(if $(SANITIZE),,$(call suite_scripts,$(s))))
check-all: tests
	$(Q)$(RUN) all $(filter-out $(LEFT_OUT),$(ALL_IN_ORDER))

# Names anew the end-to-end tests that make check-more runs under the sanitizers.
.PHONY: reach
reach:
	$(Q)$(MAKE) --no-print-directory BUILD=build/release tests
	$(Q)$(MAKE) --no-print-directory BUILD=build/reach CC=$(CLANG) \
	  CFLAGS='-O1 -fprofile-instr-generate -fcoverage-mapping' all
	$(Q)rm -rf build/reach/profiles && mkdir build/reach/profiles
	$(Q)REACH=$(CURDIR)/build/reach/profiles BUILD=build/reach tests/run e2e \
	  $(patsubst %.c,build/release/%,$(wildcard tests/e2e/test_*.c))
	$(Q)tests/support/reach.py build/reach/perch build/reach/profiles >tests/sanitized

# --- Helpers ---------------------------------------------------------------------------------

deps:
	@.make/deps.sh build demo
test-deps:
	@.make/deps.sh build demo test
	@tests/support/newman.sh
dev-deps:
	@.make/deps.sh build demo test develop

demo: deps
	$(Q)$(MAKE) --no-print-directory all
	@exec $(BUILD)/perch demo

.PHONY: tidy tidy-tests analyze cppcheck format format-check lint man man-lint fuzz fuzz-smoke siege bench screenshots \
        pot install uninstall dist deb release
CLANG_FORMAT ?= $(firstword $(wildcard /usr/bin/clang-format-14) clang-format)
format:
	$(Q)$(CLANG_FORMAT) -i $(C_FILES)
format-check:
	$(Q)$(CLANG_FORMAT) --dry-run --Werror $(C_FILES)

# clang-tidy's quick checks and its analyzer for the sources, for the tests what clang itself warns
# of (it wants a check more); and cppcheck. What was compiled anew since is looked at.
CLANG_TIDY ?= $(firstword $(wildcard /usr/bin/clang-tidy-14) clang-tidy)
comma := ,
define tidy_rules
$(1): $$(BUILD)/$(1).done
$$(BUILD)/$(1).done: $(2) .clang-tidy
	$$(say) TIDY $(1)
	@printf '%s\n' $$(patsubst $$(BUILD)/%.o,%.c,$$(filter %.o,$$(if $$(filter %tidy,$$?),$$^,$$?))) | \
	  .make/tidy.sh $$(CLANG_TIDY) '$(3)' $$(filter-out -Wcast-qual,$$(ALL_CFLAGS)) $$(TEST_CFLAGS) \
	    -Wno-unused-variable -include perch/config.h
	@touch $$@
endef
CHECKED := $(LIB_OBJ) $(call objects,$(MAIN_SRC) $(DEMO_SRC))
$(eval $(call tidy_rules,tidy,$(CHECKED),-clang-analyzer-*))
$(eval $(call tidy_rules,tidy-tests,$(TEST_OBJ),-*$(comma)clang-diagnostic-*$(comma)misc-static-assert))
$(eval $(call tidy_rules,analyze,$(CHECKED),-bugprone-*$(comma)-cert-*$(comma)-misc-*$(comma)-readability-*$(comma)-performance-*))
cppcheck: $(CONFIG_H)
	$(Q).make/cppcheck.sh -j$(shell nproc) -I$(BUILD)/include src

# What an editor or another tool wants to know of each file's compilation.
compile_commands.json: $(BUILD)/compile_commands.json
.PHONY: compile_commands.json
$(BUILD)/compile_commands.json: FORCE
	@mkdir -p $(@D)
	@{ echo '['; separator=; for file in $(filter %.c,$(C_FILES)); do \
	     printf '%s{"directory": "%s", "file": "%s", "command": "%s"}\n' "$$separator" '$(CURDIR)' \
	       "$$file" '$(CC) $(subst ",\",$(subst \,\\,$(ALL_CFLAGS) $(TEST_CFLAGS))) -include perch/config.h -c '"$$file"; \
	     separator=,; done; echo ']'; } >$@
	@echo $@
lint:
	$(Q)tests/lint/lint.sh
man:
	$(Q).make/man.sh man
man-lint:
	$(Q)tests/lint/man.sh
fuzz-smoke:
	$(Q)tests/support/fuzz.sh
MINUTES ?= 10
fuzz:
	$(Q)FUZZ_SECONDS=$$(($(MINUTES) * 60)) tests/support/fuzz.sh
siege: tests
	$(Q)EVERY=1 $(RUN) e2e $(BUILD)/tests/e2e/test_siege
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(DEMO_LIB) $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PC_LIBS) $(PC_DEMO_LIBS)

$(BUILD)/tests/bench/bench%: $(BUILD)/tests/bench/bench%.o $(SUPPORT_LIB) $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS) $(PC_TEST_LIBS) -lm
$(BUILD)/tests/bench/bench: $(BUILD)/tests/bench/bench.o $(SUPPORT_LIB) $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS) $(PC_TEST_LIBS) -lm
# Linked to every library that perch uses, so that loading costs the same.
$(BUILD)/tests/bench/hello: $(BUILD)/tests/bench/hello.o
	$(say) LD $@
	$(Q)$(CC) $(subst --as-needed,--no-as-needed,$(ALL_LDFLAGS)) -o $@ $< \
	  $(filter-out -lpanelw,$(PC_LIBS))
bench: all $(SUPPORT_BIN) $(BENCH_BIN)
	$(Q)BUILD=$(BUILD) tests/bench/run
screenshots: all $(SUPPORT_BIN)
	$(Q)BUILD=$(BUILD) tests/support/screenshot.sh

pot:
	@mkdir -p $(BUILD)/po
	$(Q)xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --language=C --package-name=perch \
	  --package-version=$(VERSION) -o $(BUILD)/po/perch.pot \
	  .make/causes_man.c \
	  $(filter-out src/demo_org/%,$(wildcard src/*.c src/*/*.c src/*/*.def include/perch/*/*.def))
	@echo $(BUILD)/po/perch.pot

PUT = BUILD='$(BUILD)' catalogues='$(MO)' DESTDIR='$(DESTDIR)' bindir='$(bindir)' \
      datadir='$(datadir)' mandir='$(mandir)' localedir='$(localedir)' .make/install.sh
install: all
	$(Q)$(PUT) install
uninstall:
	$(Q)$(PUT) uninstall

dist:
	$(Q).make/dist.sh $(VERSION)
deb: dist
	$(Q).make/deb.sh $(VERSION)
release:
	$(Q)MAKE='$(MAKE)' .make/release.sh $(VERSION)

clean:
	rm -rf build

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))
#: make              build perch and perch-demo-org (build/release/)
#: make demo         install what is missing, build, open the wizard on the demo org
#: make check        install what is missing, build, run every test
#: make check-more   after it: analysis, an installation, the sanitizers, the fuzzers
#: make deps         what the build and the demo need, and why; installs what is missing
#: make check-unit, check-contract, check-screen, check-demo-org, check-e2e, check-browser,
#:      check-support     one suite; filter=TEXT for some of it, REGEN=1 rewrites golden files
#: make check-debian RELEASE=trixie     both commands of the README in a fresh system (debootstrap)
#: make asan         every suite under AddressSanitizer and UBSan
#: make clang        build with clang, warnings are errors
#: make format, format-check, lint, man-lint, tidy, cppcheck, fuzz-smoke
#: make fuzz MINUTES=10   every fuzzer for that long, with its dictionary
#: make siege        two minutes of attacks, kills, silence and full disks; counts what survived
#: make analyze      clang's analyzer over everything; slow
#: make compile_commands.json    the compile database for editors, in the build folder
#: make man          writes the parts of man/ that come from tables
#: make dev-deps     tools for clang, tidy, lint, fuzzing, packages and pictures
#: make bench        first paint, token, status, Home and memory, each beside a bare equivalent
#: make screenshots  screenshots/*.png from a real run
#: make install, uninstall    PREFIX=/usr/local DESTDIR=
#: make dist         build/dist/perch-VERSION.tar.gz and its SHA-256
#: make deb          Debian packages, in build/deb
#: make release      the tarball, if version, date, lint and tests agree
#: make pot          the strings to translate; src/po/LL.po of them (msginit, msgmerge) is the
#:      language LL, with nothing else to change: found, checked, built, installed
#: make clean

-include $(LIB_OBJ:.o=.d) $(DEMO_LIB_OBJ:.o=.d) $(DEMO_MAIN_OBJ:.o=.d) $(TEST_OBJ:.o=.d) \
         $(patsubst %.o,%.d,$(call objects,$(MAIN_SRC))) $(BENCH_BIN:%=%.d)
