tests/emit/cuda/states.sir:12:3: error: scan_gate_grad: the CUDA back end has no kernel for more than 256 states, or than 179 if no multiple of 4 [E0608]
   12 |   %du, %ddt, %dA, %dB, %dC, %dD, %dz = scan_gate_grad %u, %dt, %A, %B, %C, %D, %z, %g {softplus=
      |   ^~~
// weights 256 bytes, load-time values 0, arena 41216
