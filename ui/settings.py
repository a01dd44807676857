"""What the page is told from outside; read by `app.py`, `web.py` and the command line only."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PageSettings(BaseSettings):
    """Where the service is, for the page and for the browser, and who may see the page."""

    model_config = SettingsConfigDict(env_prefix="SCENESEEK_", frozen=True)

    url: str = "http://127.0.0.1:8000"
    """The service's address as the page reaches it."""
    public_url: str | None = None
    """The service's address as the browser reaches it, for videos and pictures; by default the same."""
    api_key: SecretStr | None = None
    """Sent to the service, never to the browser."""
    page_password: SecretStr | None = None
    """Whoever opens the page must type it; required when the page is bound to more than this machine."""

    @property
    def service_url(self) -> str:
        return self.url.rstrip("/")

    @property
    def browser_url(self) -> str:
        return (self.public_url or self.url).rstrip("/")

    @property
    def key(self) -> str | None:
        """The key in clear; an empty one counts as none."""
        return self.api_key.get_secret_value() or None if self.api_key else None

    @property
    def password(self) -> str | None:
        """The password in clear; an empty one counts as none."""
        return self.page_password.get_secret_value() or None if self.page_password else None
