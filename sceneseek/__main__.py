"""The `sceneseek` command. Nothing is imported here: every decoding process imports the module that was started."""


def main() -> None:
    """Run it."""
    from sceneseek.commands.app import main as run

    run()


if __name__ == "__main__":
    main()
