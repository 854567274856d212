	.section .rodata
	.balign 64
	.globl seldc_update_sm90, seldc_update_sm90_end
seldc_update_sm90:
	.incbin "/root/.cache/seldc/f23e2ef6df049576dafa077dc9bb02cf.cubin"
seldc_update_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_update_ptx90, seldc_update_ptx90_end
seldc_update_ptx90:
	.incbin "/root/.cache/seldc/165f74fcc7f2043149d5dd170be4c210.ptx"
seldc_update_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_grad_sm90, seldc_scan_grad_sm90_end
seldc_scan_grad_sm90:
	.incbin "/root/.cache/seldc/b6b916e0a0e0eb7d3d7d31a42d404e72.cubin"
seldc_scan_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_grad_ptx90, seldc_scan_grad_ptx90_end
seldc_scan_grad_ptx90:
	.incbin "/root/.cache/seldc/127f243a9769452400f40677f138d23d.ptx"
seldc_scan_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_batch_norm_sm90, seldc_batch_norm_sm90_end
seldc_batch_norm_sm90:
	.incbin "/root/.cache/seldc/ee3863f38e4e9b99010ed9bb31e8eb2f.cubin"
seldc_batch_norm_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_batch_norm_ptx90, seldc_batch_norm_ptx90_end
seldc_batch_norm_ptx90:
	.incbin "/root/.cache/seldc/d83d326a993aa1380e3ff344b47092a4.ptx"
seldc_batch_norm_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_grad_sm90, seldc_norm_grad_sm90_end
seldc_norm_grad_sm90:
	.incbin "/root/.cache/seldc/370c67814d56f65169ca25ee49485947.cubin"
seldc_norm_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_grad_ptx90, seldc_norm_grad_ptx90_end
seldc_norm_grad_ptx90:
	.incbin "/root/.cache/seldc/4b3d0c12fb4175d062291f5e8461c1b6.ptx"
seldc_norm_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_product_grad_sm90, seldc_product_grad_sm90_end
seldc_product_grad_sm90:
	.incbin "/root/.cache/seldc/aa0f81f2413c51d8de125dec15f5a918.cubin"
seldc_product_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_product_grad_ptx90, seldc_product_grad_ptx90_end
seldc_product_grad_ptx90:
	.incbin "/root/.cache/seldc/3733e5d94f85a13bfebb5738e3aa3fa2.ptx"
seldc_product_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_grad_sm90, seldc_conv_grad_sm90_end
seldc_conv_grad_sm90:
	.incbin "/root/.cache/seldc/0fcaf560c67d015cdca89c64b771d25a.cubin"
seldc_conv_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_grad_ptx90, seldc_conv_grad_ptx90_end
seldc_conv_grad_ptx90:
	.incbin "/root/.cache/seldc/f51113aa4ea1fb878bfd6efe8ace5e4a.ptx"
seldc_conv_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_sm90, seldc_conv_sm90_end
seldc_conv_sm90:
	.incbin "/root/.cache/seldc/84fb97fa83bf78a6ee39b52677c05f37.cubin"
seldc_conv_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_ptx90, seldc_conv_ptx90_end
seldc_conv_ptx90:
	.incbin "/root/.cache/seldc/8f98a213db8ba9c118caec9bcdf9c351.ptx"
seldc_conv_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_product_sm90, seldc_product_sm90_end
seldc_product_sm90:
	.incbin "/root/.cache/seldc/ef0aa7bf65bc5d8b278f32a6cce79d97.cubin"
seldc_product_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_product_ptx90, seldc_product_ptx90_end
seldc_product_ptx90:
	.incbin "/root/.cache/seldc/a2cbd15cd5d2c7faebaca1474a3160c3.ptx"
seldc_product_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_attention_sm90, seldc_attention_sm90_end
seldc_attention_sm90:
	.incbin "/root/.cache/seldc/dfeaf3fe886fad8820d2cf8bb6938d48.cubin"
seldc_attention_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_attention_ptx90, seldc_attention_ptx90_end
seldc_attention_ptx90:
	.incbin "/root/.cache/seldc/cd72c911ee5de78ba85eeac40299286b.ptx"
seldc_attention_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_sm90, seldc_scan_sm90_end
seldc_scan_sm90:
	.incbin "/root/.cache/seldc/95abf894826f010e1d1fd1003f557eda.cubin"
seldc_scan_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_ptx90, seldc_scan_ptx90_end
seldc_scan_ptx90:
	.incbin "/root/.cache/seldc/e6ea50e093bf6f6985d49e65e1b976ac.ptx"
seldc_scan_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_stft_sm90, seldc_stft_sm90_end
seldc_stft_sm90:
	.incbin "/root/.cache/seldc/cf743167abcc7e28b68bbaca5bb1cdb7.cubin"
seldc_stft_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_stft_ptx90, seldc_stft_ptx90_end
seldc_stft_ptx90:
	.incbin "/root/.cache/seldc/7c0cc26f90b60aab6a5e4872107c3cb3.ptx"
seldc_stft_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_pack_sm90, seldc_pack_sm90_end
seldc_pack_sm90:
	.incbin "/root/.cache/seldc/722d9d825db40c46527a625f74419001.cubin"
seldc_pack_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_pack_ptx90, seldc_pack_ptx90_end
seldc_pack_ptx90:
	.incbin "/root/.cache/seldc/9ad363142a03c2e1e765f0eb8c91918a.ptx"
seldc_pack_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_sm90, seldc_norm_sm90_end
seldc_norm_sm90:
	.incbin "/root/.cache/seldc/41d08c388d8877303fbabc8e66c00251.cubin"
seldc_norm_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_ptx90, seldc_norm_ptx90_end
seldc_norm_ptx90:
	.incbin "/root/.cache/seldc/aa9eb9f61386dcf3b390d776eb6b5305.ptx"
seldc_norm_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_reduce_sm90, seldc_reduce_sm90_end
seldc_reduce_sm90:
	.incbin "/root/.cache/seldc/b4b344076d18405d720b7cd963896d09.cubin"
seldc_reduce_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_reduce_ptx90, seldc_reduce_ptx90_end
seldc_reduce_ptx90:
	.incbin "/root/.cache/seldc/b30a344a9c697904dbaa0123c216e364.ptx"
seldc_reduce_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_map_sm90, seldc_map_sm90_end
seldc_map_sm90:
	.incbin "/root/.cache/seldc/a75aad9ec21bfd6d286a47ac66bb5d4a.cubin"
seldc_map_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_map_ptx90, seldc_map_ptx90_end
seldc_map_ptx90:
	.incbin "/root/.cache/seldc/4e13c523a996bdb472d0abc5da5f4682.ptx"
seldc_map_ptx90_end:
	.byte 0
	.section .note.GNU-stack,"",@progbits
