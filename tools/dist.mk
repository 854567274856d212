# The Makefile of the tarball: nothing is left to build.
help:
	@echo 'bin/seldc build models/seld_mamba_tiny.json: compiles a model, needs a C compiler'
	@echo 'make test-cuda: checks this machine'"'"'s GPU; needs a CUDA toolkit and a C compiler'
test-cuda:
	@tests/cuda/run.sh
.PHONY: help test-cuda
