	.section .rodata
	.balign 64
	.globl seldc_update_sm90, seldc_update_sm90_end
seldc_update_sm90:
	.incbin "/root/.cache/seldc/039dbaaf49fa96c074678c7e541c02dc.cubin"
seldc_update_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_update_ptx90, seldc_update_ptx90_end
seldc_update_ptx90:
	.incbin "/root/.cache/seldc/a3af519cfc3b5223feb4b127f3701fbb.ptx"
seldc_update_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_batch_norm_sm90, seldc_batch_norm_sm90_end
seldc_batch_norm_sm90:
	.incbin "/root/.cache/seldc/d06d33e3463d5841f55774d15f920845.cubin"
seldc_batch_norm_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_batch_norm_ptx90, seldc_batch_norm_ptx90_end
seldc_batch_norm_ptx90:
	.incbin "/root/.cache/seldc/a12b55a8fc1b5be03d86465563d7c7d7.ptx"
seldc_batch_norm_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_grad_sm90, seldc_norm_grad_sm90_end
seldc_norm_grad_sm90:
	.incbin "/root/.cache/seldc/9563dd1945b51ac897457648e34b5d44.cubin"
seldc_norm_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_grad_ptx90, seldc_norm_grad_ptx90_end
seldc_norm_grad_ptx90:
	.incbin "/root/.cache/seldc/38794beba722ddcbe9d73a388c3450d9.ptx"
seldc_norm_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_product_grad_sm90, seldc_product_grad_sm90_end
seldc_product_grad_sm90:
	.incbin "/root/.cache/seldc/4dd7aefd27187230466c49bfd747b39a.cubin"
seldc_product_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_product_grad_ptx90, seldc_product_grad_ptx90_end
seldc_product_grad_ptx90:
	.incbin "/root/.cache/seldc/769d72908922edf3f220697bf05aecd5.ptx"
seldc_product_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_grad_sm90, seldc_conv_grad_sm90_end
seldc_conv_grad_sm90:
	.incbin "/root/.cache/seldc/b9ee7fe8545877e14b9048903276798d.cubin"
seldc_conv_grad_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_grad_ptx90, seldc_conv_grad_ptx90_end
seldc_conv_grad_ptx90:
	.incbin "/root/.cache/seldc/105e92238fd9c780eeccb752e88af91d.ptx"
seldc_conv_grad_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_sm90, seldc_conv_sm90_end
seldc_conv_sm90:
	.incbin "/root/.cache/seldc/250538bf8bb8c833c0c34177e76b5689.cubin"
seldc_conv_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_conv_ptx90, seldc_conv_ptx90_end
seldc_conv_ptx90:
	.incbin "/root/.cache/seldc/3418d56584a6060274f5d74d19031869.ptx"
seldc_conv_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_product_sm90, seldc_product_sm90_end
seldc_product_sm90:
	.incbin "/root/.cache/seldc/a9d8175e24e1c7d10fc302364a3d3dca.cubin"
seldc_product_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_product_ptx90, seldc_product_ptx90_end
seldc_product_ptx90:
	.incbin "/root/.cache/seldc/fac3aadbf72f7a50593a49138580f4eb.ptx"
seldc_product_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_attention_sm90, seldc_attention_sm90_end
seldc_attention_sm90:
	.incbin "/root/.cache/seldc/59edbc5810974b6e20313a5d69ce99b1.cubin"
seldc_attention_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_attention_ptx90, seldc_attention_ptx90_end
seldc_attention_ptx90:
	.incbin "/root/.cache/seldc/d3c9f713fad8b4c9746ec566253a6f53.ptx"
seldc_attention_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_gru_sm90, seldc_gru_sm90_end
seldc_gru_sm90:
	.incbin "/root/.cache/seldc/f6313cf8fd211eae15f57c30302f2e6e.cubin"
seldc_gru_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_gru_ptx90, seldc_gru_ptx90_end
seldc_gru_ptx90:
	.incbin "/root/.cache/seldc/d1361d275abdaa09074c972e8c373d65.ptx"
seldc_gru_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_sm90, seldc_scan_sm90_end
seldc_scan_sm90:
	.incbin "/root/.cache/seldc/cbe6b08608eacaf2569876ecbe236874.cubin"
seldc_scan_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_scan_ptx90, seldc_scan_ptx90_end
seldc_scan_ptx90:
	.incbin "/root/.cache/seldc/6671b2b4dfec29b5f8ec0ad7e888a38f.ptx"
seldc_scan_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_stft_sm90, seldc_stft_sm90_end
seldc_stft_sm90:
	.incbin "/root/.cache/seldc/d70aff202309e0b7598262d9007ea549.cubin"
seldc_stft_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_stft_ptx90, seldc_stft_ptx90_end
seldc_stft_ptx90:
	.incbin "/root/.cache/seldc/8c6c2c7dfb8ba53e97d7c4538b09ee7a.ptx"
seldc_stft_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_pack_sm90, seldc_pack_sm90_end
seldc_pack_sm90:
	.incbin "/root/.cache/seldc/c3db0e57d9b5941e3672124a3fc89580.cubin"
seldc_pack_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_pack_ptx90, seldc_pack_ptx90_end
seldc_pack_ptx90:
	.incbin "/root/.cache/seldc/248f77c0165ee4d980cafa965fbe7128.ptx"
seldc_pack_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_pool_sm90, seldc_pool_sm90_end
seldc_pool_sm90:
	.incbin "/root/.cache/seldc/c49f6748cf8bc24b4915644b35f30ed1.cubin"
seldc_pool_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_pool_ptx90, seldc_pool_ptx90_end
seldc_pool_ptx90:
	.incbin "/root/.cache/seldc/e707db2fa32350ba2bb8c1b99607e2e9.ptx"
seldc_pool_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_sm90, seldc_norm_sm90_end
seldc_norm_sm90:
	.incbin "/root/.cache/seldc/8d15f77b0034c15448001c550dbf2857.cubin"
seldc_norm_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_norm_ptx90, seldc_norm_ptx90_end
seldc_norm_ptx90:
	.incbin "/root/.cache/seldc/6e1417747308f0bf6449be46eefde237.ptx"
seldc_norm_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_reduce_sm90, seldc_reduce_sm90_end
seldc_reduce_sm90:
	.incbin "/root/.cache/seldc/01234f29c8fbe824757c6407ec692fa3.cubin"
seldc_reduce_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_reduce_ptx90, seldc_reduce_ptx90_end
seldc_reduce_ptx90:
	.incbin "/root/.cache/seldc/090cb43794474aefa19ad7cb188753ca.ptx"
seldc_reduce_ptx90_end:
	.byte 0
	.balign 64
	.globl seldc_map_sm90, seldc_map_sm90_end
seldc_map_sm90:
	.incbin "/root/.cache/seldc/b58103ce7085338d0808e603c32cce57.cubin"
seldc_map_sm90_end:
	.byte 0
	.balign 64
	.globl seldc_map_ptx90, seldc_map_ptx90_end
seldc_map_ptx90:
	.incbin "/root/.cache/seldc/f37825bf2bff4dd441aab5819c073395.ptx"
seldc_map_ptx90_end:
	.byte 0
	.section .note.GNU-stack,"",@progbits
