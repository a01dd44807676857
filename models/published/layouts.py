"""How each family's published files name their tensors, as tables from their names to ours."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import Tensor

Rules = tuple[tuple[str, str], ...]
# Patterns over our names, and what makes our numbers of theirs.
Forms = tuple[tuple[str, Callable[[Tensor], Tensor]], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Patterns over tensor names.

    `within`: where any name starts with it, only those belong to the model and lose it. `unused`
    names are left out; every rule of `rename` is applied in order. `inflate` and `squeeze` (our
    names) are convolutions that may lack the time axis, and tables with leading axes of one.

    A `*` in one of our names stands for the number of a layer, along the first axis of one array for
    all. Then `forms` are applied to every name that matches, and `join`ed are, along their first
    axis, those whose names differ in these parts only, under the name that has the first word
    instead. A file that has a name like `no_text` holds a video tower alone.
    """

    rename: Rules
    unused: tuple[str, ...] = ()
    within: str = ""
    inflate: tuple[str, ...] = ()
    squeeze: tuple[str, ...] = ()
    forms: Forms = ()
    join: tuple[str, tuple[str, ...]] | None = None
    no_text: str = ""

    def lacks_text(self, theirs: Iterable[str]) -> bool:
        """Whether these are the names of a video tower that was published by itself."""
        return bool(self.no_text) and any(re.search(self.no_text, name) for name in theirs)

    def names(self, theirs: Iterable[str]) -> dict[str, str]:
        """Theirs → ours, without what is not used."""
        kept = list(theirs)
        if self.within and any(name.startswith(self.within) for name in kept):
            kept = [name for name in kept if name.startswith(self.within)]
        named = {name: name.removeprefix(self.within) for name in kept}
        return {name: self._ours(bare) for name, bare in named.items() if not self._is_unused(bare)}

    def _ours(self, name: str) -> str:
        for pattern, replacement in self.rename:
            name = re.sub(pattern, replacement, name)
        return name

    def _is_unused(self, name: str) -> bool:
        return any(re.search(pattern, name) for pattern in self.unused)


_CLIP_BLOCKS: Rules = (
    (r"(^|\.)transformer\.", r"\1"),
    (r"\bresblocks\.", "blocks."),
    (r"\.attn\.in_proj_", ".attn.qkv."),
    (r"\.attn\.out_proj\.", ".attn.proj."),
    (r"\.ln_([123])\.", r".norm\1."),
    (r"\.mlp\.c_fc\.", ".mlp.fc1."),
    (r"\.mlp\.c_proj\.", ".mlp.fc2."),
    (r"\.text_projection$", ".projection"),
)

INTERNVIDEO1 = Layout(
    within="clip.",
    rename=(
        (r"^visual_(proj$|ln_post\.)", r"visual.\1"),
        (r"^(transformer|token_embedding|positional_embedding|ln_final|text_projection)\b", r"text.\1"),
        (r"^visual\.", "vision."),
        *_CLIP_BLOCKS,
    ),
    unused=(r"^text_mask_embedding$", r"^(input_resolution|context_length|vocab_size)$"),
    inflate=("vision.conv1.weight",),
)

# The video tower by itself, without its projection into the pair's space.
INTERNVIDEO1_VIDEO = Layout(
    within="clip.",
    # Under our own names it is `vision`.
    rename=((r"^visual_ln_post\.", "ln_post."), (r"^(visual|vision)\.", ""), *_CLIP_BLOCKS),
    unused=(r"^(?!visual[._]|vision\.)", r"^(visual[._]|vision\.)proj$"),
    inflate=("conv1.weight",),
)

VICLIP = Layout(rename=((r"^(vision|text)_encoder\.", r"\1."), *_CLIP_BLOCKS))

INTERNVIDEO2 = Layout(
    rename=(
        # The vision tower by itself is published without its prefix.
        (r"^(patch_embed|cls_token|pos_embed|blocks|clip_projector)\b", r"vision_encoder.\1"),
        (r"^vision_encoder\.clip_projector\.norm1_", "vision_encoder.pool.norm_"),
        (r"^vision_encoder\.clip_projector\.cross_attn\.", "vision_encoder.pool."),
        (r"\.pool\.([qkv])_bias$", r".pool.\1.bias"),
        (r"\.patch_embed\.proj\.", ".patch_embed."),
        (r"^vision_encoder\.", "vision.encoder."),
        (r"^vision_align\.", "vision.align."),
        (r"^text_encoder\.", "text."),
        (r"^text\.transformer\.", "text.blocks."),
        (r"\.pre_norm_mha\.0\.", ".norm1."),
        (r"\.pre_norm_mha\.1\.qkv_proj\.", ".attn.qkv."),
        (r"\.pre_norm_mha\.1\.out_proj\.", ".attn.proj."),
        (r"\.pre_norm_ffn\.0\.", ".norm2."),
        (r"\.pre_norm_ffn\.1\.", ".mlp.fc1."),
        (r"\.pre_norm_ffn\.4\.", ".mlp.fc2."),
        (r"^text\.embedding_layer\.", "text.token_embedding."),
        (r"^text\.positional_embedding\..*", "text.positional_embedding"),
        (r"^text\.final_layer_norm\.", "text.ln_final."),
        (r"^text\.projection_layer$", "text.projection"),
    ),
    unused=(
        r"^(vision_encoder\.)?(clip_decoder|mae_decoder|final_clip_decoder|clip_pos_embed|mae_pos_embed)\b",
        r"^image_encoder\.",  # MobileCLIP's own, in the file that the text tower comes from
        r"^logit_scale$",
    ),
    squeeze=("text.positional_embedding",),
)

