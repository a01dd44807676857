"""Our towers against recorded outputs of the original classes."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from models.architectures import internvideo1, internvideo2, viclip, videomae
from models.architectures.clip_text import TextSizes, TextTransformer
from models.architectures.tokenizer import padded_ids
from models.published import layouts
from models.published.recorded import Golden, Outputs, filled, videoprism
from models.spec import BadInput

TOLERANCE = 1e-5
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
# What a folder that is not what its name says can raise on the way from its files to our outputs.
_MISFITS = (BadInput, LookupError, ValueError, TypeError, AttributeError, RuntimeError, OSError, SafetensorError)


def compare(folder: Path) -> dict[str, dict[str, float | bool | str | None]]:
    """Each golden of a folder by name: {"max_rel_err", "ok"}, and "error" where ours could not be run."""
    cases = {path.parent for name in ("config.json", "io.safetensors") for path in folder.glob(f"*/{name}")}
    if not cases:
        raise BadInput(f"no goldens (folders with config.json and io.safetensors) in {folder}")
    return {case.name: _judged(case) for case in sorted(cases)}


def _judged(case: Path) -> dict[str, float | bool | str | None]:
    try:
        golden = _read(case)
        with torch.inference_mode():
            outputs = _runner(case.name)(golden)
        worst = max(golden.errors(outputs.alike), default=math.nan)
    except _MISFITS as e:
        return {"max_rel_err": None, "ok": False, "error": f"{type(e).__name__}: {e}"}
    if math.isnan(worst):
        return {"max_rel_err": None, "ok": False, "error": f"none of {', '.join(outputs.alike)} is recorded"}
    nearest = min(golden.errors(outputs.unlike), default=math.inf)
    finite = worst if math.isfinite(worst) else None
    note = {"note": outputs.note} if outputs.note else {}
    return {"max_rel_err": finite, "ok": worst <= TOLERANCE and nearest > TOLERANCE, **note}


def _read(case: Path) -> Golden:
    config = json.loads((case / "config.json").read_text(encoding="utf-8"))
    weights = case / "weights.safetensors"
    return Golden(
        config=config.get("config", config),
        other=config.get("other", {}),
        weights=load_file(weights) if weights.exists() else {},
        io=load_file(case / "io.safetensors"),
    )


def _runner(name: str) -> Callable[[Golden], Outputs]:
    for family, runner in RUNNERS.items():
        if family in name:
            return runner
    raise ValueError(f"no family for {name!r}; known: {', '.join(RUNNERS)}")


def _clip_text(config: dict[str, Any], dim: int) -> TextSizes:
    return TextSizes(
        width=config["transformer_width"],
        heads=config["transformer_heads"],
        layers=config["transformer_layers"],
        dim=dim,
        context=config["context_length"],
        vocabulary=config["vocab_size"],
    )


def _internvideo1(golden: Golden) -> Outputs:
    sizes, vision = golden.config, golden.config["vision"]
    model = internvideo1.InternVideo1(
        internvideo1.VisionSizes(
            width=vision["width"],
            layers=vision["layers"],
            heads=vision["heads"],
            patch=vision["patch_size"],
            dim=vision["output_dim"],
            taps=sorted(sizes["return_list"]),
            image=vision["input_resolution"],
            decoder_heads=sizes["n_head"],
            decoder_mlp_ratio=sizes.get("mlp_factor", 4.0),
        ),
        _clip_text(sizes["text"], vision["output_dim"]),
    )
    filled(model, layouts.INTERNVIDEO1, golden.weights)
    video = model.vision(golden.io["inputs.video"].transpose(1, 2))
    return Outputs(
        {
            "outputs.video": video,
            "outputs.video_plain": video,
            "outputs.image": model.vision(golden.io["inputs.image"].transpose(1, 2)),
            "outputs.text": model.text(golden.io["inputs.ids"].long()),
        },
        {},
    )


def _viclip(golden: Golden) -> Outputs:
    vision, text = golden.config["vision"], golden.config["text"]
    model = viclip.ViClip(
        viclip.VisionSizes(
            width=vision["width"],
            layers=vision["layers"],
            heads=vision["heads"],
            patch=vision["patch_size"],
            dim=vision["output_dim"],
            frames=vision["num_frames"],
            image=vision["input_resolution"],
        ),
        _clip_text(text, text["embed_dim"]),
    )
    filled(model, layouts.VICLIP, golden.weights)
    ids = golden.io["inputs.ids"]
    clips, texts = model.vision(golden.io["inputs.frames"]), model.text(ids.long())
    unit_clips, unit_texts = functional.normalize(clips, dim=-1), functional.normalize(texts, dim=-1)
    best = (100 * unit_clips @ unit_texts.T).softmax(dim=-1).topk(golden.io["outputs.top_idx"].shape[1])
    return Outputs(
        {
            "inputs.ids": _tokenized(golden.other.get("inputs.texts"), ids),
            "outputs.vision": clips,
            "outputs.image": model.vision(golden.io["inputs.image"][:, None]),
            "outputs.text": texts,
            "outputs.vid_norm": unit_clips,
            "outputs.text_norm": unit_texts,
            "outputs.top_idx": best.indices,
            "outputs.top_probs": best.values,
        },
        {},
    )


def _tokenized(texts: list[str] | None, recorded: Tensor) -> Tensor:
    """Our ids of the texts; those recorded where there are none, or for a written control token, which we drop."""
    if texts is None:
        return recorded
    ours = torch.from_numpy(padded_ids(texts, recorded.shape[1]))
    written = torch.tensor(["<|" in text for text in texts])
    return torch.where(written[:, None], recorded, ours)


def _internvideo2_vision(golden: Golden) -> Outputs:
    config = golden.config
    tower = internvideo2.Vision(_internvideo2_sizes(config))
    filled(nn.ModuleDict({"vision": nn.ModuleDict({"encoder": tower})}), layouts.INTERNVIDEO2, golden.weights)
    fused = tower(golden.io["inputs.video"].transpose(1, 2))
    image = tower(golden.io["inputs.image"].transpose(1, 2))
    # The exact GELU must be told apart from the tanh form that the weights were trained with.
    erf = dict.fromkeys(("outputs.naive_erf", "outputs.fused_with_erf"), fused)
    return Outputs({"outputs.fused": fused, "outputs.fused_image": image}, erf)


def _internvideo2_sizes(config: dict[str, Any]) -> internvideo2.VisionSizes:
    return internvideo2.VisionSizes(
        width=config["embed_dim"],
        layers=config["depth"],
        heads=config["num_heads"],
        patch=config["patch_size"],
        pooled=config["clip_embed_dim"],
        pool_heads=config["attn_pool_num_heads"],
        mlp_ratio=config["mlp_ratio"],
        frames=config["num_frames"],
        image=config["img_size"],
    )


def _mobileclip_text(golden: Golden) -> Outputs:
    config = golden.config
    width = config["dim"]
    sizes = TextSizes(
        width=width,
        heads=config["n_heads_per_layer"],
        layers=config["n_transformer_layers"],
        dim=config["projection_dim"],
        context=config["context_length"],
        vocabulary=config["vocab_size"],
        # MobileCLIP rounds the hidden width up to a multiple of 16.
        hidden=math.ceil(width * config["ffn_multiplier_per_layer"] / 16) * 16,
    )
    tower = TextTransformer(sizes, functional.gelu)
    weights = {f"text_encoder.{name}": tensor for name, tensor in golden.weights.items()}
    filled(nn.ModuleDict({"text": tower}), layouts.INTERNVIDEO2, weights)
    return Outputs({"outputs.text": tower(golden.io["inputs.ids"].long())}, {})


def _positions(golden: Golden) -> Outputs:
    source = golden.io["src"]
    patches = (source.shape[1] - 1) // golden.config["orig_t"]
    return Outputs({"dst": internvideo2.stretched_positions(source, golden.config["new_t"], patches)}, {})


def _videomae(golden: Golden) -> Outputs:
    config = golden.config
    encoder, decoder = (
        (config[f"{half}_embed_dim"], config[f"{half}_depth"], config[f"{half}_num_heads"])
        for half in ("encoder", "decoder")
    )
    tubelet = config["decoder_num_classes"] // (3 * config["patch_size"] ** 2)
    model = videomae.VideoMae(videomae.MaeSizes(encoder, decoder, config["patch_size"], tubelet))
    filled(model, layouts.VIDEOMAE, golden.weights)
    video, mask = golden.io["inputs.video"].transpose(1, 2), golden.io["inputs.mask"]
    guess = model(video, mask)
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    pixels = video * std + mean
    losses = {f"outputs.loss_norm_{norm}": model.loss(guess, pixels, mask, per_cube=norm) for norm in (True, False)}
    return Outputs({"outputs.pred": guess, **losses}, {})


def _uniformerv2(golden: Golden) -> Outputs:
    config = golden.config
    sizes = internvideo1.VisionSizes(
        width=config["width"],
        layers=config["layers"],
        heads=config["heads"],
        patch=config["patch_size"],
        dim=0,
        taps=config["return_list"],
        image=config["input_resolution"],
        decoder_heads=config["n_head"],
        decoder_mlp_ratio=config["mlp_factor"],
        motion=not config["no_lmhra"],
    )
    model = internvideo1.PairedRecogniser(sizes, config["num_classes"])
    filled(model, layouts.UNIFORMERV2, golden.weights)
    return Outputs({"outputs.logits": model(golden.io["inputs.video"].transpose(1, 2))}, {})


# A golden's folder has its family in its name.
RUNNERS: dict[str, Callable[[Golden], Outputs]] = {
    "iv1": _internvideo1,
    "viclip": _viclip,
    "iv2_vision": _internvideo2_vision,
    "iv2_mobileclip": _mobileclip_text,
    "iv2_pos": _positions,
    "videomae": _videomae,
    "videoprism": videoprism,
    "uniformerv2": _uniformerv2,
}


def parity_lines(results: dict[str, Any]) -> list[str]:
    """A line for each thing compared, for people."""
    return [
        f"{'ok  ' if result['ok'] else 'NO  '} {name}  {result['max_rel_err']}  "
        f"{result.get('error') or result.get('note') or ''}".rstrip()
        for name, result in results.items()
    ]
