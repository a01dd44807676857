"""The command line."""


def main() -> None:
    """Run the `sceneseek` command."""