VIDEOMAE = Layout(rename=((r"\.patch_embed\.proj\.", ".patch_embed."),))


def _matrix(kernel: Tensor) -> Tensor:
    """[in, out …] → [out, in]."""
    return kernel.flatten(1).T if kernel.ndim > 1 else kernel.flatten()


def _from_heads(kernel: Tensor) -> Tensor:
    """[out, heads, head] → [out, in]."""
    return kernel.flatten(1) if kernel.ndim > 1 else kernel.flatten()


# Flax's, of which all layers of a stack are one array.
VIDEOPRISM = Layout(
    rename=(
        (r"^params/", ""),
        (r"^vision_encoder/(spatial|temporal)_encoder/transformers_stack/x_layers/", r"vision.\1.*."),
        (r"^auxiliary_encoder/transformers_stack/x_layers/", "vision.auxiliary.*."),
        (r"^text_encoder/unimodal_transformer/x_layers/", "text.blocks.*."),
        (r"^vision_encoder/patch_projection/linear/", "vision.patch_embed."),
        (r"^vision_encoder/spatial_pos_emb/emb_var$", "vision.places"),
        (r"^vision_encoder/temporal_pos_emb/emb_var$", "vision.times"),
        (r"^vision_encoder/(spatial|temporal)_ln/", r"vision.\1_norm."),
        (r"^contrastive_vision_pooler/pooling_attention_query$", "vision.pool.query"),
        (r"^contrastive_vision_pooler/pooling_attention_layer_norm/", "vision.pool.norm."),
        (r"^contrastive_vision_pooler/pooling_attention/per_dim_scale/per_dim_scale$", "vision.pool.scales"),
        (r"^contrastive_vision_pooler/pooling_attention/", "vision.pool."),
        (r"^text_encoder/cls_emb$", "text.class_embedding"),
        (r"^text_encoder/token_emb/emb_var$", "text.token_embedding.weight"),
        (r"^text_encoder/unimodal_ln/", "text.norm."),
        (r"\*\.layer_norm/", "*.norm1."),
        (r"\.ff_layer/layer_norm/", ".norm2."),
        (r"\.ff_layer/ffn_layer([12])/linear/", r".mlp.fc\1."),
        (r"\.self_attention/", ".attn."),
        (r"\.(q)uery/|\.(k)ey/|\.(v)alue/", r".\1\2\3."),
        (r"\.post/", ".proj."),
        (r"\.(kernel|scale|w)$", ".weight"),
        (r"\.b$", ".bias"),
    ),
    forms=(
        (r"\.(patch_embed|fc[12]|[qkv])\.weight$", _matrix),
        (r"\.[qkv]\.bias$", Tensor.flatten),
        (r"\.proj\.weight$", _from_heads),
        (r"norm[12]?\.weight$", lambda less_one: less_one + 1),
    ),
    join=(".attn.qkv.", (".attn.q.", ".attn.k.", ".attn.v.")),
    no_text=r"^(params/)?spatial_encoder/",
)

# Its encoder by itself, as it is fine-tuned to actions: a mean of tokens, `fc_norm` and `head`.
VIDEOMAE_ACTIONS = Layout(
    within="encoder.",
    rename=((r"^patch_embed\.proj\.", "patch_embed."),),
    # Of the files of pretraining: what the recogniser has no use for.
    unused=(r"^(decoder|encoder_to_decoder|mask_token)\b", r"^norm\."),
)

UNIFORMERV2 = Layout(
    within="backbone.",
    rename=(
        (r"^transformer\.proj\.0\.", "ln_post."),
        (r"^transformer\.proj\.2\.", "head."),
        (r"\.lmhra([12])\.pos_embed\.", r".local\1."),
        *_CLIP_BLOCKS,
    ),
)
