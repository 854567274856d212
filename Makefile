# seldc: make, make demo, make test; `make help` lists the rest. V=1 shows the commands.
VERSION  = 0.1.0
CC      ?= cc
CFLAGS  ?= -O2 -g
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

ir       = arena buf diag ops ir map infer cost eval print parse verify
passes   = $(basename $(notdir $(wildcard passes/*.c)))
cpu      = $(basename $(notdir $(wildcard backend_cpu/*.c)))
cuda     = $(basename $(notdir $(wildcard backend_cuda/*.c)))
compiler = $(basename $(notdir $(wildcard compiler/*.c)))
runtime  = $(basename $(notdir $(wildcard runtime/*.c)))
home     = $(B)/lib/seldc

objs     = $(ir:%=$(B)/ir/%.o) $(passes:%=$(B)/passes/%.o) $(cpu:%=$(B)/backend_cpu/%.o) \
           $(cuda:%=$(B)/backend_cuda/%.o)
main     = $(compiler:%=$(B)/compiler/%.o)
rt       = $(runtime:%=$(B)/runtime/%.o)

all: $(B)/seldc $(home)/libseldrt.a $(home)/seldrt.h

$(B)/seldc: $(objs) $(main)
	@$(say) LINK $@
	$(Q)$(CC) $(std) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcjson -lm -ldl

$(home)/libseldrt.a: $(rt)
	@$(say) AR $@
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

$(home)/%.h: runtime/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(B)/%.o: %.c
	@$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(std) $(CFLAGS) -DSELDC_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

clean:
	rm -rf build build-asan demo

.PHONY: all clean
-include $(objs:.o=.d) $(main:.o=.d) $(rt:.o=.d)
