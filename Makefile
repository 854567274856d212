# seldc: make, make demo, make test; `make help` lists the rest. V=1 shows the commands.
VERSION  = 0.1.0
CC      ?= cc
CFLAGS  ?= $(if $(ASAN),-O1 -g1,-O2 -g)
PREFIX  ?= /usr/local
B       ?= build
V       ?=
Q        = $(if $(V),,@)
say      = $(if $(V),:,printf '  %-5s %s\n')
python   = /usr/bin/python3

std      = -std=c11 -Wall -Wextra -Wshadow -Wno-unused-parameter -I.
san      = -fsanitize=address,undefined -fno-sanitize-recover=undefined -DSELDC_GUARD
ifdef ASAN
  B      := $(B)-asan
  std    += $(san)
endif

ir       = $(basename $(notdir $(wildcard ir/*.c)))
passes   = $(basename $(notdir $(wildcard passes/*.c)))
cpu      = $(basename $(notdir $(wildcard backend_cpu/*.c)))
cuda     = $(basename $(notdir $(wildcard backend_cuda/*.c)))
compiler = $(basename $(notdir $(wildcard compiler/*.c)))
runtime  = $(wildcard runtime/*/*.c)
tools    = $(wildcard tools/*.c tools/synth/*.c)
home     = $(B)/lib/seldc

kernels  = $(basename $(notdir $(wildcard backend_cpu/kernels/*.h)))

objs     = $(ir:%=$(B)/ir/%.o) $(passes:%=$(B)/passes/%.o) $(cpu:%=$(B)/backend_cpu/%.o) \
           $(cuda:%=$(B)/backend_cuda/%.o) $(kernels:%=$(B)/kernels/%.o)
main     = $(compiler:%=$(B)/compiler/%.o) $(tools:%.c=$(B)/%.o)
rt       = $(runtime:%.c=$(B)/%.o)

# Where a tarball's own libraries are; DT_RPATH, which those libraries' libraries obey, too.
# Programs look in deps alone: their OpenMP is the C compiler's.
deps     = $$ORIGIN/../lib/seldc/deps
rpath    = -Wl,--disable-new-dtags,-rpath,'$(deps):$(deps)/seldc'
libs     = -lkissfft-float -lsndfile -lsamplerate -lcjson -ldl -lm -fopenmp

all: $(B)/seldc $(home)/libseldrt.a $(home)/seldrt.h $(home)/rt_cuda.h

$(B)/seldc: $(objs) $(main) $(home)/libseldrt.a
	@$(say) LINK $@
	$(Q)$(CC) $(std) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(rpath) $(libs)

$(home)/libseldrt.a: $(rt)
	@$(say) AR $@
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

$(rt) $(tools:%.c=$(B)/%.o): std += -fopenmp

# A CUDA program that is a library holds the runtime, too.
$(rt): std += -fPIC

$(home)/%.h: runtime/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(B)/backend_cuda/text.o: $(wildcard backend_cuda/kernels/*.cuh)

$(B)/kernels/%.c: backend_cpu/kernels/%.h tools/embed.sh
	@mkdir -p $(@D)
	$(Q)sh tools/embed.sh cpu_kernel_$* $< > $@
$(B)/kernels/%.o: $(B)/kernels/%.c
	$(Q)$(CC) $(std) $(CFLAGS) -c -o $@ $<

# The libraries' headers are there, or what to install is said before a compiler fails file by file.
libraries:
	@sh tools/deps.sh headers $(CC) $(std) $(CPPFLAGS) $(CFLAGS)

$(B)/%.o: %.c | libraries
	@$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(std) $(CFLAGS) -DSELDC_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

# ---- tests --------------------------------------------------------------------------------

tests    = $(basename $(notdir $(wildcard tests/*.c)))
unit     = $(basename $(notdir $(wildcard tests/unit/*.c)))
fuzz     = $(basename $(notdir $(wildcard tests/fuzz/*.c)))
testbin  = $(tests:%=$(B)/tests/%) $(unit:%=$(B)/tests/unit_%) $(fuzz:%=$(B)/tests/%)

# Some load emitted C, which asks the program for its threads.
define test_program
	@$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(std) $(CFLAGS) -MMD -MP -o $@ $< $(filter %.o %.a,$^) -Wl,--export-dynamic-symbol=rt_threads $(libs)
endef
nomain   = $(filter-out %/main.o,$(main))
$(B)/tests/unit_%: tests/unit/%.c $(objs) $(nomain) $(home)/libseldrt.a ; $(test_program)
$(B)/tests/%: tests/fuzz/%.c $(objs) $(nomain) $(home)/libseldrt.a ; $(test_program)
$(B)/tests/%: tests/%.c $(objs) $(nomain) $(home)/libseldrt.a ; $(test_program)

# seldc with $(GRAD) for ir/grad.c: for the test that `seldc check` finds a wrong gradient.
$(B)/seldc_mistaken: $(filter-out %/ir/grad.o,$(objs)) $(main) $(home)/libseldrt.a FORCE
	$(Q)$(CC) $(std) $(CFLAGS) $(LDFLAGS) -Iir -o $@ $(GRAD) $(filter %.o %.a,$^) $(libs)

test-deps:
	@sh tools/deps.sh test
# The core: no model at full size, every build; seconds.
test-core: all $(testbin)
	$(Q)B=$(B) tests/run
# Everything that needs no GPU.
test: test-deps
	$(Q)tests/all
# 2,000 random graphs, 8,000 mutated models, 200,000 other files, cases without passes, every kernel for every GPU.
test-more: test-deps all $(testbin)
	$(Q)tests/models more
golden: all $(testbin)
	$(Q)BLESS=1 tests/run ir errors passes emit
	$(Q)$(B)/seldc build models/seld_mamba_tiny.json --target cpu --library own --emit c \
	  -o generated/seld_mamba_tiny-cpu/seld_mamba_tiny.c
	$(Q)$(B)/seldc build models/seld_mamba_tiny.json --target cuda --emit cuda \
	  -o generated/seld_mamba_tiny-cuda/seld_mamba_tiny.cu

# The CUDA back end on this machine's GPU; needs a CUDA toolkit. It also runs from the tarball of
# `make dist`. The log goes to bench/results/.
test-cuda: all $(B)/cuda/cuda_check
	$(Q)B=$(B) tests/cuda/run.sh
$(B)/cuda/cuda_check: tests/cuda/cuda_check.c $(objs) $(nomain) $(home)/libseldrt.a
	@$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(std) $(CFLAGS) -MMD -MP -o $@ $< $(filter %.o %.a,$^) $(rpath) $(libs)
lint: all
	$(Q)tools/lint.sh $(B)

# ---- use ----------------------------------------------------------------------------------

demo:
	@sh tools/deps.sh build
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all && sh tools/demo.sh $(B)/seldc
bench: all
	$(Q)sh bench/run.sh $(B)/seldc

bindir   = $(DESTDIR)$(PREFIX)/bin
libdir   = $(DESTDIR)$(PREFIX)/lib
install: all
	install -d $(bindir) $(libdir)/seldc $(libdir)/pkgconfig $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/seldc
	install $(B)/seldc $(bindir)/seldc
	install -m 644 $(home)/libseldrt.a $(home)/*.h $(libdir)/seldc
	install -m 644 doc/seldc.1 $(DESTDIR)$(PREFIX)/share/man/man1
	cp -r models $(DESTDIR)$(PREFIX)/share/seldc/
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' tools/seldrt.pc.in > $(libdir)/pkgconfig/seldrt.pc
uninstall:
	rm -rf $(bindir)/seldc $(libdir)/seldc $(libdir)/pkgconfig/seldrt.pc \
	  $(DESTDIR)$(PREFIX)/share/man/man1/seldc.1 $(DESTDIR)$(PREFIX)/share/seldc
dist: all $(B)/cuda/cuda_check
	$(Q)sh tools/dist.sh $(B) $(VERSION)

clean:
	rm -rf build build-asan demo
help:
	@echo 'all (default), demo, test, test-more, test-core, test-cuda, bench, golden, lint,'
	@echo 'install, uninstall (PREFIX= DESTDIR=), dist, clean. Variables: CC CFLAGS LDFLAGS V=1 ASAN=1'

.PHONY: FORCE libraries all clean help test test-core test-cuda test-deps golden lint demo bench install uninstall dist
.SECONDARY:
-include $(objs:.o=.d) $(main:.o=.d) $(rt:.o=.d) $(wildcard $(B)/tests/*.d $(B)/cuda/*.d)
