"""What browsers are told about the page."""

from ui.boundary.headers import policy


def test_socket_of_the_pages_own_server_is_named_and_no_other_words_get_in() -> None:
    assert "wss://videos.lan:8501;" in policy("http://s:8000", "videos.lan:8501")
    assert "evil" not in policy("http://s:8000", "a; script-src evil")


def test_streamlits_own_script_may_run_and_no_other_inline() -> None:
    scripts = policy("http://s:8000", "h").partition("script-src ")[2].partition(";")[0]
    assert "'sha256-" in scripts
    assert "unsafe" not in scripts
