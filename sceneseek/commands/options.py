"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

LibraryOption = Annotated[
    Path | None, typer.Option("--library", help="Library folder (SCENESEEK_LIBRARY, else var/library).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
WeightsOption = Annotated[list[Path] | None, typer.Option("--weights", help="Weights file; repeat for several.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait while another process writes to the library.")]

DeviceOption = Annotated[str | None, typer.Option(help="Of torch: auto, cpu, cuda or cuda:N.")]
PrecisionOption = Annotated[str | None, typer.Option(help="Of torch on a GPU: fp32, bf16 or fp16.")]
ModelOption = Annotated[str, typer.Option("--model", help="Pair of towers, by its name in `sceneseek models`.")]
